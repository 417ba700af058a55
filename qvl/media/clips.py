"""Frames to the rows the vision tower reads of a clip, two frames to a row."""

from collections.abc import Iterable

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from qvl.media.patches import patchify
from qvl.sample import Grid


def stack(pictures: Iterable[Image.Image], grid: Grid) -> Tensor:
    """RGB pictures, one after another -> uint8[P, 1176] (channel, frame, row, column).

    Each is brought to the grid's size, cut and let go; where one is missing at the end of an
    odd count, the last is repeated.
    """
    pairs, h, w = grid
    out = torch.empty(pairs, h * w, 3, 2, 196, dtype=torch.uint8)
    size, filled = (14 * w, 14 * h), 0
    for picture in pictures:
        if picture.size != size:
            picture = picture.resize(size, Image.Resampling.BICUBIC)
        rows = patchify(np.asarray(picture))[0].unflatten(1, (3, 196))
        out[filled // 2, :, :, filled % 2] = rows
        filled += 1
    assert filled in (2 * pairs, 2 * pairs - 1), f"{filled} frames for {pairs} pairs"
    if filled % 2:
        out[-1, :, :, 1] = out[-1, :, :, 0]
    return out.flatten(0, 1).flatten(1)
