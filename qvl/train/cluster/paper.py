"""The report's schedule as stages: what it states, and what had to be assumed beside it."""

from dataclasses import replace

from qvl.config import QWEN_3B, QWEN_7B, QWEN_32B, QWEN_72B, Config
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.units import PARTS
from qvl.train.phases import BY_NAME

SIZES: dict[str, Config] = {"3B": QWEN_3B, "7B": QWEN_7B, "32B": QWEN_32B, "72B": QWEN_72B}
STEP = 8_388_608  # tokens a step: assumed

# Report, section 2.2.1 and table 2: what learns, tokens and lengths of the three phases. Phase 1
# trains "ViT"; the merger starts at random, so it must learn there too.
# Assumed, since the report gives no figure: for the vision stage 12.8e9 pictures (the largest
# scale of DataComp, arXiv 2304.14108) of some 200 tokens each, its text tower not counted; for
# SFT two passes over the two million entries (section 2.3.1) of some 1,400 tokens each; the
# mixtures; and tokens a step.
SFT_PACK = 32768  # tokens, those of the phase before: the report gives no length


def _stage(name: str, phase: str, tokens: float, mixture: str, pack: int = 0) -> Stage:
    """A phase of the recipe for so many tokens; the contrastive one runs no decoder."""
    row = BY_NAME[phase]
    learns, pack = frozenset(row.learns), pack or row.pack
    runs = learns if row.loss == "contrast" else PARTS
    return Stage(name, learns, pack, tokens, STEP // pack, mixture, runs)


PAPER = (
    _stage("vision", "contrastive", 12.8e9 * 200, "pictures"),
    _stage("visual", "pretrain-1", 1.5e12, "visual"),
    _stage("multimodal", "pretrain-2", 2.0e12, "mixed"),
    _stage("long", "pretrain-3", 0.6e12, "long"),
    replace(
        _stage("sft", "sft", 2 * 2e6 * 1400, "dialogues", SFT_PACK), packs=STEP // 2 // SFT_PACK
    ),
)
