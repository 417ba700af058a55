"""Answers that are made together are those made alone, whatever else is asked and when."""

import random
from dataclasses import replace

import pytest
import torch

from qvl.engine.engaged import Engaged
from qvl.engine.engine import Engine
from qvl.engine.generate import generate
from qvl.engine.resolve import resolve
from qvl.engine.sequence import Request
from qvl.messages import Settings
from tests.requests import answer, drawn, finished, prompt, tiny_model, told, unowned


@pytest.fixture(scope="module")
def model():
    return tiny_model()


def mixed(model, seed: int, *, tokens: int) -> None:
    """Random requests at random moments, some cancelled, against each by itself."""
    dice = random.Random(seed)
    engaged = Engaged(tokens, rows=64, chunk=16, ahead=4, sequences=6, patches=32, same=True)
    requests = [drawn(dice.randrange(40)) for _ in range(dice.randrange(2, 9))]
    engine = Engine(model, engaged)
    waiting, sequences, cancelled = list(requests), [], set()
    while waiting or not engine.idle:
        while waiting and dice.random() < 0.4:
            sequences.append(engine.add(waiting.pop(0)))
        if sequences and dice.random() < 0.02:
            cancelled.add(dice.randrange(len(sequences)))
            engine.cancel(sequences[max(cancelled)])
        engine.step()
        assert engine.pool.arena.free >= 0
    for at, (sequence, request) in enumerate(zip(sequences, requests, strict=True)):
        alone = answer(Engine(model, engaged), request)
        if at in cancelled:
            assert alone[: len(sequence.tokens)] == sequence.tokens
        else:
            assert told(sequence) == alone
    assert unowned(engine) == engine.pool.arena.slots


@pytest.mark.parametrize("seed", range(12))
def test_mixes(model, seed):
    mixed(model, seed, tokens=1024)


@pytest.mark.parametrize("seed", range(12))
def test_mixes_where_room_is_short(model, seed):
    """Room for little more than the longest of them: others are sent back and made anew."""
    mixed(model, 100 + seed, tokens=128)


@pytest.mark.slow
def test_five_hundred_mixes(model):
    for seed in range(500):
        mixed(model, 1000 + seed, tokens=(1024, 256, 128)[seed % 3])


@pytest.mark.parametrize("seed", range(6))
def test_quick_answers_are_the_same_text(model, seed):
    """Without `same` sums differ in their last bits, which these answers do not hang on."""
    requests = [drawn(seed * 10 + at) for at in range(6)]
    engine = Engine(model, Engaged(2048))
    sequences = [engine.add(request) for request in requests]
    finished(engine)
    for sequence, each in zip(sequences, requests, strict=True):
        assert told(sequence) == list(generate(model, each.sample, each.how, each.ends))


class Circle:
    """A rule that lets the same ten tokens come round and round."""

    end = 7

    def __init__(self) -> None:
        self.at = 0

    def allowed(self, size: int) -> torch.Tensor:
        return torch.arange(size) == 20 + self.at % 10

    def push(self, token: int) -> bool:
        assert token == 20 + self.at % 10
        self.at += 1
        return False


def test_guesses_come_true_and_change_nothing(model):
    """What goes round in circles takes fewer steps than it has tokens."""
    engine, steps = Engine(model, Engaged(1024)), 0
    shown = prompt([(1, 4, 4)], [1, 2, 3])
    sequence = engine.add(Request(shown, resolve(Settings(200)), (), Circle(), logprobs=0))  # type: ignore[arg-type]
    while not engine.idle:
        engine.step()
        steps += 1
    assert told(sequence) == [20 + at % 10 for at in range(200)]
    assert steps < 50
    quiet = Engine(model, Engaged(1024, guessing=0))
    other = quiet.add(Request(shown, resolve(Settings(200)), (), Circle(), logprobs=0))  # type: ignore[arg-type]
    finished(quiet)
    odds = (torch.tensor([each.logprob for each in s.told]) for s in (sequence, other))
    assert torch.allclose(*odds, atol=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_guesses_change_no_draw(model, seed):
    how = resolve(Settings(60, temperature=0.3, seed=seed, repetition_penalty=1.1))
    request = Request(prompt([(1, 4, 4)], [1, 2, 3, 1, 2, 3, 1, 2]), how, ())
    expected = answer(Engine(model, Engaged(1024, guessing=0)), request)
    assert answer(Engine(model, Engaged(1024)), request) == expected


def test_rows_do_not_depend_on_their_neighbours(model):
    """In tiles the logits of a prompt are equal to the bit, whatever is computed beside it."""
    engaged = Engaged(1024, chunk=16, same=True)
    first = drawn(1)
    told_alone, told_together = (
        _odds(model, engaged, [first, *more]) for more in ([], [drawn(n) for n in range(2, 8)])
    )
    assert torch.equal(told_alone, told_together)


def _odds(model, engaged, requests) -> torch.Tensor:
    engine = Engine(model, engaged)
    sequences = [engine.add(replace(each, logprobs=5)) for each in requests]
    finished(engine)
    return torch.tensor([each.logprob for each in sequences[0].told], dtype=torch.float64)
