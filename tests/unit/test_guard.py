"""The guard on losses of real runs: quiet where they learn, awake where they diverge."""

import json
import math
from pathlib import Path

import pytest
import torch
from small_run import batch_of, fresh, learn, tensors

from qvl.train.checkpoint import Checkpoints
from qvl.train.guard import Diverged, Guard, Limits

ROOT = Path(__file__).resolve().parents[2]
NARROW = Limits(patience=3, window=12, least=6, most=2)


def watched(losses, limits: Limits, norm: float = 1.0) -> list[Guard]:
    guards = [Guard()]
    for loss in losses:
        guards.append(guards[-1].after(loss, norm, limits))
    return guards


def test_a_run_that_learns_is_left_alone():
    """Losses of single steps from nothing to nearly none, and those of the shipped model."""
    state = fresh()
    losses = [learn(state, [batch_of(1)]) for _ in range(120)]
    assert losses[-1] < 0.2 * losses[0]
    log = [json.loads(line) for line in (ROOT / "docs/nano-log.jsonl").read_text().splitlines()]
    for name in ("words.loss", "lines.loss"):
        shipped = [line[name] for line in log if name in line]
        assert len(shipped) > 50
        assert not any(g.diverged(Limits()) for g in watched(shipped, Limits()))
    assert not any(g.diverged(Limits()) for g in watched(losses, Limits()))


def test_a_rate_that_is_far_too_high_is_noticed():
    state = fresh()
    losses = [learn(state, [batch_of(2 * i % 8 + 1)]) for i in range(40)]
    for group in state.optimizer.param_groups:
        group["lr"] = 3.0
    losses += [learn(state, [batch_of(2 * i % 8 + 1)]) for i in range(20)]
    guards = watched(losses, Limits())
    first = next(i for i, guard in enumerate(guards) if guard.diverged(Limits()))
    assert 50 <= first <= 55
    assert max(guards[first].good) < 10  # what was bad has not moved the median


@pytest.mark.parametrize("loss,norm", [(math.nan, 1.0), (math.inf, 1.0), (1.0, math.nan)])
def test_what_is_no_number_is_bad_from_the_first_step(loss, norm):
    limits = Limits()
    guard = Guard()
    for bad in range(1, limits.patience + 1):
        assert not guard.diverged(limits)
        guard = guard.after(loss, norm, limits)
        assert guard.bad == bad and not guard.sound and guard.good == ()
    assert guard.diverged(limits)
    assert guard.after(1.0, 1.0, limits).sound


def test_a_single_spike_is_no_divergence():
    guards = watched([*[1.0] * 20, 50.0, 50.0, *[1.0] * 5], NARROW)
    assert not any(guard.diverged(NARROW) for guard in guards) and guards[-1].sound


def test_it_is_plain_json():
    guard = Guard((1.5, 2.0), 1, 7, 1)
    assert Guard.from_json(json.loads(json.dumps(guard.to_json()))) == guard


def test_the_run_goes_back_past_the_data_that_broke_it(tmp_path):
    """Steps 60 to 62 of the plan are another language; the rest is one batch again and again."""
    state, checkpoints, guard = fresh(), Checkpoints(tmp_path), Guard()
    used: list[int] = []
    step = 0

    def plan(at: int):
        used.append(at)
        return [batch_of(101 if 60 <= at <= 62 else 1)]

    while step < 68:
        loss = learn(state, plan(step + guard.skip))
        step += 1
        guard = guard.after(loss, 1.0, NARROW)
        if guard.diverged(NARROW):
            to, _ = checkpoints.restore(state, until=step - guard.bad)
            guard, step = guard.returned(step, to, NARROW), to
        elif guard.sound and step % 8 == 0:
            checkpoints.save(step, state, {"guard": guard.to_json()})
    checkpoints.close()
    assert used == [*range(63), *range(63, 75)]
    assert (guard.skip, guard.back, guard.bad) == (7, 1, 0) and len(guard.good) == 12
    straight = fresh()
    for _ in range(68):
        learn(straight, [batch_of(1)])
    assert all(torch.equal(x, y) for x, y in zip(tensors(state), tensors(straight), strict=True))


def test_at_last_it_stops_and_says_where():
    guard = Guard(good=(1.0,) * 10, bad=3, skip=8, back=2)
    with pytest.raises(Diverged, match=r"at step 98 after the run went back 2 times; .* 105 of"):
        guard.returned(100, 90, NARROW)
    assert len(Guard((1.0,) * 10, 3).returned(100, 95, NARROW).good) == 8
    with pytest.raises(ValueError, match="least=5, window=4"):
        Limits(least=5, window=4)
