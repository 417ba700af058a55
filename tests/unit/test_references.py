"""References are those of the start model, survive a kill, and every pair is learnt from once."""

from collections import Counter
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qvl.config import TINY
from qvl.data.preferences import HasClip
from qvl.model.qwen import QwenVL
from qvl.train.initial import initialise
from qvl.train.onepass import OnePass, one_pass, plan
from qvl.train.optim import adamw
from qvl.train.parallel import World
from qvl.train.preference import Preference, Tuning
from qvl.train.references import BLOCK, Cache, Reference, compute, weights_digest
from tests.preferences import pair, wholes
from tests.unit.test_preference import alone

CAPACITY = 120


class Numbered:
    """Pairs by seed; what stands in `broken` raises."""

    def __init__(self, count: int, broken: dict[int, Exception] | None = None) -> None:
        self.count, self.broken, self.asked = count, broken or {}, list[int]()

    def __len__(self) -> int:
        return self.count

    def __call__(self, n: int):
        self.asked.append(n)
        if n in self.broken:
            raise self.broken[n]
        return pair(n)


def fresh() -> Preference:
    model = QwenVL(TINY)
    initialise(model, 0)
    return Preference(model, Tuning())


def cache(folder, model) -> Cache:
    return Cache(folder, weights_digest(model), "seeds", CAPACITY)


def test_cached_is_computed(tmp_path):
    objective = fresh()
    found = compute(objective, Numbered(10), cache(tmp_path, objective.model))
    for n, each in enumerate(found):
        one, two = wholes(n)
        with torch.no_grad():
            want = [alone(objective.model, sample).item() for sample in (one, two)]
        assert [each.chosen, each.rejected] == pytest.approx(want, abs=1e-4)
        assert each.name == f"set/{n}" and each.rows == len(pair(n))
    again = Numbered(10)
    assert compute(objective, again, cache(tmp_path, objective.model)) == found
    assert not again.asked


def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path):
    objective, count = fresh(), BLOCK + 6

    def bytes_of(where: Cache) -> list[bytes]:
        return [where.path(block).read_bytes() for block in (0, 1)]

    whole = cache(tmp_path / "whole", objective.model)
    compute(objective, Numbered(count), whole)
    broken = cache(tmp_path / "broken", objective.model)
    with pytest.raises(KeyboardInterrupt):
        compute(objective, Numbered(count, {BLOCK + 3: KeyboardInterrupt()}), broken)
    assert [p.name for p in broken.home.iterdir()] == ["00000.jsonl"]
    resumed = Numbered(count)
    compute(objective, resumed, broken)
    assert min(resumed.asked) == BLOCK and bytes_of(broken) == bytes_of(whole)


def test_other_weights_have_other_references(tmp_path):
    one, two = fresh(), fresh()
    assert cache(tmp_path, one.model).home == cache(tmp_path, two.model).home
    with torch.no_grad():
        two.model.model.norm.weight[3] += 1e-3
    assert cache(tmp_path, one.model).home != cache(tmp_path, two.model).home


def test_what_cannot_be_read_is_left_out_and_counted(tmp_path):
    objective = fresh()
    source = Numbered(21, {4: OSError("no such picture")})
    found = compute(objective, source, cache(tmp_path, objective.model))
    assert found[4].left_out == "no such picture" and sum(not x.left_out for x in found) == 20
    with pytest.raises(ValueError, match=r"1 of 21 pairs are left out.*1 x no such picture"):
        cache(tmp_path, objective.model).read(21, most_left_out=0.01)
    small = replace(cache(tmp_path, objective.model), capacity=5)
    with pytest.raises(ValueError, match=r"left out.*more than a pack of 5"):
        compute(objective, Numbered(3), small)


def test_a_clip_stops_the_run(tmp_path):
    objective = fresh()
    with pytest.raises(HasClip, match="set/2"):
        compute(objective, Numbered(4, {2: HasClip("set/2")}), cache(tmp_path, objective.model))


def test_weights_that_are_no_numbers_are_told(tmp_path):
    objective = fresh()
    with torch.no_grad():
        objective.model.model.norm.weight[0] = float("nan")
    with pytest.raises(FloatingPointError, match="set/0: the start model gives it nan"):
        compute(objective, Numbered(2), cache(tmp_path, objective.model))


@given(st.lists(st.integers(0, 50), max_size=80), st.integers(0, 9))
def test_a_plan_holds_each_pair_once_and_no_more_than_fits(rows, seed):
    told = [
        Reference(str(n), rows=each, left_out="" if each else "x") for n, each in enumerate(rows)
    ]
    packs = plan(told, 60, seed)
    assert sorted(n for each in packs for n in each) == [n for n, each in enumerate(rows) if each]
    assert all(sum(rows[n] for n in each) <= 60 for each in packs)
    assert packs == plan(told, 60, seed)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_one_pass_holds_each_pair_once_on_any_number_of_ranks(tmp_path, size):
    objective, source = fresh(), Numbered(23)
    found = tuple(compute(objective, source, cache(tmp_path, objective.model)))
    packs = tuple(plan(found, 80, 1))
    assert len(packs) % 4  # the last step is not full
    seen, total = Counter[str](), []
    alike = OnePass(source, found, packs, 4)
    for step in range(alike.steps):
        ranks = [replace(alike, world=World(rank, size))(step) for rank in range(size)]
        assert {len(each) for each in ranks} == {4 // size}
        batches = [batch for each in ranks for batch in each]
        total.append(sum(map(objective.weight, batches)))
        for batch in batches:
            seen.update(n for n, w in zip(batch.names, batch.weights, strict=True) if w)
    assert set(seen.values()) == {2} and len(seen) == 23 and sum(total) == 23
    assert alike.steps == -(-len(packs) // 4)
    with pytest.raises(ValueError, match="give a multiple"):
        replace(alike, world=World(0, 3))


def test_a_pair_that_has_changed_is_named(tmp_path):
    objective, source = fresh(), Numbered(3)
    found = compute(objective, source, cache(tmp_path, objective.model))
    found[1] = replace(found[1], digest="0")
    passed = OnePass(source, tuple(found), ((0, 1, 2),), 1)
    with pytest.raises(ValueError, match="set/1 is not the pair"):
        passed(0)


def test_a_pass_raises_the_margin(tmp_path):
    """Pairs whose better answer is known by one token: the margin of others grows."""
    objective = fresh()
    objective.model.visual.requires_grad_(False)
    source = Numbered(24)
    once = one_pass(objective, source, cache(tmp_path, objective.model), at_once=1)
    optimizer = adamw([objective])
    for group in optimizer.param_groups:
        group["lr"] = 3e-3
    margins = []
    for _ in range(2):  # the second time to see what the first has done
        figures = torch.zeros(2)
        for step in range(once.steps):
            (batch,) = once(step)
            optimizer.zero_grad()
            loss, told = objective(batch, objective.weight(batch))
            loss.backward()
            optimizer.step()
            figures += told["margin"]
        margins.append(float(figures[0] / figures[1]))
    assert margins[1] > 0.02 > margins[0]
