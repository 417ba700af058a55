"""Crops of rendered sheets, with every character's place: what a reader learns from.

n characters; coordinates are (left, top, right, bottom) in pixels of the crop.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from qvl.data.synth.sheets import Sheet

UNIT = 28  # pixels a side of what becomes one token
HALVES, COLUMNS = 2, 7  # cells of a unit: two halves, 4-pixel columns
CELLS = HALVES * COLUMNS
CHARSET = "".join(map(chr, range(33, 127))) + "–—‘’“”…éèüöäßñ©°·•×→"
_CLASS = np.zeros(0x3000, dtype=np.int64)
_CLASS[[ord(c) for c in CHARSET]] = np.arange(1, len(CHARSET) + 1)


@dataclass(frozen=True)
class Crop:
    image: np.ndarray  # uint8[H, W, 3]
    codepoints: np.ndarray  # int32[n]
    boxes: np.ndarray  # float32[n, 4]
    word: np.ndarray  # int32[n], ids as in the sheet
    line: np.ndarray  # int32[n]

    def lines(self) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
        """Text and box of each line, from top to bottom as in the sheet."""
        for line in dict.fromkeys(self.line.tolist()):
            rows = self.line == line
            yield written(self.codepoints[rows], self.word[rows]), extent(self.boxes[rows])

    def text(self) -> str:
        return "\n".join(text for text, _ in self.lines())


def written(codepoints: np.ndarray, word: np.ndarray) -> str:
    """Characters with a space wherever the word changes."""
    out, last = [], None
    for code, of in zip(codepoints.tolist(), word.tolist(), strict=True):
        if last is not None and of != last:
            out.append(" ")
        out.append(chr(code))
        last = of
    return "".join(out)


def extent(boxes: np.ndarray) -> tuple[float, float, float, float]:
    left, top = boxes[:, :2].min(0)
    right, bottom = boxes[:, 2:].max(0)
    return float(left), float(top), float(right), float(bottom)


def cells(crop: Crop) -> np.ndarray:
    """Which character is centred in each cell of each merge unit: int64[U, CELLS], 0 for none.

    Units in raster order; a cell is half a unit high and a seventh of it wide. Classes are
    places in CHARSET, from 1. The crop's sides must be multiples of the unit.
    """
    height, width = (side // UNIT for side in crop.image.shape[:2])
    out = np.zeros((height * width, CELLS), dtype=np.int64)
    x = (crop.boxes[:, 0] + crop.boxes[:, 2]) / 2
    y = (crop.boxes[:, 1] + crop.boxes[:, 3]) / 2
    inside = (x >= 0) & (y >= 0) & (x < width * UNIT) & (y < height * UNIT)
    x, y = x[inside], y[inside]
    unit = (y // UNIT).astype(int) * width + (x // UNIT).astype(int)
    cell = (y % UNIT // (UNIT // HALVES)).astype(int) * COLUMNS
    cell += (x % UNIT // (UNIT // COLUMNS)).astype(int)
    out[unit, cell] = _CLASS[crop.codepoints[inside]]
    return out


def window(sheet: Sheet, rng: np.random.Generator, height: int, width: int) -> Crop:
    """A piece of the sheet of this size around some character of it; characters may be cut."""
    at = sheet.boxes[int(rng.integers(len(sheet.boxes)))]
    room = (sheet.image.shape[0] - height, sheet.image.shape[1] - width)
    top = int(np.clip(at[1] - rng.integers(0, height), 0, room[0]))
    left = int(np.clip(at[0] - rng.integers(0, width), 0, room[1]))
    x = (sheet.boxes[:, 0] + sheet.boxes[:, 2]) / 2 - left
    y = (sheet.boxes[:, 1] + sheet.boxes[:, 3]) / 2 - top
    rows = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    return _take(sheet, rows, (left, top, left + width, top + height))


def piece(
    sheet: Sheet, rows: np.ndarray, margins: tuple[int, int, int, int], *, alone: bool
) -> Crop:
    """The characters `rows` and `margins` (left, top, right, bottom) of paper around them.

    With `alone`, ink of neighbours is painted over with the paper's colour.
    """
    left, top, right, bottom = extent(sheet.boxes[rows])
    inner = (int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom)))
    outer = (inner[0] - margins[0], inner[1] - margins[1])
    outer = (*outer, inner[2] + margins[2], inner[3] + margins[3])
    crop = _take(sheet, rows, outer)
    if alone:
        paper = paper_of(sheet.image[inner[1] : inner[3], inner[0] : inner[2]])
        image = np.empty_like(crop.image)
        image[:] = paper
        y, x = margins[1], margins[0]
        h, w = inner[3] - inner[1], inner[2] - inner[0]
        image[y : y + h, x : x + w] = crop.image[y : y + h, x : x + w]
        crop = replace(crop, image=image)
    return crop


def paper_of(pixels: np.ndarray) -> np.ndarray:
    """The commonest colour of the border of pixels[H, W, 3]."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colours = border.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)
    values, counts = np.unique(colours, return_counts=True)
    colour = int(values[counts.argmax()])
    return np.array([colour >> 16, colour >> 8 & 255, colour & 255], dtype=np.uint8)


def _take(sheet: Sheet, rows: np.ndarray, box: tuple[int, int, int, int]) -> Crop:
    left, top, right, bottom = box
    height, width = sheet.image.shape[:2]
    image = sheet.image[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    before = (max(-top, 0), max(-left, 0))
    after = (max(bottom - height, 0), max(right - width, 0))
    if any(before) or any(after):
        image = np.pad(image, [(before[0], after[0]), (before[1], after[1]), (0, 0)], mode="edge")
    boxes = sheet.boxes[rows] - np.array([left, top, left, top], dtype=np.float32)
    return Crop(image, sheet.codepoints[rows], boxes, sheet.word[rows], sheet.line[rows])


def resized(crop: Crop, height: int, width: int) -> Crop:
    """The crop at another size, as the model's own resize makes it (bicubic)."""
    h, w = crop.image.shape[:2]
    if (h, w) == (height, width):
        return crop
    image = Image.fromarray(crop.image).resize((width, height), Image.Resampling.BICUBIC)
    scale = np.array([width / w, height / h, width / w, height / h], dtype=np.float32)
    return replace(crop, image=np.asarray(image), boxes=crop.boxes * scale)


def tinted(crop: Crop, rng: np.random.Generator) -> Crop:
    """Other colours of ink and paper, less contrast, sometimes inverted; noise now and then."""
    image = crop.image.astype(np.float32)
    if rng.random() < 0.5:
        ink = rng.integers(0, 90, 3) if rng.random() < 0.7 else rng.integers(0, 140, 3)
        paper = 255 - rng.integers(0, 40, 3)
        if rng.random() < 0.15:
            ink, paper = paper, ink
        image = ink + image / 255 * (paper - ink)
    if rng.random() < 0.15:
        image = image + rng.normal(0, rng.uniform(2, 10), image.shape[:2])[..., None]
    return replace(crop, image=image.clip(0, 255).astype(np.uint8))


def placed(crop: Crop, rng: np.random.Generator, height: int, width: int) -> Crop:
    """The crop somewhere on a canvas of this size and its own paper; cut where it is larger."""
    h, w = crop.image.shape[:2]
    y = int(rng.integers(min(0, height - h), max(0, height - h) + 1))
    x = int(rng.integers(min(0, width - w), max(0, width - w) + 1))
    image = np.empty((height, width, 3), dtype=np.uint8)
    image[:] = paper_of(crop.image)
    part = crop.image[max(-y, 0) : height - y, max(-x, 0) : width - x]
    image[max(y, 0) : max(y, 0) + part.shape[0], max(x, 0) : max(x, 0) + part.shape[1]] = part
    return replace(crop, image=image, boxes=crop.boxes + np.array([x, y, x, y], dtype=np.float32))
