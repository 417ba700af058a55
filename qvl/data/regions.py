"""Masks, polygons and run lengths as boxes and points, in pixels of their picture.

A mask is bool[height, width]; a box is left, top, right, bottom, the last two one past the region.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

Box = tuple[float, float, float, float]
Point = tuple[float, float]


def box_of(mask: np.ndarray) -> tuple[int, int, int, int]:
    """The smallest box that holds a mask; ValueError if nothing is marked."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        raise ValueError("an empty mask has no box")
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def point_in(mask: np.ndarray) -> tuple[int, int]:
    """The pixel (x, y) of a mask that is farthest from what is outside, in city blocks.

    It is certainly marked, also in a ring or a crescent, whose centre is not. ValueError if
    nothing is marked.
    """
    left, top, right, bottom = box_of(mask)
    inner = np.pad(mask[top:bottom, left:right], 1)
    depth = _across(_down(inner))
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(x) - 1 + left, int(y) - 1 + top


def _down(mask: np.ndarray) -> np.ndarray:
    """int[H, W]: how far above or below the nearest unmarked pixel of the same column is."""
    rows = np.arange(len(mask))[:, None]
    far = 2 * sum(mask.shape)
    above = np.maximum.accumulate(np.where(mask, -far, rows))
    below = np.minimum.accumulate(np.where(mask, far, rows)[::-1])[::-1]
    return np.minimum(rows - above, below - rows)


def _across(depth: np.ndarray) -> np.ndarray:
    """The least of a row's depths and the steps to them, at each place."""
    steps = np.arange(depth.shape[1])[None]
    before = steps + np.minimum.accumulate(depth - steps, axis=1)
    after = np.minimum.accumulate((depth + steps)[:, ::-1], axis=1)[:, ::-1] - steps
    return np.minimum(before, after)


def polygons(rings: Sequence[Sequence[float]], size: tuple[int, int]) -> np.ndarray:
    """The mask of COCO polygons [x1, y1, x2, y2, ...] in a picture of (width, height)."""
    canvas = Image.new("1", size)
    draw = ImageDraw.Draw(canvas)
    for ring in rings:
        if len(ring) < 6 or len(ring) % 2:
            raise ValueError(f"a polygon of {len(ring)} numbers: three points or more are needed")
        draw.polygon([(float(x), float(y)) for x, y in zip(ring[::2], ring[1::2], strict=True)], 1)
    return np.asarray(canvas, dtype=bool)


def run_lengths(counts: Sequence[int] | str, size: Sequence[int]) -> np.ndarray:
    """The mask of a COCO run length coding, plain or compressed; `size` is (height, width).

    Runs go down the columns, and the first one is unmarked. ValueError if they do not add up.
    """
    runs = np.array(uncompressed(counts) if isinstance(counts, str) else counts, dtype=np.int64)
    height, width = size
    if (runs < 0).any() or runs.sum() != height * width:
        raise ValueError(f"run lengths of {runs.sum()} pixels for a mask of {height}x{width}")
    marked = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return marked.reshape(width, height).T


def uncompressed(text: str) -> list[int]:
    """The run lengths of COCO's text form.

    Six bits a letter from "0" on: five of the number, lowest first, and one that says more come;
    the sign is the top bit of the last five. From the fourth run on a number is the difference
    from the run before the last.
    """
    runs: list[int] = []
    value = shift = 0
    for letter in text:
        bits = ord(letter) - 48
        if not 0 <= bits < 64:
            raise ValueError(f"{letter!r} stands in no run length coding")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    if shift:
        raise ValueError("a run length coding that is cut short")
    return runs
