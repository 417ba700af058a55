"""Oracle: the golden values of the report, section 1.9, and the authors' rule written out.

The rule is that of `get_rope_index` in the authors' repository at d2240f1: what follows a picture
or clip starts one past the largest coordinate of any axis.
"""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qvl.model.positions import mrope_positions


def spread(parts):
    """Marks, grids and steps of a list of text lengths and (grid, seconds per pair) of media."""
    marks, grids, steps = [], [], []
    for part in parts:
        if isinstance(part, int):
            marks += [False] * part
        else:
            (t, h, w), seconds = part
            marks += [True] * (t * h * w // 4)
            grids.append((t, h, w))
            steps.append(2 * seconds)
    return torch.tensor(marks), grids, steps


def test_picture_and_video():
    """2 text, start, picture 4x6, end, text, start, video [3, 4, 4] at 2 fps, end, 2 text."""
    got = mrope_positions(*spread([3, ((1, 4, 6), 0), 3, ((3, 4, 4), 1.0), 3]), 2)
    tail = [14, 15, 16]
    time = [0, 1, 2] + [3] * 6 + [6, 7, 8] + [9] * 4 + [11] * 4 + [13] * 4 + tail
    row = [0, 1, 2, 3, 3, 3, 4, 4, 4, 6, 7, 8] + [9, 9, 10, 10] * 3 + tail
    column = [0, 1, 2, 3, 4, 5, 3, 4, 5, 6, 7, 8] + [9, 10] * 6 + tail
    assert got.tolist() == [time, row, column]
    assert got.max() + 1 - got.shape[1] == -10


def test_fractional_seconds_are_cut_after_the_product():
    """second_per_grid 0.7, six frame pairs from 2."""
    got = mrope_positions(*spread([2, ((6, 2, 2), 0.7), 1]), 2)
    assert got[0].tolist() == [0, 1, 2, 3, 4, 6, 7, 9, 10]


FRAME_RATES = [(0.5, [0, 8, 16]), (1, [0, 4, 8]), (2, [0, 2, 4]), (4, [0, 1, 2]), (8, [0, 0, 1])]


@pytest.mark.parametrize(("fps", "ids"), FRAME_RATES)
def test_steps_between_frame_pairs(fps, ids):
    """Above 4 frames a second neighbouring pairs share an id."""
    got = mrope_positions(*spread([((3, 2, 2), 2 / fps)]), 2)
    assert got[0].tolist() == ids


def test_text_alone():
    assert mrope_positions(*spread([5]), 2).tolist() == [[0, 1, 2, 3, 4]] * 3


def authors_rule(parts):
    """Token by token, with loops."""
    out, cur = [], 0
    for part in parts:
        if isinstance(part, int):
            out += [(cur + i,) * 3 for i in range(part)]
            cur += part
            continue
        (t, h, w), seconds = part
        run = [
            (cur + int(k * (2 * seconds)), cur + row, cur + column)
            for k in range(t)
            for row in range(h // 2)
            for column in range(w // 2)
        ]
        out += run
        cur = max(max(ids) for ids in run) + 1
    return [list(axis) for axis in zip(*out, strict=True)]


sides = st.integers(1, 6).map(lambda units: 2 * units)
pictures = st.tuples(st.tuples(st.just(1), sides, sides), st.just(0.0))
clips = st.tuples(
    st.tuples(st.integers(1, 5), sides, sides), st.sampled_from([0.25, 0.5, 0.75, 1.0, 1.5, 4.0])
)
turns = st.lists(st.tuples(pictures | clips, st.integers(2, 8)), max_size=5)


@given(st.integers(1, 8), turns)
def test_equals_the_authors_rule(first, turns):
    parts = [first, *(part for turn in turns for part in turn)]
    assert mrope_positions(*spread(parts), 2).tolist() == authors_rule(parts)
