"""Where the time of an answer goes, with the shipped nano."""

import time

import pytest
import torch

import qvl
from qvl.engine import timing
from qvl.engine.peaks import product_rate
from qvl.messages import Settings


@pytest.fixture(scope="module")
def vlm():
    return qvl.load()


def sample(vlm, text="hello"):
    return vlm.encode([{"role": "user", "content": text}]).sample


def test_parts_of_a_first_token_fill_the_time_it_takes(vlm):
    how = vlm.resolve(Settings(max_tokens=1))
    began = time.perf_counter()
    spent = timing.first_token(vlm.model, sample(vlm, "word " * 200), how)
    whole = time.perf_counter() - began
    assert list(spent) == ["tower", "prefill", "sample", "rest"]
    assert min(spent.values()) >= 0
    assert 0 < sum(spent.values()) <= whole


def test_a_model_is_as_it_was_after_being_watched(vlm):
    timing.first_token(vlm.model, sample(vlm), vlm.resolve(Settings(max_tokens=1)))
    for module in (vlm.model.visual, vlm.model.model, vlm.model.lm_head):
        assert not module._forward_hooks and not module._forward_pre_hooks


def test_a_prompt_that_fails_leaves_no_hooks(vlm):
    broken = qvl.load()
    with torch.no_grad():
        broken.model.lm_head.weight.fill_(torch.nan)
    with pytest.raises(FloatingPointError):
        timing.first_token(broken.model, sample(vlm), vlm.resolve(Settings(max_tokens=1)))
    assert not broken.model.model._forward_hooks


def test_every_answer_gets_a_token_in_a_step(vlm):
    samples = [sample(vlm, f"{i} words") for i in range(3)]
    spent = timing.steps(vlm.model, samples, vlm.resolve(Settings(max_tokens=9)), 5)
    assert len(spent) == 5 and min(spent) > 0


def test_an_answer_that_fails_is_no_figure(vlm):
    broken = qvl.load()
    with torch.no_grad():
        broken.model.lm_head.weight.fill_(torch.nan)
    with pytest.raises(FloatingPointError):
        timing.steps(broken.model, [sample(vlm)], vlm.resolve(Settings(max_tokens=9)), 5)


def test_a_machine_multiplies(vlm):
    assert product_rate(torch.device("cpu"), torch.float32) > 1e8
