"""Oracle: transformers' `generate`, against steps recomputed from scratch and against our engine.

Random models soon say one token for ever, so each prompt is also asked without repeats.
"""

from dataclasses import replace

import pytest
import torch
from oracle import asked, conversation, grid

from qvl.engine.generate import generate
from qvl.engine.resolve import resolve
from qvl.messages import Settings
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
    return written(peer, cfg, sample, do_sample=False, **more)


def written(peer, cfg, sample, **settings):
    out = peer.generate(**asked(sample, cfg), max_new_tokens=STEPS, **settings)
    return out[0, len(sample) :].tolist()


@pytest.mark.parametrize("repeats", [True, False], ids=["plain", "no-repeats"])
@pytest.mark.parametrize("pictures", [0, 1, 3])
def test_greedy(model, peer, cfg, draw, pictures, repeats):
    sample = conversation(cfg, draw, [4, *(grid(draw) for _ in range(pictures)), 6])
    made = ours_of(model, sample, repeats)
    assert repeats or len(set(made)) == STEPS
    assert made == theirs_of(peer, cfg, sample, repeats)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"repetition_penalty": 1.05},
        {"repetition_penalty": 1.3, "no_repeat_ngram_size": 3},
        {"no_repeat_ngram_size": 1},
        {"temperature": 0.1, "top_p": 0.001, "top_k": 1, "repetition_penalty": 1.05},  # as released
        {"temperature": 1e-6, "top_k": 50, "top_p": 0.9, "repetition_penalty": 1.5},
    ],
    ids=str,
)
def test_the_engine(model, peer, cfg, draw, settings):
    """The cache, the penalties and a sampler that has no choice give the peer's text."""
    peer.generation_config.eos_token_id = None
    peer.generation_config.pad_token_id = cfg.bos_token_id
    sample = conversation(cfg, draw, [4, grid(draw), 5, grid(draw), 6])
    made = list(generate(model, sample, resolve(Settings(STEPS, **settings)), ()))
    sampled = {"do_sample": "temperature" in settings}
    assert made == written(peer, cfg, sample, **settings, **sampled)
