"""The files of a checkpoint: mapped, replaced whole, and refused in one line where broken."""

import json
import os
import subprocess
import sys

import pytest
import torch
from folders import UNTIED, refusal, same
from safetensors.torch import load_file, save_file

from qvl.config import TINY
from qvl.model import weights
from qvl.model.files import CONFIG, INDEX, WHOLE
from qvl.model.qwen import QwenVL
from qvl.model.saving import store


@pytest.fixture
def model(seed):
    torch.manual_seed(seed)
    return QwenVL(TINY)


@pytest.fixture
def folder(model, tmp_path):
    weights.save(model, tmp_path / "tiny")
    return tmp_path / "tiny"


def test_shards(model, tmp_path):
    limit = 2**16
    weights.save(model, tmp_path, shard_bytes=limit)
    shards = sorted(tmp_path.glob("*.safetensors"))
    assert len(shards) > 3
    assert all(p.stat().st_size <= limit for p in shards if len(load_file(p)) > 1)
    index = json.loads((tmp_path / INDEX).read_text())
    assert set(index["weight_map"].values()) == {path.name for path in shards}
    assert index["metadata"]["total_size"] == 4 * sum(x.numel() for x in model.parameters())
    assert same(weights.load(tmp_path), model)
    assert {p.stat().st_mode for p in shards} == {(tmp_path / CONFIG).stat().st_mode}


def test_a_new_save_leaves_no_old_weights_and_all_else(model, folder):
    (folder / "tokenizer.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(b"")
    for limit in (2**16, 2**30, 2**17):
        weights.save(model, folder, shard_bytes=limit)
        assert same(weights.load(folder), model)
    assert (folder / "tokenizer.json").exists()
    assert (folder / "adapter_model.safetensors").exists()
    assert not (folder / WHOLE).exists()
    assert not list(folder.glob(".draft*"))


def test_a_failed_save_leaves_the_old_checkpoint(model, folder, monkeypatch):
    def full(*args, **more):
        raise OSError("No space left on device")

    monkeypatch.setattr("qvl.model.saving.save_file", full)
    with pytest.raises(OSError, match="No space"):
        weights.save(QwenVL(UNTIED), folder)
    assert same(weights.load(folder), model)
    assert sorted(path.name for path in folder.iterdir()) == [CONFIG, WHOLE]


def test_a_model_saved_over_its_own_files(model, folder):
    again = weights.load(folder)
    weights.save(again, folder, shard_bytes=2**16)
    weights.save(again, folder, shard_bytes=2**17)
    assert same(again, model)
    assert same(weights.load(folder), model)


def test_files_are_mapped_and_never_written(model, folder):
    before = (folder / WHOLE).read_bytes()
    again = weights.load(folder)
    with open("/proc/self/maps", encoding="utf-8") as maps:
        assert str(folder / WHOLE) in maps.read()
    with torch.no_grad():
        for x in again.parameters():
            x.zero_()
    assert (folder / WHOLE).read_bytes() == before
    assert same(weights.load(folder), model)


@pytest.mark.parametrize("left", [0, 4, 100, 5000, -1])
def test_truncated(folder, left):
    raw = (folder / WHOLE).read_bytes()
    (folder / WHOLE).write_bytes(raw[:left])
    text = refusal(folder)
    assert WHOLE in text
    assert "cut short" in text


def test_a_pickle_under_a_safe_name(folder):
    torch.save({}, folder / WHOLE)
    assert "no safetensors" in refusal(folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "consolidated.00.pth", "model.pt"])
def test_pickle(folder, name):
    (folder / WHOLE).rename(folder / name)
    text = refusal(folder)
    assert name in text
    assert "pickle" in text
    assert "save_pretrained" in text
    assert "pickle" in refusal(folder / name)


def test_index_of_pickles(folder):
    (folder / WHOLE).unlink()
    (folder / INDEX).write_text('{"weight_map": {"a": "pytorch_model-00001-of-00001.bin"}}')
    assert "pickle" in refusal(folder)


def test_missing_shard(model, tmp_path):
    weights.save(model, tmp_path, shard_bytes=2**16)
    shard = sorted(tmp_path.glob("*.safetensors"))[1]
    shard.unlink()
    assert shard.name in refusal(tmp_path)


def edit_index(folder, edit):
    raw = json.loads((folder / INDEX).read_text())
    edit(raw["weight_map"])
    (folder / INDEX).write_text(json.dumps(raw))


@pytest.fixture
def shards(model, tmp_path):
    weights.save(model, tmp_path / "shards", shard_bytes=2**16)
    return tmp_path / "shards"


def move(folder, name, source, target, *, keep=False):
    """Take a tensor from one shard to another; with `keep` it stays where it was too."""
    a, b = load_file(folder / source), load_file(folder / target)
    b[name] = a[name]
    if not keep:
        del a[name]
    for state, file in ((a, source), (b, target)):
        save_file(state, folder / file, metadata={"format": "pt"})


def test_an_index_that_names_what_no_shard_has(shards):
    first = "model-00001-of-00011.safetensors"
    edit_index(shards, lambda where: where.update({"lm_head.weight": first}))
    assert f"names lm_head.weight in {first}, but no shard has it" in refusal(shards)


def test_a_shard_that_lost_a_tensor(shards):
    last = sorted(shards.glob("*.safetensors"))[-1]
    state = load_file(last)
    state.pop("model.norm.weight")
    save_file(state, last, metadata={"format": "pt"})
    assert f"names model.norm.weight in {last.name}, but no shard has it" in refusal(shards)


def test_a_tensor_in_the_wrong_shard(shards):
    first, *_, last = [p.name for p in sorted(shards.glob("*.safetensors"))]
    move(shards, "model.norm.weight", last, first)
    text = refusal(shards)
    assert f"names model.norm.weight in {last}, but it lies in {first}" in text
    assert "from one release" in text


def test_a_tensor_that_no_index_names(shards):
    edit_index(shards, lambda where: where.pop("model.norm.weight"))
    assert "names model.norm.weight in no shard, but it lies in" in refusal(shards)


def test_a_tensor_in_two_shards(shards):
    first, *_, last = [p.name for p in sorted(shards.glob("*.safetensors"))]
    move(shards, "model.norm.weight", last, first, keep=True)
    assert f"model.norm.weight comes twice, in {first} and in {last}" in refusal(shards)


def test_a_shard_cut_short(shards):
    last = sorted(shards.glob("*.safetensors"))[-1]
    last.write_bytes(last.read_bytes()[:-8])
    text = refusal(shards)
    assert last.name in text
    assert "cut short" in text


def test_several_missing_shards(shards):
    for path in sorted(shards.glob("*.safetensors"))[:5]:
        path.unlink()
    assert "model-00003-of-00011.safetensors and 2 more, which" in refusal(shards)


PEAKS = """
import sys, pathlib, torch
from qvl.model.files import stored

def kib(what):  # VmRSS: resident now; VmHWM: at the peak
    return int(open("/proc/self/status").read().split(what)[1].split()[0])

tensors = stored(pathlib.Path(sys.argv[1]))
for dtype, what in ((torch.float16, "VmRSS:"), (torch.float32, "VmHWM:")):
    before = kib("VmRSS:")
    kept = [x.read(dtype) for x in tensors]
    print(kib(what) - before)
    assert {float(x[7]) for x in kept} == {3}
    del kept
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="peaks are read from /proc")
def test_what_is_mapped_is_left_alone_and_what_is_converted_is_let_go(tmp_path):
    mib, count = 8, 16
    state = {f"x{i}": torch.full((mib << 19,), 3, dtype=torch.float16) for i in range(count)}
    store(state, {}, tmp_path, 2**30, None, None)
    words = [sys.executable, "-c", PEAKS, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    mapped, converted = (int(kib) / 1024 for kib in done.stdout.split())
    assert mapped < mib
    result = 2 * mib * count
    assert result - 2 * mib <= converted < result + 4 * mib


@pytest.mark.parametrize(
    "index", ["{}", '{"weight_map": {}}', '{"weight_map": {"a": "../x.safetensors"}}', "[]", "{"]
)
def test_bad_index(folder, index):
    (folder / WHOLE).unlink()
    (folder / INDEX).write_text(index)
    assert INDEX in refusal(folder)


def test_index_and_whole_file(folder):
    (folder / INDEX).write_text("{}")
    text = refusal(folder)
    assert INDEX in text
    assert "both" in text


def test_no_weights(folder):
    (folder / WHOLE).unlink()
    assert WHOLE in refusal(folder)


def test_a_pointer_of_git_lfs(folder):
    (folder / WHOLE).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert "git lfs pull" in refusal(folder)


@pytest.mark.parametrize(("limit", "moves"), [(2**16, 13), (2**30, 2)])
def test_killed_while_moving_files_in(model, folder, monkeypatch, limit, moves):
    """Old and new never mix, and nothing of the new is lost."""
    old = weights.load(folder)
    with torch.no_grad():
        model.model.norm.weight.add_(1)
    for survived in range(moves):
        weights.save(old, folder)
        left = iter(range(survived))

        def replace(source, target, left=left, move=os.replace):
            if next(left, None) is None:
                raise KeyboardInterrupt
            move(source, target)

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("os.replace", replace)
            weights.save(model, folder, shard_bytes=limit)
        assert "no config.json" in refusal(folder)
        (draft,) = folder.glob(".draft-*")
        for file in draft.iterdir():
            file.rename(folder / file.name)
        draft.rmdir()
        assert same(weights.load(folder), model)
