"""Places of a PDF page, in points from its lower left, to pixels of its picture."""

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pypdfium2

Box = tuple[float, float, float, float]  # left, top, right, bottom
_FINE = 64  # steps in a pixel that places are read in


Vector = tuple[float, float]


@dataclass(frozen=True)
class Placing:
    """From points of a page to pixels of its picture: origin + x * across + y * up."""

    origin: Vector
    across: Vector
    up: Vector

    def point(self, x: float, y: float) -> Vector:
        return (
            self.origin[0] + x * self.across[0] + y * self.up[0],
            self.origin[1] + x * self.across[1] + y * self.up[1],
        )

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        (x1, y1), (x2, y2) = self.point(left, bottom), self.point(right, top)
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)

    def turn(self, x: float, y: float) -> int:
        """Quarters clockwise that a direction on the page is turned by in the picture."""
        right = x * self.across[0] + y * self.up[0]
        down = x * self.across[1] + y * self.up[1]
        return round(math.atan2(down, right) / (math.pi / 2)) % 4


def placing(page: "pypdfium2.PdfPage", size: tuple[int, int]) -> Placing:
    """How the page lies in its picture, `size` (width, height): rotation, crop box and all."""
    import pypdfium2.raw as raw

    far = 1000  # points, so that whole steps are exact enough
    x, y = ctypes.c_int(), ctypes.c_int()
    width, height = (side * _FINE for side in size)

    def pixel(px: float, py: float) -> Vector:
        raw.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, px, py, x, y)
        return x.value / _FINE, y.value / _FINE

    origin = pixel(0, 0)
    ends = pixel(far, 0), pixel(0, far)
    across, up = (((end[0] - origin[0]) / far, (end[1] - origin[1]) / far) for end in ends)
    return Placing(origin, across, up)


def union(boxes: Sequence[Box]) -> Box:
    """The least box around all of them."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
