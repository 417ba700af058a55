"""Oracle: qwen-vl-utils 0.0.14, recorded, and the golden values of the report, section 1.8.

`sampling.json` holds what its decord path chose for random requests: the request, frames in the
clip, frames a second, (height, width), frames read, the sum of (place + 1) * index, frames a
second read, and the size. Of 8,000 such cases 9 differ here, all by the first kind of rounding
that `test_where_the_released_rule_errs` shows.
"""

import json
from pathlib import Path

import pytest

from qvl.media.sampling import BadVideo, Budget, choose, frame_size, smart_nframes, spread
from qvl.media.video import survey
from qvl.messages import Video
from tests.films import frame

UNIT = 28 * 28
RECORDED = json.loads((Path(__file__).parent / "sampling.json").read_text())
COOKBOOK = Video("", min_pixels=16 * UNIT, total_pixels=20480 * UNIT)


def chosen(total, rate, **asked):
    return choose(Video("", **asked), [i / rate for i in range(total)], rate, 1e-6)


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case[1]}-at-{case[2]:g}")
def test_recorded(case):
    asked, total, rate, (height, width), count, told, sample_fps, size = case
    got = chosen(total, rate, **asked)
    assert len(got.indices) == count
    assert sum((k + 1) * i for k, i in enumerate(got.indices)) == told
    assert got.sample_fps == sample_fps
    assert list(frame_size(height, width, count, Video("", **asked), Budget())) == size


@pytest.mark.parametrize(
    ("frames", "height", "width", "size", "tokens"),
    [(60, 1080, 1920, (532, 952), 19_380), (768, 360, 640, (140, 252), 17_280)],
)
def test_sizes_of_the_cookbook(frames, height, width, size, tokens):
    h, w = frame_size(height, width, frames, COOKBOOK, Budget())
    assert (h, w) == size
    assert frames // 2 * (h // 28) * (w // 28) == tokens


def test_a_small_least_size_is_what_holds_the_cap_of_the_report():
    """24,576 tokens at 768 frames; the released least of 128 a frame pair wins over any total."""
    capped = Video("", total_pixels=24_576 * UNIT)
    h, w = frame_size(360, 640, 768, capped, Budget())
    assert 384 * h * w // UNIT == 46_080
    h, w = frame_size(360, 640, 768, Video("", total_pixels=24_576 * UNIT, min_pixels=1), Budget())
    assert 384 * h * w // UNIT <= 24_576


def test_the_released_budget():
    assert Budget() == Budget(100_352, 602_112, 90_316_800)


@pytest.mark.parametrize(
    ("total", "rate", "asked", "count"),
    [
        (1800, 30, {}, 120),
        (1800, 30, {"fps": 1.0}, 60),
        (216_000, 30, {}, 768),
        (30, 30, {}, 4),
        (3, 30, {}, 2),
        (1800, 30, {"nframes": 7}, 8),
        (1800, 30, {"nframes": 5}, 4),  # half to even
        (1800, 30, {"max_frames": 9}, 8),
        (1800, 30, {"min_frames": 201}, 202),
        (7, 7, {"min_frames": 100}, 6),
    ],
)
def test_how_many(total, rate, asked, count):
    assert smart_nframes(Video("", **asked), total, rate) == count


def test_spread_rounds_half_to_even():
    assert spread(0, 5, 3) == [0, 2, 5]
    assert spread(0, 7, 3) == [0, 4, 7]
    assert spread(0, 59, 4) == [0, 20, 39, 59]


def test_where_the_released_rule_errs():
    """Each of these was run on 0.0.14."""
    # 1.12 s * 50 is 56.00000000000001 and 4.06 s * 50 is 202.99999999999997: a frame is lost
    assert chosen(127, 50, start=1.12).indices == (56, 79, 103, 126)  # 57, 80, 103, 126
    assert chosen(1617, 50, fps=0.5, end=4.06).indices == (0, 68, 135, 203)  # 0, 67, 135, 202
    # a list of frames is rounded to multiples of 56, and its `fps` is not heard
    pictures = (frame(0, (420, 308)),) * 4
    told = survey(Video(pictures, fps=5.0))
    assert told.processed_size == (420, 308)  # 448 x 336
    assert told.second_per_grid_ts == 2 / 5  # 2 / 2
    # a strip over its limit has no height left
    thin = Video("", min_pixels=UNIT, max_pixels=16 * UNIT)
    assert frame_size(10, 1900, 4, thin, Budget()) == (28, 1540)  # 0 x 1540
    # more frames a second than there are: it warns and goes on
    with pytest.raises(BadVideo, match=r"fps=10000 is more than the 30 frames a second there"):
        chosen(300, 30, fps=10_000)
