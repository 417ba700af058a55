"""A page that is drawn once, and then is pixels or a PDF with a text layer: the same commands.

Coordinates are pixels from the left and the top; text stands on its baseline.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qvl.tasks.place import Corners, Size

Colour = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


@dataclass(frozen=True)
class Type:
    """Letters of one face, size in pixels, and colour."""

    path: Path
    index: int
    size: float
    colour: Colour = BLACK


@dataclass(frozen=True)
class Drawing:
    """The commands of a page, and its size."""

    commands: Any
    size: Size

    def pixels(self) -> Image.Image:
        import skia

        surface = skia.Surface(*self.size)
        surface.getCanvas().drawPicture(self.commands)
        found = surface.toarray(colorType=skia.kRGBA_8888_ColorType)
        return Image.fromarray(np.ascontiguousarray(found[..., :3]))


class Sheet:
    """What draws: it remembers commands until `done`."""

    def __init__(self, size: Size, paper: Colour = WHITE) -> None:
        import skia

        self.size = size
        self._recorder = skia.PictureRecorder()
        self._canvas = self._recorder.beginRecording(skia.Rect.MakeWH(*size))
        self.rect((0, 0, *size), paper)

    def text(self, x: float, baseline: float, text: str, of: Type) -> None:
        self._canvas.drawString(text, x, baseline, _font(of.path, of.index, of.size), _ink(of))

    def rect(self, box: Corners, fill: Colour, radius: float = 0) -> None:
        import skia

        shape = skia.Rect.MakeLTRB(*box)
        self._canvas.drawRoundRect(shape, radius, radius, _paint(fill))

    def frame(self, box: Corners, colour: Colour, wide: float = 1, radius: float = 0) -> None:
        import skia

        shape = skia.Rect.MakeLTRB(*box)
        self._canvas.drawRoundRect(shape, radius, radius, _paint(colour, wide))

    def line(self, box: Corners, colour: Colour, wide: float = 1, dash: float = 0) -> None:
        """From the first corner of the box to the second."""
        self._canvas.drawLine(*box, _paint(colour, wide, dash))

    def path(self, x: float, baseline: float, outline: Any, colour: Colour) -> None:
        """An outline whose origin comes to (x, baseline)."""
        self._canvas.save()
        self._canvas.translate(x, baseline)
        self._canvas.drawPath(outline, _paint(colour))
        self._canvas.restore()

    def image(self, box: Corners, image: Image.Image) -> None:
        """A picture, transparent where it is so, made to fill the box."""
        import skia

        pixels = np.ascontiguousarray(np.asarray(image.convert("RGBA")))
        held = skia.Image.fromarray(pixels, colorType=skia.kRGBA_8888_ColorType)
        smooth = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
        self._canvas.drawImageRect(held, skia.Rect.MakeLTRB(*box), smooth)

    def done(self) -> Drawing:
        return Drawing(self._recorder.finishRecordingAsPicture(), self.size)


def measure(text: str, of: Type) -> tuple[float, Corners]:
    """How far a text advances, and the box of its ink around its origin on the baseline."""
    return _measured(text, of.path, of.index, of.size)


@cache
def lacking(path: Path, index: int) -> Any:
    """A function that tells the characters of a text for which a face has no glyph."""
    face = opened(path, index)
    known: dict[str, bool] = {"\n": True}

    def lacks(text: str) -> str:
        new = sorted(set(text).difference(known))
        glyphs = face.unicharsToGlyphs([ord(c) for c in new]) if new else []
        known.update(zip(new, map(bool, glyphs), strict=True))
        return "".join(c for c in text if not known[c])

    return lacks


@cache
def opened(path: Path, index: int) -> Any:
    """A face of a font file; OSError if it is none."""
    import skia

    face = skia.Typeface.MakeFromFile(str(path), index)
    if face is None:
        raise OSError(f"{path} holds no face {index}; it may be damaged")
    return face


def to_pdf(drawings: Sequence[Drawing]) -> bytes:
    """One page each, a point a pixel, with letters as letters."""
    import skia

    file = skia.DynamicMemoryWStream()
    document = skia.PDF.MakeDocument(file)
    for each in drawings:
        document.beginPage(*each.size).drawPicture(each.commands)
        document.endPage()
    document.close()
    return bytes(file.detachAsData())


def encoded(image: Image.Image, quality: int) -> bytes:
    """A picture as JPEG."""
    file = io.BytesIO()
    image.save(file, "jpeg", quality=quality)
    return file.getvalue()


@cache
def _font(path: Path, index: int, size: float) -> Any:
    import skia

    font = skia.Font(opened(path, index), size)
    font.setSubpixel(True)
    font.setHinting(skia.FontHinting.kNone)
    font.setEdging(skia.Font.Edging.kAntiAlias)
    return font


_words: dict[tuple[Any, ...], tuple[float, Corners]] = {}


def _measured(text: str, path: Path, index: int, size: float) -> tuple[float, Corners]:
    key = (text, path, index, size)
    found = _words.get(key)
    if found is None:
        import skia

        ink = skia.Rect(0, 0, 0, 0)
        far = _font(path, index, size).measureText(text, skia.TextEncoding.kUTF8, ink)
        if len(_words) > 200_000:
            _words.clear()
        edge = (ink.left() - 1, ink.top() - 1, ink.right() + 1, ink.bottom() + 1)  # soft edges
        found = _words[key] = (far, edge)
    return found


def _ink(of: Type) -> Any:
    return _paint(of.colour)


@cache
def _paint(colour: Colour, wide: float = 0, dash: float = 0) -> Any:
    """Filled, or with a width stroked."""
    import skia

    paint = skia.Paint(AntiAlias=True, Color=skia.Color(*colour))
    if wide:
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(wide)
    if dash:
        paint.setPathEffect(skia.DashPathEffect.Make([dash, dash], 0))
    return paint
