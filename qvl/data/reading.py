"""How a record is read where it leaves that open: how large, how dense in time, which piece."""

from dataclasses import dataclass, replace
from typing import Literal

from qvl.data.pictures import clip_of
from qvl.data.records import Clip, Picture
from qvl.inputs import Limits
from qvl.messages import Video

Schema = Literal["plain", "chatml"]  # of pre-training, and of all that comes after it


@dataclass(frozen=True)
class Reading:
    """`max_pixels` bounds each picture, and each frame of a clip, beside all other limits.

    `fps` is for clips that set neither fps nor nframes; tokens from `start` up to `stop` are read.
    """

    fps: float | None = None
    max_pixels: int | None = None
    start: int = 0
    stop: int | None = None  # None: to the end


WHOLE = Reading()


def picture(part: Picture, reading: Reading, limits: Limits) -> Picture:
    """The picture with limits that keep the reading's bound; what it asks for at least stays."""
    if reading.max_pixels is None:
        return part
    high = min(reading.max_pixels, part.max_pixels or limits.max_pixels)
    return replace(part, max_pixels=max(high, part.min_pixels or 0))


def clip(part: Clip, held: bytes, reading: Reading, limits: Limits) -> Video:
    """The clip as it is to be sampled."""
    video = clip_of(part, held)
    if reading.fps is not None and part.fps is None and part.nframes is None:
        video = replace(video, fps=reading.fps)
    if reading.max_pixels is not None:
        low = min(limits.clips.min_pixels, max(reading.max_pixels // 2, 1))  # to grow stays below
        video = replace(video, min_pixels=low, max_pixels=reading.max_pixels)
    return video
