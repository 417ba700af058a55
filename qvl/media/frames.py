"""One packet's frames, and a frame as an upright RGB picture."""

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.video.reformatter import VideoReformatter


def decoded(packet: "Packet") -> Iterator["VideoFrame"]:
    """Whole frames that say when they are shown; a damaged one is left out."""
    from av.error import FFmpegError

    with suppress(FFmpegError):
        for frame in packet.decode():
            if frame.pts is not None and not frame.is_corrupt:
                yield frame


def upright_size(frame: "VideoFrame") -> tuple[int, int]:
    """(width, height) as it is shown."""
    a, *_ = _matrix(frame)
    return (frame.width, frame.height) if a else (frame.height, frame.width)


def upright(frame: "VideoFrame", converter: "VideoReformatter") -> np.ndarray:
    """uint8[H, W, 3] at the frame's own size, turned and mirrored as its container says.

    One converter serves all frames, as a frame that makes its own starts threads each time.
    """
    rgb = converter.reformat(frame, format="rgb24", threads=1).to_ndarray()
    a, b, c, d = _matrix(frame)
    if not a:  # x and y change places first
        rgb, a, d = rgb.swapaxes(0, 1), c, b
    return np.ascontiguousarray(rgb[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1])


def _matrix(frame: "VideoFrame") -> tuple[int, int, int, int]:
    """x' = a x + c y, y' = b x + d y in quarter turns: a and d, or b and c, are 0."""
    held = frame.side_data.get("DISPLAYMATRIX")
    if held is None:
        return 1, 0, 0, 1
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(held)[:36])
    return (a, 0, 0, d) if abs(a) >= abs(b) else (0, b, c, 0)
