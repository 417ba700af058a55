"""`qvl export` writes what transformers and we read again; it never spoils what is there."""

import json
import shutil

import pytest
import torch
from typer.testing import CliRunner

from qvl.chat.tokenizer import Tokenizer
from qvl.cli import export
from qvl.cli.main import app
from qvl.hub import locate
from qvl.model import weights
from qvl.model.files import CONFIG, INDEX, WHOLE

NANO = locate("nano")


def run(*words):
    return CliRunner().invoke(app, ["export", *map(str, words)])


def refused(*words):
    done = run(*words)
    assert isinstance(done.exception, ValueError), done.output
    return str(done.exception)


def test_transformers_reads_an_export(tmp_path):
    """Oracle: transformers' own classes, with no key missing, unexpected or misshapen."""
    from transformers import AutoImageProcessor, AutoTokenizer
    from transformers import Qwen2_5_VLForConditionalGeneration as Peer

    out = tmp_path / "new" / "out"
    done = run("nano", out, "--shard-size", "4MB")
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{out}\n"
    assert "writing 0.02 GB" in done.stderr
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["out"]
    shards = [p for p in out.iterdir() if p.suffix == ".safetensors"]
    assert len(shards) > 3
    assert all(p.stat().st_size <= 4e6 for p in shards)
    peer, info = Peer.from_pretrained(out, output_loading_info=True)
    assert not any(info.values()), info
    ours, back = weights.load(NANO).state_dict(), weights.load(out).state_dict()
    assert ours.keys() == back.keys()
    assert all(
        torch.equal(x, back[name]) and x.dtype == back[name].dtype for name, x in ours.items()
    )
    assert torch.equal(peer.lm_head.weight, ours["lm_head.weight"])
    assert peer.generation_config.eos_token_id == [peer.config.text_config.eos_token_id, 490]
    text = "Read all the text in the image. 読む 123"
    assert AutoTokenizer.from_pretrained(out).encode(text) == Tokenizer.load(out).encode(text)
    said = json.loads((NANO / "preprocessor_config.json").read_text())
    size = AutoImageProcessor.from_pretrained(out).size
    assert (size["shortest_edge"], size["longest_edge"]) == (said["min_pixels"], said["max_pixels"])
    for name in ("chat_template.jinja", "tokenizer_config.json", "generation_config.json"):
        assert (out / name).read_bytes() == (NANO / name).read_bytes()


def test_another_type(tmp_path):
    assert run(NANO, tmp_path / "out", "--dtype", "float16").exit_code == 0
    assert {x.dtype for x in weights.load(tmp_path / "out").parameters()} == {torch.float16}
    assert json.loads((tmp_path / "out" / CONFIG).read_text())["torch_dtype"] == "float16"
    assert not (tmp_path / "out" / INDEX).exists()


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(NANO, tmp_path / "model")
    return tmp_path / "model"


def test_what_is_there_is_never_spoilt(copy, tmp_path):
    before = {p.name: p.read_bytes() for p in copy.iterdir()}
    assert "is the model itself" in refused(copy, copy)
    assert "is the model itself" in refused(copy, tmp_path / "." / "model")
    assert "is not empty" in refused("nano", copy)
    assert "is a file" in refused("nano", copy / CONFIG)
    assert {p.name: p.read_bytes() for p in copy.iterdir()} == before
    (tmp_path / "empty").mkdir()
    assert run("nano", tmp_path / "empty").exit_code == 0


def test_a_failure_leaves_nothing(copy, tmp_path, monkeypatch):
    def full(*words, **more):
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("qvl.model.saving.save_file", full)
        assert isinstance(run(copy, tmp_path / "out").exception, OSError)
    assert [p.name for p in tmp_path.iterdir()] == ["model"]
    (copy / WHOLE).write_bytes((copy / WHOLE).read_bytes()[:-4])
    assert "cut short" in refused(copy, tmp_path / "out")
    (copy / "tokenizer.json").unlink()
    assert "tokenizer.json" in refused(copy, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_no_room(copy, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=10**6)
    monkeypatch.setattr("qvl.cli.export.shutil.disk_usage", lambda path: usage)
    assert "are free; make room" in refused(copy, tmp_path / "out")


def test_what_others_will_miss_is_told(copy, tmp_path):
    (copy / "generation_config.json").unlink()
    done = run(copy, tmp_path / "out")
    assert done.exit_code == 0
    assert "has no generation_config.json" in done.stderr


@pytest.mark.parametrize(
    ("text", "size"), [("5GB", 5 * 10**9), ("4GiB", 2**32), ("1.5 mb", 1_500_000), ("700", 700)]
)
def test_sizes(text, size):
    assert export.size_of(text) == size


@pytest.mark.parametrize("text", ["", "big", "-1GB", "0", "5 TB", "GB", "1e9", "5I", "5GB5"])
def test_sizes_that_are_none(text):
    with pytest.raises(ValueError, match="--shard-size"):
        export.size_of(text)
