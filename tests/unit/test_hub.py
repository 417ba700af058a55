"""Models by name: shipped, in a folder, at the hub (here one on 127.0.0.1), in its cache."""

import json

import pytest
import torch
from folders import change_config, same
from hub_server import COMMIT, Hub, serve
from huggingface_hub import constants, file_download
from safetensors import safe_open

from qvl.config import TINY
from qvl.hub import locate, locate_settings
from qvl.model import weights
from qvl.model.files import CONFIG, INDEX, BadCheckpoint
from qvl.model.qwen import QwenVL

SHARDS = [f"model-{i:05}-of-00011.safetensors" for i in range(1, 12)]
FIRST, LAST = SHARDS[0], SHARDS[-1]


@pytest.fixture
def model(seed):
    torch.manual_seed(seed)
    return QwenVL(TINY)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(file_download.time, "sleep", lambda seconds: None)  # between attempts
    return tmp_path / "cache"


@pytest.fixture
def hub(model, tmp_path, cache, monkeypatch):
    folder = tmp_path / "served"
    weights.save(model, folder, shard_bytes=2**16)
    assert sorted(p.name for p in folder.glob("*.safetensors")) == SHARDS
    (folder / "tokenizer.json").write_text("{}")
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    (folder / "README.md").write_text("words")
    (folder / "original").mkdir()
    (folder / "original" / "copy.safetensors").write_bytes(b"twice")
    with serve(Hub(folder)) as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.address)
        template = hub.address + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(file_download, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
        yield hub


def refusal(name):
    with pytest.raises(BadCheckpoint) as caught:
        locate(name)
    text = str(caught.value)
    assert "\n" not in text
    return text


def offline(monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def test_only_what_is_needed_is_fetched_once(hub, model):
    folder = locate("owner/tiny")
    names = {str(p.relative_to(folder)) for p in folder.rglob("*")}
    shards = {p.name for p in hub.folder.glob("*.safetensors")}
    assert names == {CONFIG, INDEX, "tokenizer.json"} | shards
    assert same(weights.load(folder), model)
    before = dict(hub.sent)
    assert locate("owner/tiny@v1") == locate("owner/tiny") == folder
    assert locate(f"owner/tiny@{COMMIT}") == folder
    assert hub.sent == before


def test_settings_come_without_weights(hub):
    folder = locate_settings("owner/tiny")
    assert not list(folder.glob("*.safetensors"))
    assert not [name for name in hub.sent if name.endswith(".safetensors")]


def test_a_broken_line_is_taken_up_where_it_broke(hub, model, monkeypatch):
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)  # bytes that are kept at a time
    hub.cut, hub.cuts = {FIRST: 5000}, 2
    assert same(weights.load(locate("owner/tiny")), model)
    assert hub.ranges == [FIRST, FIRST]
    assert hub.sent[FIRST] == (hub.folder / FIRST).stat().st_size


def test_a_download_that_failed_goes_on_with_the_files_it_lacks(hub, model, cache, monkeypatch):
    hub.cut, hub.cuts = {LAST: 5000}, 1000
    text = refusal("owner/tiny")
    assert "owner/tiny" in text
    assert "run it again" in text
    had = dict(hub.sent)
    with monkeypatch.context() as patch:
        offline(patch)
        text = refusal("owner/tiny")
        assert "not whole in the cache" in text
        assert "HF_HUB_OFFLINE" in text
    hub.cuts = 0
    assert same(weights.load(locate("owner/tiny")), model)
    again = {name for name in hub.sent if hub.sent[name] > had.get(name, 0)}
    whole = {name for name in had if had[name] == (hub.folder / name).stat().st_size}
    assert LAST in again
    assert not again & whole


def test_offline_with_a_whole_snapshot(hub, model, monkeypatch):
    folder = locate("owner/tiny@v1")
    before = dict(hub.sent)
    offline(monkeypatch)
    assert locate("owner/tiny@v1") == folder
    assert hub.sent == before
    assert same(weights.load(folder), model)


def test_offline_with_nothing(cache, monkeypatch):
    offline(monkeypatch)
    text = refusal("owner/tiny@v1")
    assert "owner/tiny@v1" in text
    assert str(cache) in text
    assert "HF_HUB_OFFLINE is set: unset it once, or name a folder" in text


def test_a_hub_that_cannot_be_reached(hub, monkeypatch):
    folder = locate("owner/tiny")
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert locate("owner/tiny") == folder
    assert "http://127.0.0.1:9 cannot be reached" in refusal("owner/other")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("owner/none", "the hub has no owner/none"),
        ("owner/gated", "accept its terms"),
        ("owner/tiny@v9", "no revision 'v9'"),
        ("owner/ti ny", "check the spelling"),
        ("owner/..", "check the spelling"),
        ("tiny", "is no folder, no hub id"),
        ("./tiny", "is no folder, no hub id"),
        ("a/b/c", "is no folder, no hub id"),
        ("", "is no folder, no hub id"),
    ],
)
def test_wrong_names(hub, name, said):
    assert said in refusal(name)


def test_a_quantised_release_is_refused_before_its_weights_come(hub):
    change_config(hub.folder, lambda raw: raw.update(quantization_config={"quant_method": "awq"}))
    assert "'awq'" in refusal("owner/tiny")
    assert not [name for name in hub.sent if name.endswith(".safetensors")]


def test_a_release_of_pickles(hub):
    for path in [*hub.folder.glob("*.safetensors"), hub.folder / INDEX]:
        path.unlink()
    assert "owner/tiny has no safetensors at the hub" in refusal("owner/tiny")
    assert "pytorch_model.bin" not in hub.sent


def test_folders_and_nano(tmp_path):
    assert locate(tmp_path) == locate(str(tmp_path)) == tmp_path
    nano = locate("nano")
    assert json.loads((nano / CONFIG).read_text())["model_type"] == "qwen2_5_vl"
    with safe_open(nano / "model.safetensors", "pt") as file:
        assert weights.EMBEDDING in file.keys()  # noqa: SIM118 (no mapping)
