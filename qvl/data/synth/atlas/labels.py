"""Names and numbers on divisions, only where they fit inside."""

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.synth.atlas.page import Area, Label


@lru_cache(maxsize=8)
def _face(font: Path) -> Any:
    import skia

    return skia.Typeface.MakeFromFile(str(font))


def _font(font: Path, size: float) -> Any:
    import skia

    return skia.Font(_face(font), size)


def labelled(
    areas: Sequence[Area], which: np.ndarray, kind: str, font: Path, size: float
) -> Iterator[tuple[str, Label]]:
    """Labels whose box lies inside their own division; letters that the font lacks have none."""
    written = _font(font, size)
    metrics = written.getMetrics()
    high = metrics.fDescent - metrics.fAscent
    for number, area in enumerate(areas, start=1):
        text = str(number) if kind == "numbers" else area.name
        if 0 in written.textToGlyphs(text):
            continue
        wide = written.measureText(text)
        x, y = area.point
        box = (x - wide / 2 - 1, y - high / 2 - 1, x + wide / 2 + 1, y + high / 2 + 1)
        left, top, right, bottom = (round(c) for c in box)
        if left < 0 or top < 0 or right > which.shape[1] or bottom > which.shape[0]:
            continue
        under = which[top:bottom, left:right]
        if (under == which[y, x]).mean() > 0.97:
            yield area.name, Label(text, x - wide / 2, y - high / 2 - metrics.fAscent, box)


def draw(image: Image.Image, labels: Sequence[Label], font: Path, size: float) -> Image.Image:
    import skia

    pixels = np.array(image.convert("RGBA"))
    surface = skia.Surface(pixels, colorType=skia.kRGBA_8888_ColorType)
    write(surface.getCanvas(), labels, font, size)
    surface.flushAndSubmit()
    return Image.fromarray(pixels).convert("RGB")


def write(canvas: Any, labels: Sequence[Label], font: Path, size: float) -> None:
    """Black letters with a white rim."""
    import skia

    written = _font(font, size)
    rim = skia.Paint(
        AntiAlias=True,
        Color=skia.ColorWHITE,
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=max(1.5, size * 0.16),
    )
    ink = skia.Paint(AntiAlias=True, Color=skia.ColorBLACK)
    for paint in (rim, ink):
        for label in labels:
            canvas.drawString(label.text, label.left, label.base, written, paint)


def printed(labels: Sequence[Label], size: tuple[int, int], font: Path, letters: float) -> bytes:
    """The same letters as a page of PDF, a point a pixel, to be read back from its text layer."""
    import skia

    held = io.BytesIO()
    stream = skia.DynamicMemoryWStream()
    with skia.PDF.MakeDocument(stream) as document, document.page(*size) as canvas:
        ink = skia.Paint(AntiAlias=True, Color=skia.ColorBLACK)
        for label in labels:
            canvas.drawString(label.text, label.left, label.base, _font(font, letters), ink)
    held.write(bytes(stream.detachAsData()))
    return held.getvalue()
