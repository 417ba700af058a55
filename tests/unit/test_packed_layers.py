"""Layers in few bits multiply by the weight that they say they hold, whatever the rows."""

import pytest
import torch
from torch import nn

from qvl.config import TINY
from qvl.engine.quant import quantised
from qvl.model import weights
from qvl.model.codes import nearest
from qvl.model.packed import FEW, Int4, Int8, laid, native
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample

KINDS = [Int8, Int4]


def held(layer):
    """The weight that a layer multiplies by, in float32."""
    width = layer.codes.shape[1]
    return layer.many(torch.eye(width)).t()


def drawn(seed, out=600, width=256):
    torch.manual_seed(seed)
    return torch.randn(out, width) * 0.02, torch.randn(out)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("bias", [True, False])
def test_products(seed, kind, dtype, bias):
    weight, shift = drawn(seed)
    shift = shift.to(dtype) if bias else None
    layer = kind.of(weight, shift)
    whole = held(layer)
    for rows in (1, 2, FEW[kind.bits], FEW[kind.bits] + 1, 70):
        x = torch.randn(rows, 256).to(dtype)
        out = layer(x)
        assert out.dtype == dtype
        assert out.shape == (rows, 600)
        want = nn.functional.linear(x.float(), whole, shift.float() if bias else None)
        assert (out.float() - want).norm() < 0.01 * want.norm()
    one = layer(x[0])
    assert one.shape == (600,)
    assert torch.equal(one, layer(x[:1])[0])


@pytest.mark.parametrize(("kind", "most"), [(Int8, 0.01), (Int4, 0.12)])
def test_nearness(seed, kind, most):
    weight, _ = drawn(seed)
    assert (held(kind.of(weight, None)) - weight).norm() < most * weight.norm()


def test_no_nearer_code(seed):
    """Each code is the nearest of the sixteen that its group has."""
    weight, _ = drawn(seed)
    codes = nearest(weight, 64, torch.float16)
    levels = torch.arange(16)[:, None, None] - codes.zeros.float()
    levels = (levels * codes.scales.float()).repeat_interleave(64, 2)  # [16, N, D]
    nearer = (levels - weight).abs().amin(0)
    assert torch.allclose((codes.weight() - weight).abs(), nearer, atol=1e-7)


def test_nothing_but_zeros():
    weight = torch.zeros(64, 128)
    for kind in KINDS:
        assert not kind.of(weight, None)(torch.ones(1, 128)).any()
        assert not kind.of(weight, None)(torch.ones(50, 128)).any()


def test_no_numbers():
    for kind in KINDS:
        with pytest.raises(ValueError, match="no finite numbers"):
            kind.of(torch.full((64, 128), float("nan")), None)


def test_a_layout_that_the_processor_lacks(seed):
    """With the blocks of another processor the same weights come out, by the other route."""
    weight, _ = drawn(seed, 128)
    layer = Int4.of(weight, None)
    x = torch.randn(3, 256)
    before = layer(x)
    half = 16 if layer.codes.shape[-1] == 32 else 32
    codes = nearest(weight, 128, torch.bfloat16)
    layer.codes = laid(codes.whole, half)
    assert half != native()
    assert torch.allclose(layer(x), before, rtol=0.02, atol=0.02 * float(before.abs().max()))


def sample():
    ids = torch.randint(200, (40,))
    return Sample(ids, ids, torch.arange(40).expand(3, -1), (), (), ids[:0])


@pytest.mark.parametrize("kind", ["int8", "int4"])
def test_a_model(seed, kind):
    """It writes what a model of the weights that it holds writes; its tower is untouched."""
    torch.manual_seed(seed)
    model = QwenVL(TINY)
    batch = Batch.of([sample()])
    tower = {n: x.clone() for n, x in model.visual.state_dict().items()}
    few = quantised(model, kind)
    assert few is model
    assert all(torch.equal(x, tower[n]) for n, x in few.visual.state_dict().items())
    assert isinstance(few.lm_head, Int8)
    got = few.lm_head(few.model(few.embed(batch, _none()), batch.position_ids, _causal(batch)))
    whole = QwenVL(TINY)
    state = whole.state_dict()
    for name, x in few.state_dict().items():
        if name in state:
            state[name] = x
    for name, layer in few.named_modules():
        if isinstance(layer, Int8 | Int4):
            state[f"{name}.weight"] = held(layer)
    whole.lm_head.weight = nn.Parameter(state["lm_head.weight"].clone())
    whole.load_state_dict(state)
    want = whole.lm_head(whole.model(few.embed(batch, _none()), batch.position_ids, _causal(batch)))
    assert (got - want).norm() < 0.02 * want.norm()


def test_few_bits_are_not_saved_as_whole(seed, tmp_path):
    with pytest.raises(ValueError, match="few bits"):
        weights.save(quantised(QwenVL(TINY), "int8"), tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_unknown_kind():
    with pytest.raises(ValueError, match=r"'int3'.*int8 or int4"):
        quantised(QwenVL(TINY), "int3")


def test_too_narrow():
    with pytest.raises(ValueError, match=r"48 .* 32"):
        Int4.of(torch.ones(64, 48), None)


def _none():
    return torch.zeros(0, TINY.text.hidden_size)


def _causal(batch):
    from qvl.model.attention import Segments, causal

    return causal(Segments.of(batch.lengths))
