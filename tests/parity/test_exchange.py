"""Oracle: transformers reads what we write, whole or in shards, and computes the same."""

import torch
from oracle import asked, conversation, difference, grid, peer_of, randomise
from transformers import Qwen2_5_VLForConditionalGeneration as Peer

from qvl.model import weights
from qvl.model.qwen import QwenVL
from qvl.sample import Batch


def read_by_peer(folder):
    peer, info = Peer.from_pretrained(folder, output_loading_info=True)
    assert not any(info.values()), info
    return peer.eval()


def test_ours_to_theirs(cfg, draw, seed, tmp_path):
    model = randomise(QwenVL(cfg), seed)
    weights.save(model, tmp_path, shard_bytes=2**18)
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    peer = read_by_peer(tmp_path)
    sample = conversation(cfg, draw, [2, grid(draw), 5, grid(draw), 4])
    with torch.no_grad():
        ours = model.lm_head(model(Batch.of([sample])))
        assert difference(ours, peer(**asked(sample, cfg)).logits[0]) < 1e-5


def test_the_written_type_is_the_one_read(cfg, seed, tmp_path):
    weights.save(randomise(QwenVL(cfg), seed), tmp_path, dtype=torch.bfloat16)
    assert read_by_peer(tmp_path).dtype == torch.bfloat16


def test_there_and_back_changes_nothing(cfg, seed, tmp_path):
    peer = peer_of(cfg, seed)
    peer.save_pretrained(tmp_path / "theirs")
    weights.save(weights.load(tmp_path / "theirs"), tmp_path / "ours")
    again = read_by_peer(tmp_path / "ours").state_dict()
    for name, x in peer.state_dict().items():
        assert torch.equal(x, again[name]), name
