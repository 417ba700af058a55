"""Frames to the rows the vision tower reads of a clip, two frames to a row."""

from collections.abc import Iterable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from qvl.sample import Grid


def resize(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """uint8[H, W, 3], bicubic with antialiasing in whole levels, as transformers resizes clips.

    Within two levels of Pillow, which pictures go through, at a third of its time. qwen-vl-utils
    works in float32 and rounds once: in white noise 0.7 % of levels differ by 2 to 17.
    """
    if pixels.shape[:2] == (height, width):
        return pixels
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None]  # a view, channels last
    x = F.interpolate(x, size=(height, width), mode="bicubic", antialias=True)
    return x[0].permute(1, 2, 0).numpy()


def stack(pictures: Iterable[np.ndarray], grid: Grid) -> Tensor:
    """uint8[H, W, 3], one after another -> uint8[P, 1176] (channel, frame, row, column).

    Each is brought to the grid's size, cut and let go; where one is missing at the end of an
    odd count, the last is repeated. Copied by numpy: threads of torch that such short work wakes
    spin on afterwards, on the cores that the decoder needs.
    """
    pairs, h, w = grid
    out = torch.empty(pairs * h * w, 1176, dtype=torch.uint8)
    held = out.numpy().reshape(pairs, h // 2, w // 2, 2, 2, 3, 2, 14, 14)
    filled = 0
    for picture in pictures:
        cut = resize(picture, 14 * h, 14 * w).reshape(h // 2, 2, 14, w // 2, 2, 14, 3)
        # unit row, unit column, row, column, channel, y, x
        held[filled // 2, ..., filled % 2, :, :] = cut.transpose(0, 3, 1, 4, 6, 2, 5)
        filled += 1
    assert filled in (2 * pairs, 2 * pairs - 1), f"{filled} frames for {pairs} pairs"
    if filled % 2:
        held[-1, ..., 1, :, :] = held[-1, ..., 0, :, :]
    return out
