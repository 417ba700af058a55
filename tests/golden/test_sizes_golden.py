"""Oracle: the parameter counts of the report, section 1.1, and of the published checkpoints."""

import pytest
import torch

from qvl.config import QWEN_3B, QWEN_7B, QWEN_32B, QWEN_72B
from qvl.model.qwen import QwenVL

COUNTS = [  # whole, vision tower, merger
    (QWEN_3B, 3_754_622_976, 668_684_288, 36_708_608),
    (QWEN_7B, 8_292_166_656, 676_550_144, 44_574_464),
    (QWEN_32B, 33_452_718_336, 688_841_984, 52_440_320),  # by hand
    (QWEN_72B, 73_410_777_344, 704_573_696, 68_172_032),
]


def count(module):
    return sum(x.numel() for x in module.parameters())  # a tied tensor counts once


@pytest.mark.parametrize(
    ("cfg", "whole", "visual", "merger"), COUNTS, ids=["3B", "7B", "32B", "72B"]
)
def test_counts(cfg, whole, visual, merger):
    with torch.device("meta"):
        model = QwenVL(cfg)
    assert count(model) == whole
    assert count(model.visual) == visual
    assert count(model.visual.merger) == merger
    assert count(model.visual.patch_embed) == 1_505_280


def test_language_model_of_7b():
    with torch.device("meta"):
        assert count(QwenVL(QWEN_7B).model) == 7_070_619_136
