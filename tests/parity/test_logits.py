"""Oracle: transformers' Qwen2_5_VLForConditionalGeneration, float32, with its own position ids.

With a clip it gets ours: its rule for what follows one differs from the authors' (report, 0.7).
"""

import torch
from oracle import asked, conversation, difference, grid

from qvl.sample import Batch


def logits(model, peer, cfg, sample, **more):
    with torch.no_grad():
        ours = model.lm_head(model(Batch.of([sample])))
        return ours, peer(**asked(sample, cfg), **more).logits[0]


def test_text(model, peer, cfg, draw):
    for tokens in (1, 7, 60):
        sample = conversation(cfg, draw, [tokens])
        assert difference(*logits(model, peer, cfg, sample)) < 1e-5


def test_one_picture(model, peer, cfg, draw):
    for _ in range(3):
        sample = conversation(cfg, draw, [3, grid(draw), 9])
        assert difference(*logits(model, peer, cfg, sample)) < 1e-5


def test_several_pictures(model, peer, cfg, draw):
    for _ in range(3):
        sample = conversation(cfg, draw, [2, grid(draw), grid(draw), 5, grid(draw), 4])
        assert difference(*logits(model, peer, cfg, sample)) < 1e-5


def test_a_clip_with_the_authors_positions(model, peer, cfg, draw):
    sample = conversation(cfg, draw, [2, grid(draw), 3, grid(draw, 3), 6])
    ours, theirs = logits(model, peer, cfg, sample, position_ids=sample.position_ids[:, None])
    assert difference(ours, theirs) < 1e-5


def test_the_peer_makes_the_same_positions_for_pictures(peer, cfg, draw):
    sample = conversation(cfg, draw, [2, grid(draw), grid(draw), 5, grid(draw), 4])
    inputs = asked(sample, cfg)
    del inputs["pixel_values"]
    theirs, _ = peer.model.get_rope_index(**inputs)
    assert torch.equal(sample.position_ids, theirs[:, 0])
