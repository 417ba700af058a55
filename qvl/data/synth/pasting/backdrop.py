"""What things stand on: crops of real pictures, and plain grounds with patterns."""

import numpy as np
from PIL import Image, ImageDraw

from qvl.data.synth.pasting.stock import Backdrop, picture

Size = tuple[int, int]  # width, height
GROUNDS = ("photo", "plain", "gradient", "noise", "stripes", "checks", "dots", "blotches")


def ground(
    rng: np.random.Generator, kind: str, size: Size, options: tuple[Backdrop, ...]
) -> tuple[Image.Image, Backdrop | None]:
    """A ground of a kind, RGB, and the picture that it was cut out of if it is a photo."""
    if kind == "photo":
        return _photo(rng, size, options)
    colour = rng.integers(60, 256, 3)
    other = (colour + rng.integers(-60, 61, 3)).clip(0, 255)
    if kind == "gradient":
        return _gradient(size, colour, other, bool(rng.random() < 0.5)), None
    image = Image.new("RGB", size, _rgb(colour))
    if kind == "noise":
        grain = rng.normal(0, rng.uniform(4, 22), (size[1], size[0], 1)) + np.asarray(image)
        return Image.fromarray(grain.clip(0, 255).astype(np.uint8)), None
    if kind == "blotches":
        few = rng.integers(0, 70, (6, 8, 3)) + colour // 2
        small = Image.fromarray(few.clip(0, 255).astype(np.uint8))
        return small.resize(size, Image.Resampling.BICUBIC), None
    if kind != "plain":
        _patterned(ImageDraw.Draw(image), kind, size, _rgb(other), int(rng.integers(12, 60)))
    return image, None


def _photo(
    rng: np.random.Generator, size: Size, options: tuple[Backdrop, ...]
) -> tuple[Image.Image, Backdrop]:
    chosen = options[int(rng.integers(len(options)))]
    image = picture(chosen.path)
    widest = min(image.width / size[0], image.height / size[1])
    scale = widest * float(rng.uniform(0.55, 1.0))
    wide, high = size[0] * scale, size[1] * scale
    left, top = rng.uniform(0, image.width - wide), rng.uniform(0, image.height - high)
    box = (left, top, left + wide, top + high)
    out = image.resize(size, Image.Resampling.BILINEAR, box=box)
    flipped = Image.Transpose.FLIP_LEFT_RIGHT
    return (out.transpose(flipped) if rng.random() < 0.5 else out), chosen


def _gradient(size: Size, one: np.ndarray, two: np.ndarray, down: bool) -> Image.Image:
    ramp = np.stack([one, two]).astype(np.uint8)
    small = Image.fromarray(ramp[:, None] if down else ramp[None])
    return small.resize(size, Image.Resampling.BILINEAR)


def _patterned(
    draw: ImageDraw.ImageDraw, kind: str, size: Size, fill: tuple[int, int, int], step: int
) -> None:
    width, height = size
    for y in range(0, height, step):
        if kind == "stripes":
            if (y // step) % 2:
                draw.rectangle((0, y, width, y + step), fill)
            continue
        for x in range(0, width, step):
            odd = (x // step + y // step) % 2
            if kind == "checks" and odd:
                draw.rectangle((x, y, x + step, y + step), fill)
            elif kind == "dots":
                draw.ellipse((x + step / 3, y + step / 3, x + step * 0.7, y + step * 0.7), fill)


def _rgb(colour: np.ndarray) -> tuple[int, int, int]:
    return int(colour[0]), int(colour[1]), int(colour[2])
