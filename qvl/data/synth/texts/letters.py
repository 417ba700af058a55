"""Letters of a face at a size, measured once and drawn in runs by skia, which keeps their masks.

Lengths are pixels. Arabic is shaped and ordered as a whole run; everything else is set letter by
letter, so that each letter's place is known.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from qvl.data.fonts import Face

_TOP = 0x30000  # code points from here on are in no font that text is set in
_FIRST = 256  # letters that a table has room for at first


@dataclass(frozen=True)
class Type:
    """A face at a size, and how its edges are drawn."""

    path: Path
    index: int
    size: float
    edges: str = "smooth"  # or "hinted", "bitten" (black and white alone)
    slant: float = 0.0
    bold: bool = False

    @classmethod
    def of(cls, face: Face, size: float, edges: str = "smooth") -> "Type":
        return cls(face.path, face.index, size, edges)


@lru_cache(maxsize=512)
def font(type: Type) -> Any:
    """A skia.Font; ValueError for a file that is none."""
    import skia

    made = skia.Font(_typeface(type.path, type.index), type.size)
    smooth = type.edges == "smooth"
    made.setSubpixel(smooth)
    made.setHinting(skia.FontHinting.kNone if smooth else skia.FontHinting.kNormal)
    if type.edges == "bitten":
        made.setEdging(skia.Font.Edging.kAlias)
    made.setSkewX(-type.slant)
    made.setEmbolden(type.bold)
    return made


@lru_cache(maxsize=256)
def _typeface(path: Path, index: int) -> Any:
    import skia

    made = skia.Typeface.MakeFromFile(str(path), index)
    if made is None:
        raise ValueError(f"{path} is no font that can be opened")
    return made


class Letters:
    """The advance and the ink of each letter of a type, learnt as they come."""

    def __init__(self, type: Type) -> None:
        self.type, self.font = type, font(type)
        self.rows = np.full(_TOP, -1, np.int32)  # code point -> row of the tables below
        self.glyphs = np.zeros(_FIRST, np.int32)
        self.advances = np.zeros(_FIRST)
        self.ink = np.zeros((_FIRST, 4))  # left, top, right, bottom from the pen on the baseline
        self.known = 0
        metrics = self.font.getMetrics()
        self.ascent, self.descent = -metrics.fAscent, metrics.fDescent

    def rows_of(self, text: str) -> np.ndarray:
        """int[N]: the row of each letter."""
        codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        rows = self.rows[codes]
        if rows.min(initial=0) < 0:
            self._learn(np.unique(codes[rows < 0]))
            rows = self.rows[codes]
        return rows

    def widths(self, text: str) -> np.ndarray:
        """float[N]: how far each letter moves the pen."""
        rows = self.rows_of(text)
        return self.advances[rows]

    def _learn(self, codes: np.ndarray) -> None:
        glyphs = self.font.unicharsToGlyphs(codes.tolist())
        if 0 in glyphs:
            missing = chr(codes[glyphs.index(0)])
            raise ValueError(f"{self.type.path.name} has no {missing!r}; choose another face")
        advances, bounds = self.font.getWidthsBounds(glyphs)
        end = self.known + len(codes)
        while end > len(self.glyphs):
            self.glyphs, self.advances = np.tile(self.glyphs, 2), np.tile(self.advances, 2)
            self.ink = np.tile(self.ink, (2, 1))
        at = slice(self.known, end)
        self.rows[codes] = np.arange(self.known, end)
        self.glyphs[at], self.advances[at] = glyphs, advances
        self.ink[at] = [(b.left(), b.top(), b.right(), b.bottom()) for b in bounds]
        self.known = end


@lru_cache(maxsize=96)
def letters(type: Type) -> Letters:
    return Letters(type)


@lru_cache(maxsize=256)  # a line is measured, then set
def shaped(text: str, type: Type) -> tuple[Any, float, tuple[float, float, float, float]]:
    """A run of a right-to-left script: its blob, its ascent, and its ink from its upper left.

    The ink is that of the picture, for joined letters reach where no table says.
    """
    import skia

    blob = skia.TextBlob.MakeFromShapedText(text, font(type), False)
    room = blob.bounds()
    wide, high = int(np.ceil(room.width())) + 4, int(np.ceil(room.height())) + 4
    held = np.zeros((high, wide, 4), np.uint8)
    x, y = 2 - room.left(), 2 - room.top()
    skia.Surface(held).getCanvas().drawTextBlob(blob, x, y, skia.Paint(AntiAlias=True))
    marked = held[..., 3] > 24
    rows, columns = np.flatnonzero(marked.any(1)), np.flatnonzero(marked.any(0))
    if not len(rows):
        return blob, 0.0, (0.0, 0.0, 0.0, 0.0)
    box = (columns[0] - x, rows[0] - y, columns[-1] + 1 - x, rows[-1] + 1 - y)
    left, top, right, bottom = (float(side) for side in box)
    return blob, -font(type).getMetrics().fAscent, (left, top, right, bottom)
