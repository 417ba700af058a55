"""A sheet with runs of text on it, as pixels or as a PDF with its text layer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.synth.texts.run import Colour, Draw, Run


@dataclass
class Sheet:
    """What is drawn, in order: the ground, what lies below the text, then its runs.

    `sources` and `licences` are those of everything that it is made of.
    """

    size: tuple[int, int]  # width, height
    ground: Colour = (255, 255, 255)
    back: Image.Image | None = None  # a picture of this size instead of the ground
    below: list[Draw] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)  # in reading order
    sources: list[str] = field(default_factory=list)
    licences: list[str] = field(default_factory=list)

    def draw(self, canvas: Any) -> None:
        import skia

        canvas.drawColor(skia.Color(*self.ground))
        if self.back is not None:
            canvas.drawImage(skia.Image.fromarray(np.array(self.back.convert("RGBA"))), 0, 0)
        for each in (*self.below, *(run.draw for run in self.runs)):
            each(canvas)

    def picture(self) -> Image.Image:
        return pixels(self.size, [self.draw])

    def pdf(self) -> bytes:
        """One page with a point for each pixel, drawn by the same calls."""
        import skia

        stream = skia.DynamicMemoryWStream()
        with skia.PDF.MakeDocument(stream) as document, document.page(*self.size) as canvas:
            self.draw(canvas)
        return bytes(stream.detachAsData())


def pixels(size: tuple[int, int], draws: Sequence[Callable[[Any], None]]) -> Image.Image:
    import skia

    held = np.zeros((size[1], size[0], 4), np.uint8)
    canvas = skia.Surface(held).getCanvas()
    for draw in draws:
        draw(canvas)
    return Image.frombuffer("RGBX", size, held).convert("RGB")
