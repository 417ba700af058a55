"""Pages that are too large for one look: cut into tiles that overlap, read, put together again."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image as Pillow

from qvl.tasks.document.model import Element, Page
from qvl.tasks.document.seams import both
from qvl.tasks.place import Corners, Size

OVERLAP = 0.15  # of a tile's side that its neighbour has too, at least
_GUTTER = 12  # pixels of white between columns, at least
_WHITE = 24  # levels of grey that an empty row or column may vary by


@dataclass(frozen=True)
class Tile:
    """A part of a page: pixels of its picture."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.right, self.bottom


def cut(image: Pillow.Image, side: int) -> list[Tile]:
    """Tiles of at most `side` pixels a side, row by row; their edges lie in white where they can.

    Bands across the page overlap. One that is too wide is cut where a white column allows it, and
    stays whole otherwise, since a cut through lines of text leaves nothing to read. What is all
    white is no tile.
    """
    grey = np.asarray(image.convert("L"), dtype=np.int16)
    tiles = []
    for top, bottom in _bands(grey.max(axis=1) - grey.min(axis=1), side):
        band = grey[top:bottom]
        across = band.max(axis=0) - band.min(axis=0)
        for left, right in _columns(across, side):
            if (across[left:right] >= _WHITE).any():
                tiles.append(Tile(left, top, right, bottom))
    return tiles or [Tile(0, 0, *image.size)]


def _bands(variation: np.ndarray, side: int) -> list[tuple[int, int]]:
    """Overlapping spans of at most `side` that cover a height."""
    height, spans, start = len(variation), [], 0
    least = max(1, round(side * OVERLAP))
    while height - start > side:
        first, last = start + side // 2, start + side
        end, _ = _whitest(variation, first, last) or (last, 0)
        spans.append((start, end))
        first, last = max(start + 1, end - 2 * least), max(start + 1, end - least)
        start, _ = _whitest(variation, first, last) or (last, 0)
    return [*spans, (start, height)]


def _columns(variation: np.ndarray, side: int) -> list[tuple[int, int]]:
    """Spans beside each other that cover a width, of at most `side` where gutters allow it."""
    width, spans, start = len(variation), [], 0
    while width - start > side:
        found = _whitest(variation, start + side // 4, start + side)
        if found is None or found[1] < _GUTTER:
            break
        spans.append((start, found[0]))
        start = found[0]
    return [*spans, (start, width)]


def _whitest(variation: np.ndarray, first: int, last: int) -> tuple[int, int] | None:
    """The middle and length of the longest empty stretch from `first` to `last`; None: no such."""
    empty = np.pad(variation[first:last] < _WHITE, 1).astype(np.int8)
    turns = np.flatnonzero(np.diff(empty))
    begins, ends = turns[::2], turns[1::2]
    if not len(begins):
        return None
    longest = int(np.argmax(ends - begins))
    return first + int(begins[longest] + ends[longest]) // 2, int((ends - begins)[longest])


def merge(size: Size, tiles: Sequence[Tile], pages: Sequence[Page]) -> Page:
    """The page of its tiles, whose boxes are in pixels of each: what two tiles saw is kept once.

    Where an edge cut an element, its parts are joined by the text that both tiles have.
    """
    found: list[Element] = []
    orders: list[list[int]] = []
    for tile, page in zip(tiles, pages, strict=True):
        left, top = tile.left, tile.top
        moved = page.moved(
            lambda box, x=left, y=top: (box[0] + x, box[1] + y, box[2] + x, box[3] + y), size
        )
        order: list[int] = []
        before = len(found)
        for element in moved.elements:
            at, whole = _known(found[:before], element) or (len(found), element)
            found[at : at + 1] = [whole]
            if at not in order:
                order.append(at)
        orders.append(order)
    return Page(tuple(found[at] for at in _ordered(found, orders)), size)


def _known(found: Sequence[Element], element: Element) -> tuple[int, Element] | None:
    """Where an element was seen before, in part or whole, and what both are."""
    for at, old in enumerate(found):
        if whole := both(old, element):
            return at, whole
    return None


def _ordered(found: Sequence[Element], orders: Sequence[Sequence[int]]) -> list[int]:
    """Every tile's order kept; where it leaves a choice, on in the same column, then downwards."""
    before: list[set[int]] = [set() for _ in found]
    for order in orders:
        for first, then in pairwise(order):
            before[then].add(first)
    done: list[int] = []
    rest = set(range(len(found)))
    while rest:
        ready = [at for at in rest if not before[at] & rest] or list(rest)  # tiles that disagree
        last = found[done[-1]].box if done else None
        done.append(min(ready, key=lambda at: (_jump(last, found[at].box), at)))
        rest.remove(done[-1])
    return done


def _jump(last: Corners | None, box: Corners | None) -> float:
    """How far below the last element a box of the same column stands; endless for another one."""
    if last is None or box is None:
        return float("inf")
    beside = min(last[2], box[2]) - max(last[0], box[0])
    narrow = min(last[2] - last[0], box[2] - box[0])
    below = box[1] - (last[1] + last[3]) / 2
    return below if beside > 0.5 * narrow and below > 0 else float("inf")
