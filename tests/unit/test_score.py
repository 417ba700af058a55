"""Scores of a prompt, and of an answer beside those that generation tells."""

from dataclasses import replace

import pytest
import torch

from qvl.engine import score as scoring
from qvl.engine.engaged import Engaged
from qvl.engine.engine import Engine
from qvl.engine.memory import held, token_bytes
from qvl.engine.resolve import resolve
from qvl.engine.sequence import Request
from qvl.messages import Settings
from qvl.sample import Batch
from tests.requests import finished, prompt, tiny_model


@pytest.fixture(scope="module")
def model():
    return tiny_model()


@pytest.mark.parametrize("chunk", [4, 512])
def test_scores_are_those_of_the_whole_logits(model, monkeypatch, chunk):
    monkeypatch.setattr(scoring, "CHUNK", chunk)
    sample = prompt([(1, 4, 6), (2, 4, 4)], [*range(1, 30)])
    with torch.inference_mode():
        odds = model.lm_head(model(Batch.of([sample]))).float().log_softmax(-1)
    expected = odds[:-1].gather(1, sample.input_ids[1:, None])[:, 0]
    assert torch.allclose(scoring.score(model, sample), expected, atol=1e-4)
    assert len(scoring.score(model, prompt([], [5]))) == 0


def test_an_answer_is_told_with_the_odds_that_scoring_gives_it(model):
    sample = prompt([(1, 4, 4)], [1, 2, 3])
    engine = Engine(model, Engaged(256))
    sequence = engine.add(Request(sample, resolve(Settings(9)), (), logprobs=3))
    finished(engine)
    whole = torch.cat([sample.input_ids, torch.tensor(sequence.tokens)])
    after = int(sample.position_ids.max()) + 1 + torch.arange(9)
    places = torch.cat([sample.position_ids, after.expand(3, -1)], 1)
    scores = scoring.score(
        model, replace(sample, input_ids=whole, labels=whole, position_ids=places)
    )
    told = sequence.told
    assert [each.token for each in told] == sequence.tokens
    assert torch.allclose(torch.tensor([e.logprob for e in told]), scores[-9:], atol=1e-3)
    for each in told:
        assert len(each.likeliest) == 3 and each.likeliest[0] == (each.token, each.logprob)


def test_room_is_for_the_longest_sequence_or_a_gibibyte(model):
    assert token_bytes(model) == 2 * 2 * 2 * 16 * 4  # keys and values, layers, heads, width, float
    tokens = held(model)
    assert tokens >= model.cfg.text.max_position_embeddings
    assert tokens * token_bytes(model) >= 0.99 * (1 << 30)
