"""Oracle: transformers' `generate(do_sample=False)`; ours recomputes every step from scratch."""

from dataclasses import replace

import pytest
import torch
from oracle import asked, conversation, grid

from qvl.sample import Batch

STEPS = 24


@torch.no_grad()
def ours_of(model, sample):
    made = []
    while len(made) < STEPS:
        hidden = model(Batch.of([sample]))[-1]
        made.append(int(model.lm_head(hidden).argmax()))
        next_position = sample.position_ids.max() + 1
        sample = replace(
            sample,
            input_ids=torch.cat([sample.input_ids, torch.tensor(made[-1:])]),
            position_ids=torch.cat([sample.position_ids, next_position.expand(3, 1)], dim=1),
        )
    return made


def theirs_of(peer, cfg, sample):
    peer.generation_config.eos_token_id = None  # all the steps
    peer.generation_config.pad_token_id = cfg.bos_token_id
    out = peer.generate(**asked(sample, cfg), do_sample=False, max_new_tokens=STEPS)
    return out[0, len(sample) :].tolist()


@pytest.mark.parametrize("pictures", [0, 1, 3])
def test_greedy(model, peer, cfg, draw, pictures):
    sample = conversation(cfg, draw, [4, *(grid(draw) for _ in range(pictures)), 6])
    made = ours_of(model, sample)
    assert len(set(made)) > 4, "a loop compares little"
    assert made == theirs_of(peer, cfg, sample)
