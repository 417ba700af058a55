"""`qvl quantize` writes 4 bits that we read again and tells the loss; --quant loads fewer bits."""

import json
import re

import pytest
import torch
from quantised import packed_awq
from safetensors.torch import load_file
from typer.testing import CliRunner

from qvl.cli.main import app
from qvl.config import TINY
from qvl.engine import coding, quant
from qvl.engine.coding import divergence
from qvl.engine.kernel.products import found
from qvl.engine.quick import Quick4, quick
from qvl.hub import locate
from qvl.model import weights
from qvl.model.codes import nearest
from qvl.model.files import CONFIG, INDEX, WHOLE
from qvl.model.packed import Int4, Int8
from qvl.model.qwen import QwenVL
from qvl.vlm import load

NANO = locate("nano")
LAYER = "model.layers.3.mlp.gate_proj"


def run(*words):
    return CliRunner().invoke(app, [*map(str, words)])


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("new") / "nano-awq"
    return out, run("quantize", "nano", "-o", out)


def test_the_folder(written):
    out, done = written
    assert done.exit_code == 0, done.output
    assert [p.name for p in out.parent.iterdir()] == [out.name]
    for name in ("tokenizer.json", "preprocessor_config.json", "chat_template.jinja"):
        assert (out / name).read_bytes() == (NANO / name).read_bytes()
    told = json.loads((out / CONFIG).read_text())["quantization_config"]
    assert told["quant_method"] == "awq"
    assert (told["bits"], told["group_size"], told["version"]) == (4, 128, "gemm")


def test_the_tensors(written):
    """What stays is the same to the bit; a layer is as independent code packs it."""
    was, now = load_file(NANO / WHOLE), load_file(written[0] / WHOLE)
    stay = [name for name in was if "_proj.weight" not in name or name.startswith("visual")]
    assert len(stay) > 20
    assert all(torch.equal(was[name], now[name]) for name in stay)
    codes = nearest(was[f"{LAYER}.weight"], 128, torch.float16)
    for part, x in packed_awq(codes.whole, codes.zeros, codes.scales).items():
        assert torch.equal(now[f"{LAYER}.{part}"], x)
    assert len(now) == len(was) + 2 * 6 * 7


def test_the_loss_that_is_told(written):
    out, done = written
    before, after = re.search(r"weights +([\d.]+) MB, now ([\d.]+) MB", done.stdout).groups()
    assert abs(float(after) - (out / WHOLE).stat().st_size / 1e6) < 0.1
    assert abs(float(before) - (NANO / WHOLE).stat().st_size / 1e6) < 0.1
    was, held = (weights.load(p, torch.float32).requires_grad_(False) for p in (NANO, out))
    a = torch.stack([layer.mlp.gate_proj.weight for layer in was.model.layers])
    b = torch.stack([layer.mlp.gate_proj.weight for layer in held.model.layers])
    assert f"gate_proj off by {float((a - b).norm() / a.norm()):.2%}" in done.stdout
    assert re.search(r"logits +off by \d+\.\d\d%, KL 0\.\d{4} nats a token", done.stdout)


def test_it_answers(written):
    asked = [{"role": "user", "content": "hello"}]
    want, got = load("nano").logits(asked), load(written[0]).logits(asked)
    assert float((got - want).norm() / want.norm()) < 0.1
    assert any(isinstance(m, Int4 | Quick4) for m in load(written[0]).model.modules())


def test_shards(tmp_path, written):
    done = run("quantize", "nano", "-o", tmp_path / "out", "--shard-size", "3MB")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / INDEX).is_file()
    whole, parts = (quant.opened(p, None, None, "cpu") for p in (written[0], tmp_path / "out"))
    assert torch.equal(
        whole.get_submodule(LAYER).codes, parts.get_submodule(LAYER).codes
    ) and torch.equal(whole.lm_head.weight, parts.lm_head.weight)


def test_twice_is_once_too_often(written, tmp_path):
    done = run("quantize", written[0], "-o", tmp_path / "again")
    assert isinstance(done.exception, ValueError)
    assert "in few bits" in str(done.exception)
    assert not (tmp_path / "again").exists()


def test_rows_without_whole_groups(tmp_path):
    weights.save(QwenVL(TINY), tmp_path)
    with pytest.raises(ValueError, match="multiple of 128"):
        coding.plan(tmp_path)


@pytest.mark.parametrize("kind", ["int8", "int4"])
def test_loading_in_fewer_bits(kind):
    """As `quantised` makes it of the whole model; biases, norms and tower are of the type."""
    vlm = load("nano", quant=kind)
    whole = quant.quantised(weights.load(NANO, torch.bfloat16), kind)
    want = quick(whole, found()).state_dict()
    got = vlm.model.state_dict()
    assert got.keys() == want.keys()
    assert all(torch.equal(got[name], x) for name, x in want.items())
    assert isinstance(vlm.model.lm_head, Int8)
    assert vlm.chat([{"role": "user", "content": "hello"}], max_tokens=4).usage.completion_tokens


def test_a_verb_with_fewer_bits(tmp_path):
    done = run("run", "hello", "--quant", "int4", "--max-tokens", "4")
    assert done.exit_code == 0, done.output
    assert run("run", "hello", "--quant", "int3").exit_code == 2
    with pytest.raises(ValueError, match="int8 or int4"):
        load("nano", quant="int3")


def test_divergence():
    logits = torch.randn(5, 7)
    assert divergence(logits, logits) == (0, 0)
    off, nats = divergence(torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 1.0]]))
    assert off == 1
    p = torch.tensor([1 / (1 + 2.718281828), 2.718281828 / (1 + 2.718281828)])
    assert abs(nats - float((p * (p / 0.5).log()).sum())) < 1e-6
