"""A drawn table as a scanner or a camera gives it: turned, blurred, noisy; boxes follow."""

import numpy as np
from PIL import Image, ImageFilter

from qvl.data.synth.charts.invent import Rng
from qvl.data.synth.tables.drawn import Box, Drawn

STEEPEST = 4.0  # degrees


def scanned(drawn: Drawn, rng: Rng) -> tuple[Drawn, str]:
    """The table turned by up to STEEPEST degrees on a larger paper, and a name for what was done.

    A box becomes the upright one around its turned corners.
    """
    angle = float(rng.uniform(-STEEPEST, STEEPEST)) if rng.random() < 0.7 else 0.0
    image, move = _turned(drawn.image, angle)
    pixels = np.asarray(image).astype(np.float32)
    if rng.random() < 0.6:
        pixels = pixels * _shade(rng, pixels.shape[:2])[..., None]
    if rng.random() < 0.6:
        pixels = pixels + rng.normal(0, rng.uniform(2, 9), pixels.shape[:2])[..., None]
    if rng.random() < 0.4:
        pixels = np.repeat(pixels.mean(-1, keepdims=True), 3, axis=-1)
    made = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    if rng.random() < 0.5:
        made = made.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 0.8))))
    return drawn.moved(made, move), "turned" if angle else "flat"


def _turned(image: Image.Image, angle: float) -> tuple[Image.Image, "_Move"]:
    """The picture turned counter-clockwise, grown so that nothing is cut."""
    paper = image.getpixel((1, 1))
    turned = image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=paper)
    return turned, _Move(angle, image.size, turned.size)


class _Move:
    """Where a box of a picture is once the picture was turned about its middle."""

    def __init__(self, angle: float, old: tuple[int, int], new: tuple[int, int]) -> None:
        self.turn = np.deg2rad(angle)
        self.old, self.new = np.array(old) / 2, np.array(new) / 2

    def __call__(self, box: Box) -> Box:
        left, top, right, bottom = box
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) - self.old
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        x = cos * corners[:, 0] + sin * corners[:, 1] + self.new[0]
        y = -sin * corners[:, 0] + cos * corners[:, 1] + self.new[1]
        low = (max(float(x.min()), 0.0), max(float(y.min()), 0.0))
        high = (min(float(x.max()), 2 * self.new[0]), min(float(y.max()), 2 * self.new[1]))
        return (
            round(low[0], 2),
            round(low[1], 2),
            round(float(high[0]), 2),
            round(float(high[1]), 2),
        )


def _shade(rng: Rng, size: tuple[int, int]) -> np.ndarray:
    """Light that falls off to one side."""
    down, across = np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1])
    slope = rng.uniform(-0.09, 0.09, 2)
    return (0.92 + slope[0] * down[:, None] + slope[1] * across[None, :]).clip(0.7, 1)
