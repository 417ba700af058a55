"""One to six pictures of things on one card, in reading order."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from qvl.data.synth.pasting.backdrop import ground

ARRANGED = {  # columns and rows
    "single": (1, 1),
    "pair": (2, 1),
    "stack": (1, 2),
    "row": (3, 1),
    "square": (2, 2),
    "six": (3, 2),
}
GROUNDS = ("white", "plain", "gradient", "noise", "stripes", "checks", "dots", "blotches")
_PLACES = {
    1: ("",),
    2: ("left", "right"),
    3: ("left", "middle", "right"),
}


def card(
    rng: np.random.Generator, images: Sequence[Image.Image], arranged: str, kind: str
) -> Image.Image:
    """The pictures, RGBA, each in its cell of the card."""
    columns, rows = ARRANGED[arranged]
    cell = int(rng.integers(6, 14 if len(images) == 1 else 9)) * 28
    size = (columns * cell, rows * cell)
    canvas = Image.new("RGB", size, "white") if kind == "white" else ground(rng, kind, size, ())[0]
    framed = rng.random() < 0.3
    share = float(rng.uniform(0.6, 0.9))
    for at, image in enumerate(images):
        left, top = at % columns * cell, at // columns * cell
        if framed:
            box = (left + 6, top + 6, left + cell - 6, top + cell - 6)
            ImageDraw.Draw(canvas).rectangle(box, "white", (90, 90, 90), 2)
        scale = share * cell / max(image.size)
        shape = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(shape, Image.Resampling.BICUBIC, reducing_gap=2.0)
        where = (left + (cell - image.width) // 2, top + (cell - image.height) // 2)
        canvas.paste(image, where, image)
    return canvas


def place(at: int, arranged: str) -> str:
    """Where the picture of this number is: "top left"."""
    columns, rows = ARRANGED[arranged]
    down = ("top", "bottom")[at // columns] if rows == 2 else ""
    return f"{down} {_PLACES[columns][at % columns]}".strip()
