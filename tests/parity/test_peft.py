"""Oracle: PEFT, which puts adapters of ours onto transformers' model, and whose own we read."""

import pytest
import torch
from oracle import CONFIGS, asked, conversation, difference, grid, peer_of

from qvl.model import adapters, weights
from qvl.model.lora import Lora, adapted, attach
from qvl.sample import Batch
from tests.needs import installed

pytestmark = installed("peft", "accelerate")


@pytest.fixture(params=["heads-16-tied", "heads-64-untied"])
def pair(request, seed, tmp_path):
    """transformers' model and ours, of the same weights, for this test alone."""
    peer = peer_of(CONFIGS[request.param], seed)
    peer.save_pretrained(tmp_path / "model")
    return peer, weights.load(tmp_path / "model").eval()


def logits(model, peer, draw):
    sample = conversation(model.cfg, draw, [3, grid(draw), 5])
    with torch.no_grad():
        ours = model.lm_head(model(Batch.of([sample])))
        return ours, peer(**asked(sample, model.cfg)).logits[0]


@torch.no_grad()
def test_peft_reads_ours(pair, tmp_path, draw, seed):
    from peft import PeftModel

    peer, model = pair
    targets = ["tower", "merger", "llm"]
    if not model.cfg.text.tie_word_embeddings:
        targets.append("lm_head")
    attach(model, Lora(4, 6.0, targets=targets), seed)
    for layer in adapted(model).values():
        layer.lora_B.weight.normal_(std=0.05)
    adapters.save(model, tmp_path / "ours")
    theirs = PeftModel.from_pretrained(peer, tmp_path / "ours").eval()
    ours, wanted = logits(model, theirs, draw)
    assert difference(ours, wanted) < 1e-5
    assert sum(
        "lora_B" in name for name, _ in theirs.named_modules() if name.endswith("default")
    ) == len(adapted(model))


@torch.no_grad()
def test_we_read_what_peft_writes(pair, tmp_path, draw):
    from peft import LoraConfig, get_peft_model

    peer, model = pair
    before, same = logits(model, peer, torch.Generator().manual_seed(2))
    assert difference(before, same) < 1e-5
    theirs = get_peft_model(
        peer, LoraConfig(r=4, lora_alpha=6, target_modules=["qkv", "q_proj", "down_proj"])
    )
    for name, x in theirs.named_parameters():
        if "lora_B" in name:
            x.normal_(std=0.05)
    theirs.eval().save_pretrained(tmp_path / "theirs")
    adapters.load(model, tmp_path / "theirs")
    ours, wanted = logits(model, theirs, torch.Generator().manual_seed(2))
    assert difference(ours, before) > 1e-2
    assert difference(ours, wanted) < 1e-5
