"""The report's schedule as stages: what it states, and what had to be assumed beside it."""

from qvl.config import QWEN_3B, QWEN_7B, QWEN_32B, QWEN_72B, Config
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.units import PARTS

SIZES: dict[str, Config] = {"3B": QWEN_3B, "7B": QWEN_7B, "32B": QWEN_32B, "72B": QWEN_72B}
SIGHT = frozenset({"tower", "merger"})
SPEECH = frozenset({"merger", "llm"})
STEP = 8_388_608  # tokens a step: assumed

# Report, section 2.2.1 and table 2: what learns, tokens and lengths of the three phases. Phase 1
# trains "ViT"; the merger starts at random, so it must learn there too.
# Assumed, since the report gives no figure: for the vision stage 12.8e9 pictures (the largest
# scale of DataComp, arXiv 2304.14108) of some 200 tokens each, its text tower not counted; for
# SFT two passes over the two million entries (section 2.3.1) of some 1,400 tokens each; the
# mixtures; and tokens a step.
PAPER = (
    Stage("vision", SIGHT, 8192, 12.8e9 * 200, STEP // 8192, "pictures", SIGHT),
    Stage("visual", SIGHT, 8192, 1.5e12, STEP // 8192, "visual"),
    Stage("multimodal", PARTS, 8192, 2.0e12, STEP // 8192, "mixed"),
    Stage("long", PARTS, 32768, 0.6e12, STEP // 32768, "long"),
    Stage("sft", SPEECH, 32768, 2 * 2e6 * 1400, STEP // 2 // 32768, "dialogues"),
)
