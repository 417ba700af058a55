"""Mixing and packing: every sample in its turn, whoever reads it."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.data.mixture import BLOCK, Mixture, shuffled
from qvl.data.packing import OPEN, first_fit


@given(st.integers(1, 500), st.integers(0, 2**40), st.integers(0, 9))
def test_an_order_has_everything_once(size, seed, epoch):
    order = shuffled(np.arange(size), size, (seed, epoch)).tolist()
    assert sorted(order) == list(range(size))
    assert order[-1] == shuffled(np.array([size - 1]), size, (seed, epoch))


def test_orders_differ_and_have_no_pattern():
    orders = [shuffled(np.arange(1000), 1000, (0, epoch)).tolist() for epoch in range(20)]
    assert len(set(map(tuple, orders))) == 20
    places = [order.index(0) for order in orders]
    assert len(set(places)) > 15
    steps = Counter(b - a for order in orders for a, b in pairwise(order))
    assert steps.most_common(1)[0][1] < 60


weights = st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=5).map(tuple)


@given(weights, st.integers(0, 99))
def test_every_block_has_each_sets_share(weights, seed):
    sizes = tuple(range(3000, 3000 + len(weights)))
    mixture = Mixture(sizes, weights, seed)
    for block in (7,):
        counts = Counter(mixture.block(block)[0].tolist())
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
    packs = first_fit(lengths, 1000)
    assert sorted(i for pack in packs for i in pack) == list(range(len(lengths)))
    assert all(sum(lengths[i] for i in pack) <= 1000 for pack in packs)
    with pytest.raises(ValueError, match="longer than a pack"):
        first_fit([*lengths, 1001], 1000)


def test_first_fit_by_hand():
    assert first_fit([700, 900, 300, 100], 1000) == [[0, 2], [1, 3]]
    assert first_fit([6] * (OPEN + 1), 10)[0] == [0]  # the fullest, the first of equals, is closed
    assert first_fit([], 10) == []
