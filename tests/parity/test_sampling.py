"""Oracle: the logits processors that transformers' `generate` builds, in its order."""

import itertools

import pytest
import torch
from transformers import GenerationConfig, LogitsProcessorList

from qvl.engine.resolve import resolve
from qvl.engine.sampler import candidates, penalised
from qvl.messages import Settings

V = 400


def theirs(peer, logits, seen, **settings):
    asked = GenerationConfig(do_sample=True, **settings)
    built = peer._get_logits_processor(asked, input_ids_seq_length=len(seen))
    assert isinstance(built, LogitsProcessorList)
    return built(seen[None], logits[None].clone())[0].softmax(-1)


def ours(logits, seen, **settings):
    how = resolve(Settings(**settings))
    scores, ids = candidates(penalised(logits, how, seen), how)
    return torch.zeros(len(logits)).index_put((ids,), scores.softmax(-1))


def same(a, b):
    assert torch.equal(a > 0, b > 0)
    assert torch.allclose(a, b, atol=1e-6, rtol=1e-4)


@pytest.fixture
def logits(draw):
    return 4 * torch.randn(V, generator=draw)


@pytest.fixture
def seen(draw):
    return torch.randint(V, (60,), generator=draw)


GRID = list(
    itertools.product((1.0, 0.1, 1.7), (0, 1, 40), (1.0, 0.001, 0.8), (0.0, 0.05), (1.0, 1.05, 0.9))
)


def test_the_distribution(peer, logits, seen):
    names = ("temperature", "top_k", "top_p", "min_p", "repetition_penalty")
    for values in GRID:
        settings = dict(zip(names, values, strict=True))
        same(ours(logits, seen, **settings), theirs(peer, logits, seen, **settings))


def test_ties_at_the_edge_of_top_k_stay(peer, seen):
    logits = torch.tensor([3.0, 2.0, 2.0, 2.0, 1.0]).repeat(2)
    settings = {"temperature": 0.5, "top_k": 3}
    a = ours(logits, seen % 10, **settings)
    same(a, theirs(peer, logits, seen % 10, **settings, top_p=1.0))
    assert int((a > 0).sum()) == 8


def test_ties_in_top_p(peer, seen):
    logits = torch.tensor([1.0, 1.0, 1.0, 1.0, 0.0, 5.0])
    for top_p in (0.0, 0.5, 0.99, 0.999):
        settings = {"top_p": top_p, "top_k": 0}
        a = ours(logits, seen % 6, **settings, temperature=1.0)
        same(a, theirs(peer, logits, seen % 6, **settings))


def test_a_temperature_near_zero(peer, logits, seen):
    for temperature in (1e-6, 1e-4):
        settings = {"temperature": temperature, "repetition_penalty": 1.05}
        a = ours(logits, seen, **settings)
        same(a, theirs(peer, logits, seen, **settings, top_k=0))
        assert a.max() == 1
    for temperature in (1e-20, 1e-38, 1e-45, 1e-300):  # where theirs has no numbers
        odds = ours(1e4 * logits, seen, temperature=temperature)
        assert int(odds.argmax()) == int(logits.argmax()) and odds.sum() == 1


@pytest.mark.parametrize("size", [1, 2, 3, 61])
def test_no_repeated_ngrams(peer, logits, size):
    seen = torch.tensor([1, 2, 3, 1, 2, 4, 1, 2, 3, 1, 2])
    settings = {"no_repeat_ngram_size": size, "repetition_penalty": 1.1}
    a = ours(logits, seen, **settings, temperature=1.0)
    same(a, theirs(peer, logits, seen, **settings, temperature=1.0, top_k=0))
    assert (a == 0).nonzero()[:, 0].tolist() == {1: [1, 2, 3, 4], 2: [3, 4], 3: [3, 4], 61: []}[
        size
    ]
