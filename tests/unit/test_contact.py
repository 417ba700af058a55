"""Contact sheets: true frames at their times, legible at any size, one frame held at a time."""

import weakref

import numpy as np
import pytest
from PIL import Image, ImageColor

from qvl.media.contact import MOST, Cells, _lanes, _summary, clock, contact_sheet
from qvl.media.draw import PALETTE
from qvl.media.video import glimpses, survey
from qvl.messages import Video
from tests.films import film, frame, number

SIZES = [(640, 360), (90, 160), (28, 28), (2000, 12), (12, 2000), (3840, 2160)]


def whole(video, marks=(), most=MOST):
    plan, frames = glimpses(video, most)
    return plan, contact_sheet(plan, frames, marks, "a clip", most)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 7, 60])
def test_cells_are_legible_and_inside(size, count):
    cells = Cells.of(count, size)
    assert cells.columns * cells.rows >= count > cells.columns * (cells.rows - 1)
    assert 110 <= cells.width <= 520 and cells.height >= 60
    assert cells.across <= 1560


def test_glimpses_are_the_sampled_frames_at_their_times():
    plan, frames = glimpses(Video(film(60, 10), nframes=20), 5)
    got = [(time, number(pixels)) for time, pixels in frames]
    assert len(plan.indices) == 20
    assert got == [(plan.times[i], plan.indices[i]) for i in (0, 5, 10, 14, 19)]
    at_hand = Video(tuple(frame(i) for i in (9, 4, 77)), fps=0.5)
    assert [(t, number(p)) for t, p in glimpses(at_hand, 9)[1]] == [(0, 9), (2, 4), (4, 77)]


def test_each_frame_stands_in_its_cell():
    plan, sheet = whole(Video(tuple(frame(i, (320, 180)) for i in (9, 4, 77, 130)), fps=1.0))
    cells = Cells.of(4, plan.original_size)
    foot = sheet.height - 24 - cells.corner(cells.rows * cells.columns)[1]
    for i, shown in enumerate((9, 4, 77, 130)):
        left, top = cells.corner(i)
        box = (24 + left, foot + top, 24 + left + cells.width, foot + top + cells.height)
        assert number(sheet.crop(box)) == shown


def covered(sheet, i):
    colour = ImageColor.getrgb(PALETTE[i])
    return int((np.asarray(sheet) == colour).all(-1).sum())


def test_what_is_inside_an_event_has_its_colour():
    clip = Video(tuple(frame(0, (160, 90)) for _ in range(10)), fps=1.0)
    _, plain = whole(clip)
    assert not covered(plain, 0)
    few, many = (whole(clip, [(0.0, end, "x")])[1] for end in (1.0, 8.0))
    assert covered(many, 0) > 3 * covered(few, 0) > 0
    two = whole(clip, [(0.0, 4.0, "x"), (2.0, 6.0, "y")])[1]
    assert covered(two, 0) and covered(two, 1)


def test_what_finds_no_room_is_told():
    plan = survey(Video(film(300, 10), max_frames=100, fps=10))
    assert _summary(plan, 60).endswith(
        "100 frames were seen, of which 60 are shown and 40 left out"
    )
    assert _summary(plan, 100).endswith("100 frames were seen")
    marks = [(i / 10, i / 10 + 1, "x" * 500) for i in range(90)]
    short = whole(Video(film(10, 10)), marks[:3])[1]
    tall = whole(Video(film(10, 10)), marks)[1]
    assert tall.height < short.height + 1000


def test_lanes_keep_overlapping_marks_apart():
    assert _lanes([(0, 5, ""), (1, 2, ""), (3, 4, ""), (6, 7, "")]) == [0, 1, 1, 0]
    assert _lanes([]) == []


def test_clock():
    assert [clock(t) for t in (0, 59.996, 3600.5)] == ["00:00.00", "01:00.00", "1:00:00.50"]


def test_one_frame_is_held_at_a_time():
    held, video = [], Video(tuple(Image.new("RGB", (64, 48)) for _ in range(40)), fps=1.0)

    def one_by_one():
        for i in range(40):
            pixels = np.zeros((48, 64, 3), np.uint8)
            held.append(weakref.ref(pixels))
            yield float(i), pixels
            del pixels
            assert sum(ref() is not None for ref in held) <= 1

    contact_sheet(survey(video), one_by_one())
    assert len(held) == 40
