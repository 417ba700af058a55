"""What a font really draws: each glyph rendered once, for fonts claim what they leave blank.

A character counts as drawn if its picture has ink and is not the box for missing characters.
Arabic letters count only where the font joins them.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import ImageFont, features

SIZE = 24  # pixels of the em
_SUFFIXES = frozenset((".ttf", ".otf", ".ttc", ".otc", ".pfb"))
_ARABIC = range(0x0600, 0x0780)  # letters that have to join
_NOWHERE = "\U000fffff"  # for private use: fonts have no glyph here, and show what they show then


@dataclass(frozen=True)
class Drawn:
    """A face of a file, and the code points that it draws with ink."""

    path: Path
    index: int
    family: str
    style: str
    codes: tuple[int, ...]
    blank: int  # code points that it maps to no ink, or to the box


def drawn_faces(folder: Path) -> Iterator[Drawn]:
    """Every face of the font files below a folder; a file that cannot be read has none."""
    for path in sorted((folder / "usr/share/fonts").rglob("*")):
        if path.suffix.lower() in _SUFFIXES and not path.is_symlink():
            yield from file_faces(path)


def file_faces(path: Path) -> list[Drawn]:
    """The faces of one font file; none if it is damaged."""
    from fontTools.ttLib import TTLibError

    try:
        with _quiet():
            return _faces(path)
    except (TTLibError, OSError, AssertionError, KeyError, ValueError):
        return []


def _faces(path: Path) -> list[Drawn]:
    from fontTools.ttLib import TTCollection, TTFont

    many = path.suffix.lower() in (".ttc", ".otc")
    fonts = TTCollection(path, lazy=True).fonts if many else [TTFont(path, lazy=True)]
    inked: dict[Any, bool] = {}  # by glyph: the faces of a collection share many
    return [_face(path, at, font, inked) for at, font in enumerate(fonts)]


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the library has to say about odd dates and lengths of tables."""
    log = logging.getLogger("fontTools")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _face(path: Path, index: int, font: Any, inked: dict[Any, bool]) -> Drawn:
    drawing = ImageFont.truetype(path, SIZE, index, layout_engine=ImageFont.Layout.BASIC)
    outlines = next((t for t in ("CFF ", "CFF2", "glyf") if t in font.reader.tables), "")
    at = font.reader.tables[outlines].offset if outlines else index
    glyphs = font.getGlyphSet() if outlines else None
    box = drawing.getmask(_NOWHERE, "L")
    codes, blank = [], 0
    joins = _joins(path, index)
    for code, glyph in (font.getBestCmap() or {}).items():
        if code in _ARABIC and not joins:
            blank += 1
            continue
        key = at, glyph
        if key not in inked:
            mask = _drawn(drawing, chr(code))
            inked[key] = mask is not None and not (_near(mask, box, 0.15) and _same(glyphs, glyph))
        if inked[key]:
            codes.append(code)
        else:
            blank += 1
    family, style = drawing.getname()
    return Drawn(path, index, family or path.stem, style or "", tuple(codes), blank)


def _joins(path: Path, index: int) -> bool:
    """Whether two Arabic letters in a row are drawn otherwise than side by side."""
    if not features.check("raqm"):
        return False
    basic, shaped = (
        ImageFont.truetype(path, SIZE, index, layout_engine=layout).getmask("بب", "L")
        for layout in (ImageFont.Layout.BASIC, ImageFont.Layout.RAQM)
    )
    return not _near(basic, shaped, 0.03)


def _drawn(drawing: ImageFont.FreeTypeFont, letter: str) -> Any | None:
    """The picture of a letter if it has ink."""
    try:
        mask = drawing.getmask(letter, "L")
    except (OSError, ValueError):  # FreeType refuses this glyph
        return None
    return mask if mask.getbbox() is not None else None


def _near(mask: Any, other: Any, tolerance: float) -> bool:
    """Whether two pictures are of one size and as black; hinting moves edges by a pixel."""
    if any(abs(a - b) > 1 for a, b in zip(mask.size, other.size, strict=True)):
        return False
    ink = sum(_pixels(mask)), sum(_pixels(other))
    return max(ink) - min(ink) <= tolerance * max(ink)


def _same(glyphs: Any, name: str) -> bool:
    """Whether a glyph has the outline of the box for missing characters."""
    if name == ".notdef":
        return True
    if glyphs is None or ".notdef" not in glyphs:
        return False
    from fontTools.pens.recordingPen import RecordingPen

    outlines = []
    for each in (name, ".notdef"):
        pen = RecordingPen()
        glyphs[each].draw(pen)
        outlines.append(pen.value)
    return outlines[0] == outlines[1]


def _pixels(mask: Any) -> bytes:
    return bytes(mask)
