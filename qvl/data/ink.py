"""What a font really draws: each glyph rendered once, because a font may claim what it leaves blank.

A character counts as drawn if its picture has ink and is not the box for missing characters.
Arabic letters count only where the font joins them.
"""

from collections.abc import Iterator
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
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        many = path.suffix.lower() in (".ttc", ".otc")
        fonts = TTCollection(path, lazy=True).fonts if many else [TTFont(path, lazy=True)]
        inked: dict[Any, bool] = {}  # by glyph: the faces of a collection share many
        return [_face(path, at, font, inked) for at, font in enumerate(fonts)]
    except (TTLibError, OSError, AssertionError, KeyError, ValueError):
        return []


def _face(path: Path, index: int, font: Any, inked: dict[Any, bool]) -> Drawn:
    drawing = ImageFont.truetype(path, SIZE, index, layout_engine=ImageFont.Layout.BASIC)
    outlines = next((t for t in ("CFF ", "CFF2", "glyf") if t in font.reader.tables), "")
    at = font.reader.tables[outlines].offset if outlines else index
    box = bytes(drawing.getmask(_NOWHERE, "L"))
    codes, blank = [], 0
    joins = _joins(path, index)
    for code, glyph in (font.getBestCmap() or {}).items():
        if code in _ARABIC and not joins:
            blank += 1
            continue
        key = at, glyph if glyph != ".notdef" else None
        if key not in inked:
            inked[key] = glyph != ".notdef" and _has_ink(drawing, chr(code), box)
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
    return basic.size != shaped.size or bytes(basic) != bytes(shaped)


def _has_ink(drawing: ImageFont.FreeTypeFont, letter: str, box: bytes) -> bool:
    try:
        mask = drawing.getmask(letter, "L")
    except (OSError, ValueError):  # FreeType refuses this glyph
        return False
    return mask.getbbox() is not None and bytes(mask) != box
