"""The plan: a function of the step, each sample once an epoch, what runs together costs alike."""

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qvl.config import TINY
from qvl.data.census import Census
from qvl.data.costs import Cost, Found
from qvl.data.index import Entry, Member
from qvl.data.mixture import BLOCK
from qvl.data.plan import STRETCH, Deal, Plan
from qvl.data.reading import Reading
from qvl.data.stock import Source, Stock, weighed
from qvl.model.flops import flops

CAPACITY = 1000


def stock(name: str, lengths: list[list[int]], weight: float = 1.0) -> Stock:
    """A set of these samples with these draws each, half of every sample's tokens a picture."""
    counted = []
    for i, draws in enumerate(lengths):
        entry = Entry(f"{name}-{i}", (Member("json", 512 * i, 100, i),))
        found = [
            Cost(Reading(max_pixels=j), n, n // 3 + 1, ((1, 2, max(n // 4, 1) * 2),))
            for j, n in enumerate(draws, 1)
        ]
        counted.append((entry, Found([found])))
    census = Census.of(counted)
    return Stock(
        Source(name, (Path(f"{name}.tar"),), weight),
        CAPACITY,
        (census,),
        (len(census.units),),
        census.units["first"],
        census.units["draws"].astype(np.int64),
        census.draws["tokens"].astype(np.int64),
        weighed(census, TINY, {"tower", "merger", "llm"}),
    )


def lengths(count: int, seed: int, draws: int = 1) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    sizes = np.minimum(rng.lognormal(4.6, 0.8, (count, draws)), CAPACITY).astype(int)
    return sizes.clip(1).tolist()


@cache
def sets() -> tuple[Stock, Stock]:
    return stock("a", lengths(3000, 0), 3.0), stock("b", lengths(777, 1, 3), 1.0)


def plan(packs: int = 8, seed: int = 3, abreast: int | None = None) -> Plan:
    return Plan(sets(), Deal(packs, seed, abreast))


def told(packs) -> list:
    return [(p.number, p.samples.tolist(), p.tokens, p.cost) for p in packs]


def test_a_plan_is_a_function_of_seed_and_step():
    whole = [told(plan().step(step)) for step in range(40)]
    assert [told(each) for each in map(plan().step, reversed(range(40)))] == whole[::-1]
    for start in (1, 7, 8, 33):
        again = plan()
        assert [told(again.step(step)) for step in range(start, 40)] == whole[start:]
    assert [told(plan(seed=4).step(step)) for step in range(3)] != whole[:3]


def test_blocks_are_used_up_one_after_another():
    made = plan(packs=64)
    packs = [pack for step in range(3 * STRETCH) for pack in made.step(step)]
    assert sorted(pack.number for pack in packs) == list(range(3 * STRETCH * 64))
    assert made.ends[-1] > made.ends[0]  # several blocks
    samples = np.concatenate([p.samples for p in sorted(packs, key=lambda p: p.number)])
    first = samples[: sum(len(p.samples) for p in packs if p.number < made.ends[0])]
    assert len(first) == BLOCK


def test_each_sample_comes_once_an_epoch_and_no_pack_is_too_long():
    made = plan(packs=64)
    seen, steps = Counter(), 6 * STRETCH
    for step in range(steps):
        for pack in made.step(step):
            assert pack.tokens <= CAPACITY
            seen.update((p, epoch, unit) for p, epoch, unit, _ in pack.samples.tolist())
    assert set(seen.values()) == {1}
    for part, each in enumerate(made.stocks):
        epochs = Counter(epoch for p, epoch, _ in seen if p == part)
        whole = [epoch for epoch, n in epochs.items() if n == len(each)]
        assert max(epochs.values()) == len(each)
        assert set(range(max(epochs) - 1)) <= set(whole)  # but for the ones under way


def test_weights_are_those_of_the_sources():
    made = plan(packs=64)
    parts = Counter(
        p for s in range(2 * STRETCH) for k in made.step(s) for p in k.samples[:, 0].tolist()
    )
    assert parts[0] / parts[1] == pytest.approx(3.0, rel=0.05)


@pytest.mark.parametrize("abreast", [None, 4, 8])
def test_ranks_share_the_packs_of_a_step_whatever_their_number(abreast):
    made = plan(8, abreast=abreast)
    for step in (0, 5, 11):
        whole = sorted(p.number for p in made.step(step))
        for ranks in (1, 2, 4, 8):
            shares = [made.share(step, rank, ranks) for rank in range(ranks)]
            assert {len(share) for share in shares} == {8 // ranks}
            assert sorted(p.number for share in shares for p in share) == whole
    with pytest.raises(ValueError, match="8 packs a step cannot be dealt to 3 ranks"):
        made.share(0, 0, 3)


def imbalance(steps, ranks: int) -> float:
    """Time over that of equal packs, where all ranks wait for each other in every micro-batch."""
    costs = np.array([[pack.cost for pack in step] for step in steps])
    costs = costs.reshape(len(steps), -1, ranks)
    return float(np.mean(costs.max(2).sum(1) / costs.mean(2).sum(1)))


def test_what_runs_together_costs_alike():
    made = plan(packs=64, abreast=16)
    steps = [made.step(step) for step in range(4 * STRETCH)]
    dealt = imbalance(steps, 16)
    packs = sorted((p for step in steps for p in step), key=lambda p: p.number)
    naive = [packs[i : i + 64] for i in range(0, len(packs), 64)]
    assert dealt < 1.02 < imbalance(naive, 16)
    means, chance = (np.array([[p.cost for p in s] for s in x]).mean(1) for x in (steps, naive))
    assert means.std() < 2 * chance.std()  # every step sees all kinds
    totals = np.array(
        [sum(p.cost for p in made.share(step, rank, 16)) for step in range(8) for rank in range(16)]
    ).reshape(8, 16)
    assert (totals.max(1) / totals.mean(1)).mean() < 1.02


def test_draws_are_functions_of_the_epoch_and_all_come():
    made = plan(packs=64)
    found: dict[tuple[int, int], set[int]] = {}
    for step in range(6 * STRETCH):
        for pack in made.step(step):
            for part, epoch, unit, draw in pack.samples.tolist():
                if part == 1:
                    found.setdefault((unit, epoch), set()).add(draw)
    counts = Counter(d for draws in found.values() for d in draws)
    assert set(counts) == {0, 1, 2} and max(counts.values()) < 1.3 * min(counts.values())
    several = [set().union(*(found[key] for key in found if key[0] == unit)) for unit in range(20)]
    assert max(map(len, several)) > 1  # another one in another epoch
    asked = made.stocks[1].asked(3, 2)
    assert asked.name == "b/b-3" and asked.reading == Reading(max_pixels=3)
    assert asked.entry.members == (Member("json", 512 * 3, 100, 3),)


def test_all_draws_are_weighed_as_one_by_one():
    sizes = lengths(20, 5, 2)
    for learns in ({"tower", "merger", "llm"}, {"tower"}, {"llm"}):
        census = stock("a", sizes).shards[0]
        whole = weighed(census, TINY, learns)
        for (n, grid), cost in zip(
            ((n, (1, 2, max(n // 4, 1) * 2)) for each in sizes for n in each), whole, strict=True
        ):
            assert cost == pytest.approx(flops(TINY, [n], [grid], learns, n // 3 + 1).step)


@settings(max_examples=15)
@given(st.integers(1, 12), st.integers(0, 3), st.integers(1, 40))
def test_small_sets_and_odd_numbers_of_packs(packs, seed, count):
    made = Plan([stock("a", lengths(count, seed))], Deal(packs, seed))
    numbers = [p.number for step in range(STRETCH) for p in made.step(step)]
    assert sorted(numbers) == list(range(STRETCH * packs))


def test_what_makes_no_sense():
    with pytest.raises(ValueError, match="0 packs a step"):
        Deal(0)
    with pytest.raises(ValueError, match="8 packs a step in groups of 3"):
        Deal(8, abreast=3)
    one = stock("a", lengths(3, 0))
    with pytest.raises(ValueError, match="counted for packs of"):
        Plan([one, replace(one, capacity=7)], Deal(1))
