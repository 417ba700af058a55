"""The report's schedule as stages: what it states, and what had to be assumed beside it."""

from qvl.config import QWEN_3B, QWEN_7B, QWEN_32B, QWEN_72B, Config
from qvl.train.cluster.stage import Stage

SIZES: dict[str, Config] = {"3B": QWEN_3B, "7B": QWEN_7B, "32B": QWEN_32B, "72B": QWEN_72B}
TOWER, ALL = frozenset({"tower"}), frozenset({"tower", "merger", "llm"})
STEP = 8_388_608  # tokens a step, assumed; 1,024 packs of 8,192

# Report, section 2.2.1 and table 2: parts that learn, tokens and lengths of the three phases.
# Assumed, since it gives no figure: 12.8e9 pictures for the vision stage (DataComp's largest
# scale, arXiv 2304.14108) of some 200 tokens each; two passes over the two million entries of
# SFT (section 2.3.1) of some 1,400 tokens each; the mixtures; tokens a step.
PAPER = (
    Stage("vision", TOWER | {"merger"}, 8192, 12.8e9 * 200, STEP // 8192, "pictures",
          TOWER | {"merger"}),
    Stage("visual", TOWER, 8192, 1.5e12, STEP // 8192, "visual"),
    Stage("multimodal", ALL, 8192, 2.0e12, STEP // 8192, "mixed"),
    Stage("long", ALL, 32768, 0.6e12, STEP // 32768, "long"),
    Stage("sft", frozenset({"merger", "llm"}), 32768, 2 * 2e6 * 1400, STEP // 2 // 32768,
          "dialogues"),
)  # fmt: skip
