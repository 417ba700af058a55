"""The letters that a PDF page holds, where they stand in its picture: no model, no guess."""

import ctypes
import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qvl.media.pdf import Pdf

if TYPE_CHECKING:
    import pypdfium2

Box = tuple[float, float, float, float]  # left, top, right, bottom

HYPHEN = "\u00ad"  # at the end of a line, a word goes on in the next one
_FINE = 64  # steps in a pixel that places are read in
_BULLETS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf02d": "-"}
_ACCENTS = {  # standing before its letter, as TeX sets it
    "`": "\u0300", "´": "\u0301", "ˆ": "\u0302", "˜": "\u0303", "¯": "\u0304", "˘": "\u0306",
    "˙": "\u0307", "¨": "\u0308", "˚": "\u030a", "˝": "\u030b", "ˇ": "\u030c", "¸": "\u0327",
}  # fmt: skip


@dataclass(frozen=True)
class Letter:
    """A character: its ink and its place in the line, in pixels of the picture of the page.

    A space or a line end of the text has no box of its own: " " or "\\n" with that of its place.
    `turn` is where the text runs: 0 to the right, 1 down, 2 to the left, 3 up.
    """

    text: str
    ink: Box
    body: Box  # as high as the font is
    turn: int = 0


@dataclass(frozen=True)
class Layer:
    """The letters in the order in which the file has them, and the places of its pictures."""

    letters: tuple[Letter, ...]
    pictures: tuple[Box, ...]
    size: tuple[int, int]  # width, height of the picture that pixels count
    unknown: int  # characters whose meaning the file does not tell


def read_layer(pdf: Pdf, number: int, size: tuple[int, int]) -> Layer:
    """The text of a page, counted from 1, whose picture is `size` (width, height) pixels.

    Follows the rotation and crop box of the page; a picture without a text layer has no letters.
    Ligatures come apart, accents join their letters, control characters are left out.
    """
    with pdf.page(number) as page:
        place = _placing(page, size)
        raw = list(_letters(page, place))
        pictures = tuple(_pictures(page, place, size))
    seen = [each for each in raw if _shows(each, size)]
    known = [each for each in seen if each.text]
    return Layer(tuple(_accented(known)), pictures, size, len(seen) - len(known))


Vector = tuple[float, float]


@dataclass(frozen=True)
class _Placing:
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

    def turn(self, angle: float) -> int:
        """Quarters that text of this angle, in radians, is turned by in the picture, clockwise."""
        x = math.cos(angle) * self.across[0] + math.sin(angle) * self.up[0]
        y = math.cos(angle) * self.across[1] + math.sin(angle) * self.up[1]
        return round(math.atan2(y, x) / (math.pi / 2)) % 4


def _placing(page: "pypdfium2.PdfPage", size: tuple[int, int]) -> _Placing:
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
    return _Placing(origin, across, up)


def _letters(page: "pypdfium2.PdfPage", place: _Placing) -> Iterator[Letter]:
    """Every character; its text is "" where the file does not tell what it is."""
    import pypdfium2.raw as raw

    text = page.get_textpage()
    try:
        left, bottom, right, top = (ctypes.c_double() for _ in range(4))
        loose = raw.FS_RECTF()
        high = 0
        for i in range(raw.FPDFText_CountChars(text.raw)):
            code = raw.FPDFText_GetUnicode(text.raw, i)
            if 0xD800 <= code < 0xDC00:  # the first half of a pair
                high = code
                continue
            if high and 0xDC00 <= code < 0xE000:
                code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00
            high = 0
            if not raw.FPDFText_GetCharBox(text.raw, i, left, right, bottom, top):
                continue
            raw.FPDFText_GetLooseCharBox(text.raw, i, loose)
            body = place.box(loose.left, loose.bottom, loose.right, loose.top)
            ink = place.box(left.value, bottom.value, right.value, top.value)
            turn = place.turn(raw.FPDFText_GetCharAngle(text.raw, i))
            yield from (Letter(piece, ink, body, turn) for piece in _meaning(code))
    finally:
        text.close()


def _meaning(code: int) -> tuple[str, ...]:
    """The characters of a code point: () for one without ink, ("",) for one nobody knows."""
    if code == 2:  # pdfium's mark for a hyphen that divides a word
        return (HYPHEN,)
    if code in (0, 0xFFFD, 0xFFFE, 0xFFFF):
        return ("",)
    text = _BULLETS.get(chr(code), chr(code))
    if text == "\n":
        return ("\n",)
    if text.isspace():
        return (" ",) if text != "\r" else ()
    kind = unicodedata.category(text)
    if kind in ("Co", "Cs", "Cn"):
        return ("",)
    if kind in ("Cc", "Cf"):
        return (HYPHEN,) if text == HYPHEN else ()
    if 0xFB00 <= code <= 0xFB06:  # ligatures of Latin
        return tuple(unicodedata.normalize("NFKC", text))
    return (text,)


def _shows(letter: Letter, size: tuple[int, int]) -> bool:
    """Whether its middle lies in the picture; spaces follow their neighbours."""
    if letter.text.isspace():
        return True
    left, top, right, bottom = letter.body
    return 0 <= (left + right) / 2 <= size[0] and 0 <= (top + bottom) / 2 <= size[1]


def _accented(letters: list[Letter]) -> Iterator[Letter]:
    """An accent and the letter below it become one character."""
    waiting: Letter | None = None
    for letter in letters:
        if waiting is not None:
            joined = unicodedata.normalize("NFC", letter.text + _ACCENTS[waiting.text])
            if len(joined) == 1 and letter.text.isalpha() and _above(waiting, letter):
                yield replace(letter, text=joined, ink=union([waiting.ink, letter.ink]))
                waiting = None
                continue
            yield waiting
            waiting = None
        if letter.text in _ACCENTS:
            waiting = letter
        else:
            yield letter
    if waiting is not None:
        yield waiting


def _above(accent: Letter, letter: Letter) -> bool:
    middle = (accent.ink[0] + accent.ink[2]) / 2
    return letter.ink[0] <= middle <= letter.ink[2]


def _pictures(page: "pypdfium2.PdfPage", place: _Placing, size: tuple[int, int]) -> Iterator[Box]:
    """Where bitmaps are drawn, those of at least a letter's size."""
    import pypdfium2.raw as raw

    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        corners, form = thing.get_bounds(), thing.container
        while form is not None:  # inside of a form, places are the form's own
            corners = form.get_matrix().on_rect(*corners)
            form = form.container
        left, top, right, bottom = place.box(*corners)
        box = (max(left, 0.0), max(top, 0.0), min(right, size[0]), min(bottom, size[1]))
        if min(box[2] - box[0], box[3] - box[1]) >= 16:
            yield box


def union(boxes: Sequence[Box]) -> Box:
    """The least box around all of them."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
