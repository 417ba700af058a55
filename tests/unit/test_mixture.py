"""Mixing and packing: every sample in its turn, whoever reads it."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.data.cursor import Cursor, dealt, start
from qvl.data.mixture import BLOCK, Mixture, shuffled
from qvl.data.packing import OPEN, place


@given(st.integers(1, 500), st.integers(0, 2**40), st.integers(0, 9))
def test_an_order_has_everything_once(size, seed, epoch):
    order = [shuffled(i, size, (seed, epoch)) for i in range(size)]
    assert sorted(order) == list(range(size))


def test_orders_differ_and_have_no_pattern():
    orders = [[shuffled(i, 1000, (0, epoch)) for i in range(1000)] for epoch in range(20)]
    assert len(set(map(tuple, orders))) == 20
    places = [order.index(0) for order in orders]
    assert len(set(places)) > 15
    steps = Counter(b - a for order in orders for a, b in pairwise(order))
    assert steps.most_common(1)[0][1] < 60


weights = st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=5).map(tuple)


@given(weights, st.integers(0, 99))
def test_every_block_has_each_sets_share(weights, seed):
    sizes = tuple(range(3, 3 + len(weights)))
    mixture = Mixture(sizes, weights, seed)
    for block in (7,):
        counts = Counter(mixture.at(block * BLOCK + i).part for i in range(BLOCK))
        for part, weight in enumerate(weights):
            share = weight / sum(weights) * BLOCK
            assert counts[part] >= 1
            assert abs(counts[part] - share) <= max(len(weights), 1)


def test_a_set_is_gone_through_whole_before_it_comes_again():
    mixture = Mixture((700, 90), (3.0, 1.0), 5)
    found = [mixture.at(n) for n in range(5 * BLOCK)]
    for part, size in enumerate(mixture.sizes):
        drawn = [(p.epoch, p.row) for p in found if p.part == part]
        for epoch in range(len(drawn) // size):
            rows = drawn[epoch * size : (epoch + 1) * size]
            assert sorted(rows) == [(epoch, row) for row in range(size)]
    assert found == [Mixture((700, 90), (3.0, 1.0), 5).at(n) for n in range(5 * BLOCK)]
    assert found != [Mixture((700, 90), (3.0, 1.0), 6).at(n) for n in range(5 * BLOCK)]


@pytest.mark.parametrize(
    ("sizes", "weights", "said"),
    [
        ((), (), "0 sets"),
        ((3,), (1.0, 2.0), "1 sets with 2 weights"),
        ((3, 0), (1.0, 2.0), "0 records"),
        ((3, 3), (1.0, 0.0), "above 0"),
        ((3, 3), (1.0, float("nan")), "above 0"),
    ],
)
def test_mixtures_that_make_no_sense(sizes, weights, said):
    with pytest.raises(ValueError, match=said):
        Mixture(sizes, weights)


@given(st.lists(st.integers(1, 1000), min_size=100, max_size=400))
def test_packs_hold_all_and_never_too_much(lengths):
    bins, closed = [], []
    for length in lengths:
        close, into = place([sum(b) for b in bins], length, 1000)
        if close is not None:
            closed.append(bins.pop(close))
        if into is None:
            bins.append([])
            into = -1
        bins[into].append(length)
        assert len(bins) <= OPEN
    assert sorted(x for b in [*closed, *bins] for x in b) == sorted(lengths)
    assert all(sum(b) <= 1000 for b in [*closed, *bins])
    with pytest.raises(ValueError, match="longer than a pack"):
        place([], 1001, 1000)


cursors = st.builds(
    Cursor,
    st.integers(0, 10**6),
    st.integers(1, 9),
    st.lists(st.integers(0, 99), max_size=4).map(tuple),
    st.lists(st.lists(st.integers(0, 99), max_size=3).map(tuple), max_size=3).map(tuple),
    st.integers(0, 99),
)


@given(cursors)
def test_cursors_come_back(cursor):
    assert Cursor.from_json(cursor.to_json()) == cursor


@given(st.integers(1, 5), st.integers(1, 5), st.lists(st.integers(0, 40), min_size=5, max_size=5))
def test_other_ranks_go_on_with_every_sample_once(ranks, others, reads):
    """Ranks have read unequally much, all of which waits in bins or is done."""
    done, held = [], []
    for rank in range(ranks):
        numbers = [rank + ranks * i for i in range(reads[rank])]
        finished, waiting = numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]
        done += finished
        at = rank + ranks * reads[rank]
        held.append(Cursor(at, ranks, bins=(tuple(waiting),), read=len(numbers)))
    fresh = dealt(held, others)
    for each in fresh:
        numbers = each.numbers()
        done += [next(numbers) for _ in range(len(each.backlog) + 50)]
    assert len(done) == len(set(done))
    missing = set(range(max(done) + 1)) - set(done)
    assert not missing or min(missing) > max(each.next for each in held)


def test_ranks_share_the_samples():
    numbers = [start(rank, 3).numbers() for rank in range(3)]
    assert sorted(next(n) for n in numbers for _ in range(4)) == list(range(12))
