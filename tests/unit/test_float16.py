"""float16 overflows in models that were trained in bfloat16: kept finite, the others untouched."""

import copy

import pytest
import torch

from qvl.config import TINY
from qvl.engine.generate import generate
from qvl.engine.resolve import resolve
from qvl.messages import Settings
from qvl.model.layers import finite
from qvl.model.positions import mrope_positions
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample
from qvl.train.initial import initialise


@pytest.fixture
def sample():
    ids = torch.tensor([5, 7, 249, *[252] * 6, 250, 9, 11])
    pads = ids == 252
    pixels = torch.randint(0, 256, (24, 588), generator=torch.Generator().manual_seed(0))
    positions = mrope_positions(pads, [(1, 4, 6)], [0.0], 2)
    return Sample(ids, ids, positions, (pixels.byte(),), ((1, 4, 6),), pads.nonzero()[:, 0])


@pytest.fixture
def model():
    model = QwenVL(TINY)
    initialise(model, 3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2)
    return model.eval()


@pytest.mark.parametrize("part", ["model.layers.1", "visual.blocks.2"])
@torch.inference_mode()
def test_a_block_that_overflows(model, sample, part):
    """One channel grows beyond 65,504, as in the released 3B; its answer stays a number."""
    block = model.get_submodule(part)
    most = []
    block.register_forward_hook(lambda m, a, out: most.append(float(out.abs().max())))
    while not most or most[-1] < 1e5:
        block.mlp.up_proj.weight *= 2
        block.mlp.down_proj.weight[0] *= 2
        wide = model.lm_head(model(Batch.of([sample]))[-1])
    half = copy.deepcopy(model).half()
    narrow = half.lm_head(half(Batch.of([sample]))[-1]).float()
    assert most[-1] == torch.finfo(torch.float16).max
    assert torch.isfinite(narrow).all()
    assert torch.nn.functional.cosine_similarity(wide, narrow, dim=0) > 0.95
    assert len(list(generate(half, sample, resolve(Settings(max_tokens=4)), ()))) == 4


def test_other_types_are_left_alone():
    for dtype in (torch.float32, torch.bfloat16):
        x = torch.tensor([1e30, float("inf"), -float("inf")], dtype=dtype)
        assert finite(x) is x
    x = torch.tensor([1.0, float("inf"), -float("inf"), float("nan")], dtype=torch.float16)
    assert finite(x)[:3].tolist() == [1.0, 65504.0, -65504.0]
    assert finite(x)[3].isnan()  # is no overflow, and is told after the step
