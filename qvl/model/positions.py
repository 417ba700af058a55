"""Where every patch and token sits: pure functions of the grids, run once, on the CPU.

P patches; U merge units of 2x2 patches, one LLM token each; T tokens.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from qvl.sample import Grid


def patch_positions(grids: Sequence[Grid], merge: int) -> Tensor:
    """(row, column)[P, 2] of every patch, in the unit-major order the patches arrive in."""
    out = []
    for t, h, w in grids:
        rows, cols = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        units = torch.stack([rows, cols], -1).view(h // merge, merge, w // merge, merge, 2)
        out.append(units.transpose(1, 2).reshape(h * w, 2).repeat(t, 1))
    return torch.cat(out)


def window_partition(grids: Sequence[Grid], merge: int, window: int) -> tuple[Tensor, list[int]]:
    """Order[U] that groups merge units by window, and how many units each window holds.

    `window` is the side in units (4 = 112 px). A window never spans two frames, and one cut by
    the right or bottom edge holds fewer units instead of padding. `order.argsort()` undoes it.
    """
    ids, windows = [], 0
    for t, h, w in grids:
        frame, y, x = torch.meshgrid(*map(torch.arange, (t, h // merge, w // merge)), indexing="ij")
        down, across = -(h // merge // -window), -(w // merge // -window)  # ceiling division
        ids.append(windows + (frame * down + y // window) * across + x // window)
        windows += t * down * across
    window_of = torch.cat([i.flatten() for i in ids])  # [U]
    return window_of.argsort(stable=True), window_of.bincount().tolist()


def mrope_positions(
    vision: Tensor, grids: Sequence[Grid], steps: Sequence[float], merge: int
) -> Tensor:
    """(time, row, column)[3, T] of one conversation; `vision`[T] marks its image and video tokens.

    Text moves all three axes by one. An image or video starts where the text stopped and spreads
    over (frame pair * step, row, column); what follows starts one past its largest coordinate:

        token    a b [2x2 image] c    `steps`: tokens_per_second * seconds per frame pair, so time
        time     0 1  2 2 2 2    4    runs with the clock and not with the frame count; 0 for an
        row      0 1  2 2 3 3    4    image, which has one frame.
        column   0 1  2 3 2 3    4
    """
    marks, spans, cursor, start = vision.tolist(), [], 0, 0
    for (t, h, w), step in zip(grids, steps, strict=True):
        begin = marks.index(True, cursor)
        spans.append(torch.arange(start, start + begin - cursor).expand(3, -1))
        start += begin - cursor
        times = (torch.arange(t) * step).long()
        rows, cols = torch.arange(h // merge), torch.arange(w // merge)
        box = torch.stack(torch.meshgrid(times, rows, cols, indexing="ij")).flatten(1)
        spans.append(start + box)
        start += int(box.max()) + 1
        cursor = begin + box.shape[1]
    spans.append(torch.arange(start, start + len(marks) - cursor).expand(3, -1))
    return torch.cat(spans, dim=1)
