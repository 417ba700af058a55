"""Layers on the compiled kernel give what the layers they stand for give."""

import copy

import pytest
import torch

from qvl.engine.kernel.products import found, load
from qvl.engine.quant import quantised
from qvl.engine.quick import Quick4, Quick8, codes_of, quick
from qvl.model.codes import nearest
from qvl.model.layers import Linear
from qvl.model.packed import Int4, Int8
from qvl.sample import Batch
from tests import needs
from tests.requests import prompt, tiny_model


def weight(out: int = 96, width: int = 256) -> torch.Tensor:
    return torch.randn(out, width, generator=torch.Generator().manual_seed(0)) * 0.1


@needs.compiled
@pytest.mark.parametrize("kind", [Int8, Int4])
@pytest.mark.parametrize("rows", [1, 5, 8, 9, 40])
@pytest.mark.parametrize("biased", [False, True])
def test_a_layer_of_few_bits_is_the_same_layer(kind, rows, biased):
    bias = torch.randn(96).bfloat16() if biased else None
    layer = kind.of(weight(), bias)
    made = (Quick8 if kind is Int8 else Quick4).over(layer, load())
    assert made is not None
    x = torch.randn(rows, 256, generator=torch.Generator().manual_seed(1)).bfloat16()
    whole = nearest(weight(), 128, torch.bfloat16).weight() if kind is Int4 else None
    if whole is None:
        whole = layer.codes.float() * layer.scales.float()[:, None]
    exact = x.float() @ whole.t() + (0 if bias is None else bias.float())
    assert torch.allclose(made(x).float(), exact, atol=0.01 * float(exact.abs().max()))


def test_codes_come_back():
    codes = nearest(weight(80, 384), 128, torch.bfloat16)
    again = codes_of(Int4(codes, None))
    assert torch.equal(again.whole, codes.whole) and torch.equal(again.zeros, codes.zeros)
    assert torch.equal(again.scales, codes.scales)


@needs.compiled
def test_groups_that_the_kernel_does_not_take_stay_as_they_are():
    assert Quick4.over(Int4(nearest(weight(), 64, torch.bfloat16), None), load()) is None


@needs.compiled
@pytest.mark.parametrize("bits", [None, "int8"])
def test_a_model_says_the_same(bits):
    batch = Batch.of([prompt([(1, 4, 4)], [1, 2, 3])])
    plain, made = tiny_model().bfloat16(), tiny_model().bfloat16()
    if bits:
        quantised(plain, bits)
        quantised(made, bits)
    names = set(made.state_dict())
    assert quick(made, load()) is made and set(made.state_dict()) == names
    assert not any(type(each) is Linear for each in made.model.modules())
    with torch.inference_mode():
        one, two = (m.lm_head(m(batch)[-4:]).float() for m in (plain, made))
    assert torch.allclose(one, two, atol=0.05 * float(one.abs().max()))


@needs.compiled
def test_a_model_on_the_kernel_can_be_copied():
    made = quick(tiny_model().bfloat16(), load())
    x = torch.randn(2, 64).bfloat16()
    with torch.inference_mode():
        assert torch.equal(copy.deepcopy(made).lm_head(x), made.lm_head(x))


def test_other_types_and_no_kernel_change_nothing():
    model = tiny_model()
    kinds = [type(each) for each in model.modules()]
    assert [type(each) for each in quick(quick(model, found()), None).modules()] == kinds
