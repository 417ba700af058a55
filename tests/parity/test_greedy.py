"""Oracle: transformers' `generate(do_sample=False)`; ours recomputes every step from scratch.

Random models soon say one token for ever, so each prompt is also asked without repeats.
"""

from dataclasses import replace

import pytest
import torch
from oracle import asked, conversation, grid

from qvl.sample import Batch

STEPS = 24


@torch.no_grad()
def ours_of(model, sample, repeats):
    start = len(sample)
    while len(sample) < start + STEPS:
        logits = model.lm_head(model(Batch.of([sample]))[-1])
        if not repeats:
            logits[sample.input_ids] = -torch.inf
        next_position = sample.position_ids.max() + 1
        sample = replace(
            sample,
            input_ids=torch.cat([sample.input_ids, logits.argmax()[None]]),
            position_ids=torch.cat([sample.position_ids, next_position.expand(3, 1)], dim=1),
        )
    return sample.input_ids[start:].tolist()


def theirs_of(peer, cfg, sample, repeats):
    peer.generation_config.eos_token_id = None  # all the steps
    peer.generation_config.pad_token_id = cfg.bos_token_id
    more = {} if repeats else {"no_repeat_ngram_size": 1}
    out = peer.generate(**asked(sample, cfg), do_sample=False, max_new_tokens=STEPS, **more)
    return out[0, len(sample) :].tolist()


@pytest.mark.parametrize("repeats", [True, False], ids=["plain", "no-repeats"])
@pytest.mark.parametrize("pictures", [0, 1, 3])
def test_greedy(model, peer, cfg, draw, pictures, repeats):
    sample = conversation(cfg, draw, [4, *(grid(draw) for _ in range(pictures)), 6])
    made = ours_of(model, sample, repeats)
    assert repeats or len(set(made)) == STEPS
    assert made == theirs_of(peer, cfg, sample, repeats)
