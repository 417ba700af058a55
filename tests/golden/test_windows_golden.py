"""Oracle: the golden values of the report, 1.5 and 1.6, and the authors' padding algorithm."""

from itertools import accumulate

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qvl.config import QWEN_7B
from qvl.media.patches import patchify
from qvl.model.positions import patch_positions, window_partition
from qvl.model.vision import Plan

EDGE = [0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 4, 9, 14]
MANY = [0, 64, 128, 144, 160, 176, 180, 244, 308, 324, 340, 356, 360]
GOLDEN = [
    ((1, 6, 10), EDGE, [0, 48, 60], [0, 60]),
    ((1, 8, 8), list(range(16)), [0, 64], [0, 64]),
    ((2, 10, 18), None, MANY, [0, 180, 360]),
]


@pytest.mark.parametrize(("grid", "order", "windows", "frames"), GOLDEN)
def test_windows(grid, order, windows, frames):
    plan = Plan.of([grid], QWEN_7B.vision, "cpu")
    assert order is None or plan.order.tolist() == order
    assert plan.windows.cu_seqlens.tolist() == windows
    assert plan.frames.cu_seqlens.tolist() == frames


def test_patch_order():
    """A 4x6 grid: the first two merge units, and the first of the second row of units."""
    places = list(map(tuple, patch_positions([(1, 4, 6)], 2).tolist()))
    assert places[:8] == [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (0, 3), (1, 2), (1, 3)]
    assert places[12:16] == [(2, 0), (2, 1), (3, 0), (3, 1)]
    assert sorted(places) == [(row, column) for row in range(4) for column in range(6)]


def test_patchify_cuts_in_the_same_order():
    """A picture whose every patch is painted with its row, its column and a constant."""
    h, w = 4, 6
    rows, columns = np.divmod(np.arange(h * w, dtype=np.uint8), w)
    paint = np.stack([rows, columns, np.full(h * w, 9)], -1).reshape(h, w, 3).astype(np.uint8)
    patches, grid = patchify(paint.repeat(14, axis=0).repeat(14, axis=1))
    assert grid == (1, h, w)
    channels = patches.unflatten(1, (3, 196))
    assert torch.equal(channels.amin(2), channels.amax(2))
    assert torch.equal(channels[:, :2, 0].long(), patch_positions([grid], 2))


def by_padding(grids, window=4):
    """The authors' algorithm, written straightforwardly: pad with -100, cut, drop the padding."""
    index, ends, start = [], [0], 0
    for t, h, w in grids:
        h, w = h // 2, w // 2
        down, across = window - h % window, window - w % window
        numbers = start + np.arange(t * h * w).reshape(t, h, w)
        padded = np.pad(numbers, ((0, 0), (0, down), (0, across)), constant_values=-100)
        for frame in padded:
            for y in range(0, h + down, window):
                for x in range(0, w + across, window):
                    cell = frame[y : y + window, x : x + window].ravel()
                    index += cell[cell != -100].tolist()
                    ends.append(4 * len(index))
        start += t * h * w
    return index, sorted(set(ends))


sides = st.integers(1, 14).map(lambda units: 2 * units)
grids = st.lists(st.tuples(st.integers(1, 3), sides, sides), min_size=1, max_size=4)


@given(grids)
def test_equals_padding_with_minus_100(grids):
    order, units = window_partition(grids, 2, 4)
    index, ends = by_padding(grids)
    assert order.tolist() == index
    assert [0, *accumulate(4 * n for n in units)] == ends


@given(grids)
def test_window_order_is_a_permutation_and_undone(grids):
    plan = Plan.of(grids, QWEN_7B.vision, "cpu")
    units = sum(t * h * w // 4 for t, h, w in grids)
    assert sorted(plan.order.tolist()) == list(range(units))
    assert torch.equal(plan.order[plan.inverse], torch.arange(units))


@given(grids)
def test_windows_stay_within_a_frame(grids):
    """So that a full block's segments hold in window order too."""
    plan = Plan.of(grids, QWEN_7B.vision, "cpu")
    assert set(plan.frames.cu_seqlens.tolist()) <= set(plan.windows.cu_seqlens.tolist())
