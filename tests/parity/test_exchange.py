"""Oracle: transformers reads what we write, whole or in shards, and computes the same."""

import json

import pytest
import torch
from oracle import asked, conversation, difference, grid, peer_of, randomise
from safetensors.torch import load_file, save_file
from transformers import Qwen2_5_VLForConditionalGeneration as Peer

from qvl.model import weights
from qvl.model.files import INDEX
from qvl.model.qwen import QwenVL
from qvl.sample import Batch


def read_by_peer(folder):
    peer, info = Peer.from_pretrained(folder, output_loading_info=True)
    assert not any(info.values()), info
    return peer.eval()


def nest(folder):
    """Give every tensor the name that newer files use."""

    def newer(name):
        if name.startswith("visual."):
            return f"model.{name}"
        return name.replace("model.", "model.language_model.", 1)

    for path in folder.glob("*.safetensors"):
        state = {newer(name): x for name, x in load_file(path).items()}
        save_file(state, path, metadata={"format": "pt"})
    if (folder / INDEX).is_file():
        raw = json.loads((folder / INDEX).read_text())
        raw["weight_map"] = {newer(name): file for name, file in raw["weight_map"].items()}
        (folder / INDEX).write_text(json.dumps(raw))


def test_ours_to_theirs(cfg, draw, seed, tmp_path):
    model = randomise(QwenVL(cfg), seed)
    weights.save(model, tmp_path, shard_bytes=2**18)
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    peer = read_by_peer(tmp_path)
    sample = conversation(cfg, draw, [2, grid(draw), 5, grid(draw), 4])
    with torch.no_grad():
        ours = model.lm_head(model(Batch.of([sample])))
        assert difference(ours, peer(**asked(sample, cfg)).logits[0]) < 1e-5


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_written_type_is_the_one_read(cfg, seed, tmp_path, dtype):
    weights.save(randomise(QwenVL(cfg), seed), tmp_path, dtype=dtype)
    assert read_by_peer(tmp_path).dtype == dtype


@pytest.mark.parametrize("nested", [False, True], ids=["published", "nested"])
@pytest.mark.parametrize("size", ["1GB", "300KB"], ids=["whole", "shards"])
def test_there_and_back_changes_nothing(cfg, seed, tmp_path, nested, size):
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    peer = peer_of(cfg, seed)
    peer.save_pretrained(theirs, max_shard_size=size)
    assert (theirs / INDEX).is_file() == (size == "300KB")
    if nested:
        nest(theirs)
    weights.save(weights.load(theirs), ours, shard_bytes=2**30 if size == "1GB" else 300_000)
    assert (ours / INDEX).is_file() == (theirs / INDEX).is_file()
    again = read_by_peer(ours).state_dict()
    for name, x in peer.state_dict().items():
        assert torch.equal(x, again[name]), name
