"""Clips: what a model will see of one, and its patches (report, section 2.1.2)."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from qvl.media.clips import stack
from qvl.media.image import to_rgb
from qvl.media.sampling import (
    PAIR,
    BadVideo,
    Budget,
    Choice,
    check,
    choose,
    frame_rate,
    frame_size,
    spread,
)
from qvl.media.sizes import UNIT
from qvl.media.track import scan
from qvl.media.walk import pictures
from qvl.messages import Video
from qvl.sample import Grid

Read = Callable[[Sequence[int]], Iterator[np.ndarray]]  # the frames of these numbers


@dataclass(frozen=True)
class Survey:
    """What a model will see of a clip, before any of it is kept. Sizes are (width, height)."""

    codec: str  # "frames" where they are at hand
    original_size: tuple[int, int]
    duration: float  # seconds
    frames: int  # in the whole clip
    frame_rate: float  # frames a second on average, in the whole clip
    indices: tuple[int, ...]  # of the frames that are read
    times: tuple[float, ...]  # when each of these is shown, seconds from the first frame
    sample_fps: float  # how many of these make a second
    second_per_grid_ts: float  # seconds from one frame pair to the next
    processed_size: tuple[int, int]
    grid_thw: Grid
    tokens: int
    patch_bytes: int


@dataclass(frozen=True)
class Clip:
    survey: Survey
    patches: Tensor  # uint8[P, 1176] (channel, frame, row, column)


def survey(video: Video, budget: Budget | None = None) -> Survey:
    """What a model will see of a clip. Raises BadVideo, or BadImage for too long a strip."""
    return _plan(video, budget or Budget())[0]


def open_clip(video: Video, budget: Budget | None = None) -> Clip:
    """The patches of a clip. Memory beyond them does not grow with the clip's length."""
    plan, read = _plan(video, budget or Budget())
    return Clip(plan, stack(read(plan.indices), plan.grid_thw))


def glimpses(
    video: Video, most: int, budget: Budget | None = None
) -> tuple[Survey, Iterator[tuple[float, np.ndarray]]]:
    """What a model will see of a clip, and up to `most` of these frames with their times.

    Evenly chosen, uint8[H, W, 3] at their own size, decoded one by one as they are asked for.
    """
    plan, read = _plan(video, budget or Budget())
    count = len(plan.indices)
    kept = spread(0, count - 1, min(most, count))
    frames = read([plan.indices[i] for i in kept])
    return plan, zip((plan.times[i] for i in kept), frames, strict=True)


def _plan(video: Video, budget: Budget) -> tuple[Survey, Read]:
    check(video)
    if isinstance(video.source, tuple):
        return _at_hand(video, video.source, budget)
    source = video.source
    track = scan(source)
    times = track.times
    if len(times) < PAIR:
        raise BadVideo(f"{track.name} has a single frame; give it as a picture")
    if track.missing and (video.end is None or video.end > times[-1]):
        whole = math.floor(100 * times[-1]) / 100
        raise BadVideo(
            f"{track.name} breaks off after {times[-1]:.2f} s, short of what it claims to hold; "
            f"fetch it whole, or set end={whole} to use what is there"
        )
    choice = choose(video, times, track.claimed_rate, track.tick, budget)
    rate = frame_rate(times, track.claimed_rate)
    told = {"codec": track.codec, "duration": times[-1] + 1 / rate, "frame_rate": rate}
    plan = _survey(video, budget, choice, track.size, {**told, "frames": len(times)})
    return plan, lambda indices: pictures(source, track, indices)


def _at_hand(video: Video, frames: tuple[Image.Image, ...], budget: Budget) -> tuple[Survey, Read]:
    """Frames that were sampled already: all are used, as they are, at the rate they came with."""
    given = ("nframes", "min_frames", "max_frames", "start", "end")
    unfit = [name for name in given if getattr(video, name) is not None]
    if unfit:
        raise BadVideo(f"{unfit[0]} is for clips in files; of a list, give the frames you want")
    if not frames:
        raise BadVideo("a clip has an empty list of frames; give at least one")
    if video.fps is None:
        raise BadVideo("a list of frames needs its fps, the frames a second it was taken at")
    odd = next((x for x in frames if not isinstance(x, Image.Image)), None)
    if odd is not None:
        raise BadVideo(f"a frame of a clip is {odd!r}; give pictures")
    size = next((x.size for x in frames if x.size != frames[0].size), None)
    if size is not None:
        raise BadVideo(f"frames of {frames[0].size} and {size} pixels in one clip; make them equal")
    count = len(frames)
    choice = Choice(tuple(range(count)), tuple(i / video.fps for i in range(count)), video.fps)
    told = {"codec": "frames", "duration": count / video.fps, "frame_rate": video.fps}
    plan = _survey(video, budget, choice, frames[0].size, {**told, "frames": count})
    return plan, lambda indices: (np.array(to_rgb(frames[i])) for i in indices)


def _survey(
    video: Video, budget: Budget, choice: Choice, size: tuple[int, int], told: dict[str, Any]
) -> Survey:
    pairs = -(len(choice.indices) // -PAIR)  # the last frame of an odd count is repeated
    height, width = frame_size(size[1], size[0], PAIR * pairs, video, budget)
    return Survey(
        original_size=size,
        indices=choice.indices,
        times=choice.times,
        sample_fps=choice.sample_fps,
        second_per_grid_ts=PAIR / choice.sample_fps,
        processed_size=(width, height),
        grid_thw=(pairs, height // 14, width // 14),
        tokens=pairs * height * width // UNIT**2,
        patch_bytes=pairs * PAIR * height * width * 3,
        **told,
    )
