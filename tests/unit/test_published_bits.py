"""AWQ and GPTQ checkpoints are read exactly; other layouts are refused in one line."""

import json

import pytest
import torch
from folders import change, change_config, refusal
from quantised import AWQ, GPTQ, GROUP, SMALL, coded_checkpoint

from qvl.engine import quant
from qvl.model import weights
from qvl.model.codes import nearest
from qvl.model.files import CONFIG, BadCheckpoint
from qvl.model.packed import Int4, Int8
from qvl.model.published import Scheme, awq
from qvl.sample import Batch, Sample

LAYER = "model.layers.1.mlp.down_proj"


def logits(model):
    ids = torch.arange(3, 43)
    batch = Batch.of([Sample(ids, ids, torch.arange(40).expand(3, -1), (), (), ids[:0])])
    seen = torch.zeros(0, SMALL.text.hidden_size)
    return model.lm_head(model.read(batch, seen)).float()


def shuffled(width):
    order = torch.Generator().manual_seed(1)
    return (torch.arange(width) // GROUP)[torch.randperm(width, generator=order)]


@pytest.mark.parametrize("scheme", [AWQ, GPTQ])
def test_whole_weights_are_exact(seed, tmp_path, scheme):
    want = coded_checkpoint(tmp_path, scheme, seed)
    got = weights.load(tmp_path, torch.float32)
    for name, x in want.state_dict().items():
        assert torch.equal(got.state_dict()[name], x), name
    assert torch.equal(logits(got), logits(want))


@pytest.mark.parametrize("scheme", [AWQ, GPTQ])
def test_kept_in_four_bits(seed, tmp_path, scheme):
    """Rounded as bfloat16 weights are, no more: the same weights, and near the same logits."""
    want = coded_checkpoint(tmp_path, scheme, seed)
    got = quant.opened(tmp_path, None, None, "cpu")
    kept = [m for m in got.modules() if isinstance(m, Int4)]
    assert len(kept) == 14
    assert got.lm_head.weight.dtype == torch.bfloat16
    held = got.get_submodule(LAYER).many(torch.eye(96)).t()
    scales = held.abs().amax() / 8
    assert (held - want.state_dict()[f"{LAYER}.weight"]).abs().max() < 0.05 * scales
    far = (logits(got) - logits(want)).norm() / logits(want).norm()
    rounded = (logits(want.bfloat16()) - logits(weights.load(tmp_path, torch.float32))).norm()
    assert far < max(0.03, 2 * rounded / logits(want).norm())


def test_named_type_alone_makes_whole(seed, tmp_path):
    coded_checkpoint(tmp_path, AWQ, seed)
    for kind in (torch.float32, torch.bfloat16):
        model = quant.opened(tmp_path, None, kind, "cpu")
        assert {x.dtype for x in model.parameters()} == {kind}
        assert not any(isinstance(m, Int4) for m in model.modules())


def test_four_bits_asked_of_four_bits(seed, tmp_path):
    coded_checkpoint(tmp_path, AWQ, seed)
    kept = quant.opened(tmp_path, None, None, "cpu").get_submodule(LAYER)
    model = quant.opened(tmp_path, "int4", None, "cpu")
    assert torch.equal(model.get_submodule(LAYER).codes, kept.codes)
    assert isinstance(model.lm_head, Int8)
    with pytest.raises(BadCheckpoint, match="leave int8 away"):
        quant.opened(tmp_path, "int8", None, "cpu")


def test_groups_out_of_order(seed, tmp_path):
    """`desc_act` spreads groups over the row, which the packed product does not take."""
    want = coded_checkpoint(tmp_path, {**GPTQ, "desc_act": True}, seed, shuffled)
    got = quant.opened(tmp_path, None, None, "cpu")
    assert not any(isinstance(m, Int4) for m in got.modules())
    exact = weights.load(tmp_path, torch.float32).state_dict()
    assert all(torch.equal(exact[n], x) for n, x in want.state_dict().items())


def test_our_own_packing(seed):
    torch.manual_seed(seed)
    from quantised import packed_awq

    codes = nearest(torch.randn(48, 64), GROUP, torch.float16)
    want = packed_awq(codes.whole, codes.zeros, codes.scales)
    got = awq(codes)
    assert got.keys() == want.keys()
    assert all(torch.equal(got[part], x) for part, x in want.items())


def test_a_lost_part(seed, tmp_path):
    coded_checkpoint(tmp_path, AWQ, seed)
    change(tmp_path, lambda state: state.pop(f"{LAYER}.scales"))
    assert f"{LAYER}.scales is missing" in refusal(tmp_path)


def test_a_part_of_another_shape(seed, tmp_path):
    coded_checkpoint(tmp_path, AWQ, seed)
    change_config(tmp_path, lambda raw: raw["quantization_config"].update(group_size=16))
    assert "groups of 16" in refusal(tmp_path)


def test_a_group_that_is_none(seed, tmp_path):
    coded_checkpoint(tmp_path, GPTQ, seed)
    change(tmp_path, lambda state: state[f"{LAYER}.g_idx"].fill_(99))
    with pytest.raises(BadCheckpoint, match="g_idx names groups beyond the 3"):
        weights.load(tmp_path)


def test_packed_weights_that_the_config_does_not_tell_of(seed, tmp_path):
    coded_checkpoint(tmp_path, AWQ, seed)
    change_config(tmp_path, lambda raw: raw.pop("quantization_config"))
    assert "surplus" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("scheme", "edit", "word"),
    [
        (AWQ, {"bits": 8}, "bits 8"),
        (AWQ, {"version": "gemv"}, "'gemv'"),
        (AWQ, {"zero_point": False}, "zero_point False"),
        (GPTQ, {"bits": 3}, "bits 3"),
        (GPTQ, {"checkpoint_format": "gptq_v2"}, "gptq_v2"),
        (GPTQ, {"group_size": -1}, "group_size -1"),
        (GPTQ, {"quant_method": "bitsandbytes"}, "bitsandbytes"),
    ],
)
def test_other_layouts(seed, tmp_path, scheme, edit, word):
    coded_checkpoint(tmp_path, scheme, seed)
    change_config(tmp_path, lambda raw: raw["quantization_config"].update(edit))
    text = refusal(tmp_path)
    assert word in text
    assert CONFIG in text
    with pytest.raises(ValueError, match="take the unquantised release"):
        Scheme.of(json.loads((tmp_path / CONFIG).read_text())["quantization_config"])
