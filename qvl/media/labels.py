"""Labels: a text on a coloured plate, in letters of any script, cut to the room that it has."""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from PIL import ImageColor, ImageDraw

from qvl.media.fonts import runs

PALETTE = (  # Okabe and Ito, told apart by all kinds of eyes
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000"),
)
LONGEST = 400  # characters of a text that are looked at
_JOINERS = "\u200c\u200d"  # they shape their neighbours


@dataclass(frozen=True)
class Label:
    """Lines of a text at a size of letters; `width` and `height` of its plate in pixels."""

    lines: tuple[str, ...]
    size: int
    width: int
    height: int


def label(text: str, size: int, widest: int, rows: int = 2) -> Label:
    """`text` in at most `rows` lines of `widest` pixels; what is left out is told by an ellipsis.

    A single sign stands even where it is wider.
    """
    lines = tuple(_wrapped(clean(text), size, widest, rows))
    width = max((_width(line, size) for line in lines), default=0)
    pad = max(2, size // 5)
    return Label(lines, size, round(width) + 2 * pad, len(lines) * _pitch(size) + pad)


def paint(draw: ImageDraw.ImageDraw, what: Label, at: tuple[float, float], colour: str) -> None:
    """The plate of a label with its left top corner at `at`, in letters that stand out from it."""
    left, top = at
    draw.rectangle((left, top, left + what.width - 1, top + what.height - 1), fill=colour)
    write(draw, what, at, ink(colour))


def write(draw: ImageDraw.ImageDraw, what: Label, at: tuple[float, float], colour: str) -> None:
    """The letters of a label alone."""
    pad = max(2, what.size // 5)
    for row, line in enumerate(what.lines):
        x, base = at[0] + pad, at[1] + pad / 2 + row * _pitch(what.size) + round(what.size * 1.02)
        for piece, letters in runs(line, what.size):
            draw.text((x, base), piece, fill=colour, font=letters, anchor="ls")
            x += letters.getlength(piece)


def clean(text: str) -> str:
    """A text on one line: blanks are one space, what cannot be printed is a replacement sign."""
    kept = []
    for sign in " ".join(text[:LONGEST].split()):
        if sign.isprintable() or sign in _JOINERS:
            kept.append(sign)
        elif unicodedata.category(sign) != "Cf":  # marks of direction are left out
            kept.append("\ufffd")
    return "".join(kept)


def ink(colour: str) -> str:
    """Black or white, whichever stands out more from `colour`: at least 4.5 to 1 from any."""
    return max(("white", "black"), key=lambda other: contrast(colour, other))


def contrast(a: str, b: str) -> float:
    """How much two colours differ in light, 1 to 21 (WCAG 2.1, contrast ratio)."""
    low, high = sorted((_light(a), _light(b)))
    return (high + 0.05) / (low + 0.05)


def _light(colour: str) -> float:
    shares = (c / 255 for c in ImageColor.getrgb(colour)[:3])
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _pitch(size: int) -> int:
    return round(size * 1.35)  # from a line to the next: room for marks above and below letters


@lru_cache(maxsize=4096)
def _width(text: str, size: int) -> float:
    return sum(letters.getlength(piece) for piece, letters in runs(text, size))


def _wrapped(text: str, size: int, widest: int, rows: int) -> list[str]:
    lines: list[str] = []
    while text and _width(text, size) > widest and len(lines) < rows - 1:
        count = _fitting(text, size, widest)
        space = text.rfind(" ", 1, count + 1)
        cut = space if space > 0 else count
        lines.append(text[:cut])
        text = text[cut:].lstrip()
    if text and _width(text, size) > widest:
        text = text[: _fitting(text, size, round(widest - _width("…", size)))].rstrip() + "…"
    return [*lines, text] if text else lines


def _fitting(text: str, size: int, widest: int) -> int:
    """How many signs fit, at least one; a mark stays with its letter."""
    counts = range(1, len(text) + 1)
    count = max(1, bisect_right(counts, widest, key=lambda n: _width(text[:n], size)))
    while 1 < count < len(text) and _clings(text[count]):
        count -= 1
    return count


def _clings(sign: str) -> bool:
    return unicodedata.category(sign)[0] == "M" or sign in _JOINERS
