"""The letters that a PDF page holds, where they stand in its picture: no model, no guess."""

import ctypes
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qvl.media.pdf import Pdf
from qvl.media.placing import Box, Placing, placing, union

if TYPE_CHECKING:
    import pypdfium2

HYPHEN = "\u00ad"  # at the end of a line, a word goes on in the next one
_THIN = 4  # pixels that a line is thick, at most
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
    """The letters in the order in which the file has them, its pictures and its lines across."""

    letters: tuple[Letter, ...]
    size: tuple[int, int]  # width, height of the picture that pixels count
    pictures: tuple[Box, ...] = ()
    rules: tuple[Box, ...] = ()  # level lines, as between rows of a table
    unknown: int = 0  # characters whose meaning the file does not tell


def read_layer(pdf: Pdf, number: int, size: tuple[int, int]) -> Layer:
    """The text of a page, counted from 1, whose picture is `size` (width, height) pixels.

    Follows the rotation and crop box of the page; a picture without a text layer has no letters.
    Ligatures come apart, accents join their letters, control characters are left out.
    """
    with pdf.page(number) as page:
        place = placing(page, size)
        raw = list(_letters(page, place))
        pictures = tuple(_pictures(page, place, size))
        rules = tuple(box for box in _boxes(page, place, paths=True) if _is_rule(box))
    seen = [each for each in raw if _shows(each, size)]
    known = [each for each in seen if each.text]
    return Layer(tuple(_accented(known)), size, pictures, rules, len(seen) - len(known))


def _letters(page: "pypdfium2.PdfPage", place: Placing) -> Iterator[Letter]:
    """Every character; its text is "" where the file does not tell what it is."""
    import pypdfium2.raw as raw

    text = page.get_textpage()
    try:
        left, bottom, right, top = (ctypes.c_double() for _ in range(4))
        loose, matrix = raw.FS_RECTF(), raw.FS_MATRIX(1, 0, 0, 1, 0, 0)
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
            raw.FPDFText_GetMatrix(text.raw, i, matrix)
            turn = place.turn(matrix.a, matrix.b)
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


def _pictures(page: "pypdfium2.PdfPage", place: Placing, size: tuple[int, int]) -> Iterator[Box]:
    """Where bitmaps are drawn, those of at least a letter's size."""
    for left, top, right, bottom in _boxes(page, place, paths=False):
        box = (max(left, 0.0), max(top, 0.0), min(right, size[0]), min(bottom, size[1]))
        if min(box[2] - box[0], box[3] - box[1]) >= 16:
            yield box


def _is_rule(box: Box) -> bool:
    return box[3] - box[1] <= _THIN and box[2] - box[0] >= 10 * _THIN


def _boxes(page: "pypdfium2.PdfPage", place: Placing, paths: bool) -> Iterator[Box]:
    """Where paths, or else bitmaps, are drawn."""
    import pypdfium2.raw as raw

    kind = raw.FPDF_PAGEOBJ_PATH if paths else raw.FPDF_PAGEOBJ_IMAGE
    for thing in page.get_objects(filter=[kind], max_depth=4):
        corners, form = thing.get_bounds(), thing.container
        while form is not None:  # inside of a form, places are the form's own
            corners = form.get_matrix().on_rect(*corners)
            form = form.container
        yield place.box(*corners)
