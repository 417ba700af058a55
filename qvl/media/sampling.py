"""Which frames of a clip are read, and how large: the released rule, as plain arithmetic.

The rule is that of qwen-vl-utils (report, section 2.1.2). Times are seconds from the first frame.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from qvl.media.sizes import UNIT, smart_resize
from qvl.messages import Video

PAIR = 2  # frames in one temporal patch
FPS = 2.0
MIN_FRAMES, MAX_FRAMES = 4, 768
_COUNTS = ("nframes", "min_frames", "max_frames", "resized_height", "resized_width")
_AMOUNTS = ("fps", "end", "min_pixels", "max_pixels", "total_pixels")


class BadVideo(ValueError):
    """A clip that cannot be read as asked; one sentence with the value and the remedy."""


@dataclass(frozen=True)
class Budget:
    """Of a clip where its message says nothing: pixels of a frame and of all pairs, and frames."""

    min_pixels: int = 128 * UNIT**2
    max_pixels: int = 768 * UNIT**2
    total_pixels: int = 115_200 * UNIT**2  # nine tenths of the released context, as tokens
    fps: float = FPS
    min_frames: int = MIN_FRAMES
    max_frames: int = MAX_FRAMES


RELEASED = Budget()


@dataclass(frozen=True)
class Choice:
    """The frames to read: their numbers, when each is shown, and how many make a second."""

    indices: tuple[int, ...]
    times: tuple[float, ...]
    sample_fps: float


def check(video: Video) -> None:
    """BadVideo for a request that contradicts itself or has no meaning."""
    for name in (*_COUNTS, *_AMOUNTS, "start"):
        _check_number(name, getattr(video, name))
    clashes = [
        ("nframes", ("fps", "min_frames", "max_frames")),
        ("resized_height", ("min_pixels", "max_pixels", "total_pixels")),
    ]
    for one, others in clashes:
        both = [name for name in others if getattr(video, name) is not None]
        if getattr(video, one) is not None and both:
            raise BadVideo(f"{one} and {both[0]} are both given; give one of them")
    if (video.resized_height is None) != (video.resized_width is None):
        raise BadVideo("resized_height and resized_width go together; give both")
    if video.nframes is not None and video.nframes < PAIR:
        raise BadVideo(f"nframes is {video.nframes}; give at least {PAIR}")
    if video.start is not None and video.end is not None and video.start >= video.end:
        raise BadVideo(f"start={video.start} is not before end={video.end}, in seconds")


def _check_number(name: str, value: object) -> None:
    if value is None:
        return
    kind = int if name in _COUNTS else int | float
    if isinstance(value, bool) or not isinstance(value, kind) or not math.isfinite(value):
        whole = "a whole number" if name in _COUNTS else "a number"
        raise BadVideo(f"{name} is {value!r}; it must be {whole}")
    if value < 0 or (value == 0 and name != "start"):
        raise BadVideo(f"{name} is {value}; it must be above 0")


def smart_nframes(video: Video, total: int, rate: float, budget: Budget = RELEASED) -> int:
    """How many of `total` frames at `rate` a second are read: even, and 4 to 768 as released."""
    if video.nframes is not None:
        count = round(video.nframes / PAIR) * PAIR
    else:
        low = _even(video.min_frames or budget.min_frames, math.ceil)
        high = _even(video.max_frames or min(budget.max_frames, total), math.floor)
        wanted = total / rate * (budget.fps if video.fps is None else video.fps)
        count = _even(min(max(wanted, low), high, total), math.floor)
    if not PAIR <= count <= total:
        raise BadVideo(f"{count} frames are asked of the {total} there; give {PAIR} to {total}")
    return count


def _even(count: float, rounded: Callable[[float], int]) -> int:
    return rounded(count / PAIR) * PAIR


def spread(first: int, last: int, count: int) -> list[int]:
    """`count` frames evenly from `first` to `last`, in float32 and half to even as released."""
    return torch.linspace(first, last, count).round().long().tolist()


def frame_rate(times: Sequence[float], claimed: float | None) -> float:
    """Frames a second: as the container claims, where the frames' own times bear it out.

    A container may know nothing, or have guessed from the first frames of a rate that varies.
    """
    steps, span = len(times) - 1, times[-1] - times[0]
    if claimed and abs(steps / claimed - span) <= 1 / claimed:
        return claimed
    return steps / span


def within(times: Sequence[float], start: float | None, end: float | None, tick: float) -> slice:
    """The frames shown from `start` to `end`, both counted; a tick is what rounding may cost."""
    first = 0 if start is None else bisect_left(times, start - tick)
    stop = len(times) if end is None else bisect_right(times, end + tick)
    if first == len(times):
        raise BadVideo(f"start={start} is beyond the last frame, which is at {times[-1]:.2f} s")
    if stop - first < PAIR:
        raise BadVideo(
            f"start={start} and end={end} leave {max(0, stop - first)} of {len(times)} frames; "
            f"give a span of at least {PAIR}"
        )
    return slice(first, stop)


def choose(
    video: Video,
    times: Sequence[float],
    claimed: float | None,
    tick: float,
    budget: Budget = RELEASED,
) -> Choice:
    """The frames to read of a clip whose frames are shown at `times`."""
    part = within(times, video.start, video.end, tick)
    shown = times[part]
    rate = frame_rate(shown, claimed)
    if video.fps is not None and video.fps > max(FPS, math.ceil(rate)):
        raise BadVideo(
            f"fps={video.fps:g} is more than the {rate:.4g} frames a second there; lower it"
        )
    count = smart_nframes(video, len(shown), rate, budget)
    indices = spread(part.start, part.stop - 1, count)
    return Choice(tuple(indices), tuple(times[i] for i in indices), count / len(shown) * rate)


def frame_size(
    height: int, width: int, frames: int, video: Video, budget: Budget
) -> tuple[int, int]:
    """(height, width) of each of `frames` frames, so that all fit the budget together.

    A frame's own least size wins over the whole; `max_pixels` can only lower what that leaves.
    """
    if video.resized_height is not None and video.resized_width is not None:
        return smart_resize(video.resized_height, video.resized_width)
    low = budget.min_pixels if video.min_pixels is None else video.min_pixels
    total = budget.total_pixels if video.total_pixels is None else video.total_pixels
    high = max(min(budget.max_pixels, total / frames * PAIR), int(low * 1.05))
    if video.max_pixels is not None:
        high = min(high, video.max_pixels)
    if high < low:
        raise BadVideo(
            f"max_pixels={high:g} is below min_pixels={low:g}; raise one, lower the other"
        )
    return smart_resize(height, width, low, high)
