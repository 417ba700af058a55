"""A drawn page as a scanner or a camera gives it, and where each of its points has gone.

Each look is a function of a picture and random numbers, which keeps every pixel where it was; only
`move.moved` moves them, and it tells how.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from qvl.data.synth.move import Move, moved

Look = Callable[[Image.Image, np.random.Generator], Image.Image]
STEEPEST = 4.0  # degrees


@dataclass(frozen=True)
class Scanned:
    image: Image.Image
    move: Move
    name: str  # what was done, such as "turn+noise+jpeg"


def scanned(image: Image.Image, rng: np.random.Generator, smallest: float = 12.0) -> Scanned:
    """A page as it comes out of a scanner, a fax, a copier or a camera.

    `smallest` is the size of its smallest letters in pixels: blur stays below what hides them.
    """
    names = [name for name, (share, _) in LOOKS.items() if rng.random() < share]
    before = [name for name in names if name in ("bleed", "fold", "stain", "paper")]
    after = [name for name in names if name not in before]
    made = reduce(lambda held, name: LOOKS[name][1](held, rng), before, image.convert("RGB"))
    how, move = "flat", Move()
    if rng.random() < 0.7:
        how = "photo" if rng.random() < 0.3 else "turn"
        made, move = moved(made, quad(made.size, rng, how), _ground(made, rng))
    soft = ()
    if rng.random() < 0.5:
        reach = min(1.0, smallest / 18)
        made = made.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 0.9)) * reach))
        soft = ("blur",)
    made = reduce(lambda held, name: LOOKS[name][1](held, rng), after, made)
    return Scanned(made, move, "+".join([how, *before, *soft, *after]))


def snapped(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A scene as a camera keeps it: light, grain and compression, nothing moved."""
    for name in ("shadow", "noise", "jpeg"):
        if rng.random() < LOOKS[name][0] / 2:
            image = LOOKS[name][1](image, rng)
    return image


def quad(size: tuple[int, int], rng: np.random.Generator, how: str = "turn") -> np.ndarray:
    """Where the corners of a page go, [4, 2] from the upper left one clockwise, from (0, 0) on."""
    width, height = size
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    turn = np.deg2rad(np.clip(rng.normal(0, 1.4), -STEEPEST, STEEPEST))
    if how == "photo":
        corners += rng.uniform(-0.05, 0.05, (4, 2)) * (width, height)
    cos, sin = np.cos(turn), np.sin(turn)
    corners = corners @ np.array([(cos, sin), (-sin, cos)])
    return corners - corners.min(0)


def _ground(image: Image.Image, rng: np.random.Generator) -> tuple[int, ...]:
    """What lies under a page: its own paper, a dark table or a lid."""
    paper = image.getpixel((2, 2))
    lid = int(rng.integers(20, 256))
    return tuple(paper) if rng.random() < 0.6 else (lid, lid, lid)  # type: ignore[arg-type]


def _bleed(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The other side of the sheet shines through."""
    other = ImageOps.mirror(image).filter(ImageFilter.GaussianBlur(1.6))
    other = ImageChops.offset(other, int(rng.integers(-40, 40)), int(rng.integers(7, 60)))
    faint = Image.blend(other, Image.new("RGB", image.size, "white"), rng.uniform(0.86, 0.95))
    return ImageChops.multiply(image, faint)


def _field(image: Image.Image, small: np.ndarray) -> Image.Image:
    """The picture times a smooth field of brightness, float[h, w] or [h, w, 3] in 0..1."""
    held = Image.fromarray((small.clip(0, 1) * 255).astype(np.uint8))
    return ImageChops.multiply(
        image, held.resize(image.size, Image.Resampling.BICUBIC).convert("RGB")
    )


def _fold(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A sheet that was folded: two halves in other light, and a line between them."""
    across = bool(rng.random() < 0.5)
    length = image.height if across else image.width
    at = int(length * rng.choice((1 / 3, 1 / 2, 2 / 3)))
    light = np.ones(length)
    light[at:] -= np.geomspace(0.12, 0.01, length - at) * rng.uniform(0.3, 1)
    light[at - 2 : at + 1] -= rng.uniform(0.05, 0.2)
    return _field(image, light[:, None] if across else light[None, :])


def _stain(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Rings of cups and blots, pale enough to read through."""
    layer = Image.new("RGB", (image.width // 4 + 1, image.height // 4 + 1), "white")
    pen = ImageDraw.Draw(layer)
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(0, layer.width), rng.uniform(0, layer.height)
        radius = rng.uniform(0.04, 0.2) * min(layer.size)
        tone = tuple(int(c) for c in rng.uniform((215, 195, 150), (248, 236, 215)))
        ring = bool(rng.random() < 0.5)
        box = (x - radius, y - radius, x + radius, y + radius * rng.uniform(0.8, 1.1))
        pen.ellipse(box, None if ring else tone, tone, int(rng.integers(1, 5)))
    layer = layer.filter(ImageFilter.GaussianBlur(1.5)).resize(image.size)
    return ImageChops.multiply(image, layer)


def _paper(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Aged or rough paper."""
    tint = 1 - rng.random() * np.array((0.05, 0.08, 0.18))
    return _field(image, rng.normal(0.985, 0.012, (60, 40))[..., None] * tint)


def _shadow(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Light that falls off to a side, or the shadow of a hand."""
    y, x = np.mgrid[-1:1:24j, -1:1:24j]
    slope = rng.uniform(-1, 1, 2)
    if rng.random() < 0.6:
        return _field(image, 0.93 + 0.1 * (slope[0] * x + slope[1] * y))
    far = np.hypot(x - slope[0] * 1.2, y - slope[1] * 1.2)
    return _field(image, 1 - 0.45 * np.exp(-((far / rng.uniform(0.4, 0.9)) ** 2)))


def _noise(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    grain = rng.normal(0, rng.uniform(2, 9), (256, 256, 1))
    tiles = [-(-side // 256) for side in (image.height, image.width)]
    whole = np.tile(grain.astype(np.int16), (*tiles, 1))[: image.height, : image.width]
    return Image.fromarray((np.asarray(image) + whole).clip(0, 255).astype(np.uint8))


def _grey(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    return image.convert("L").convert("RGB")


def _worn(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A copy with too little or too much contrast."""
    low, high = int(rng.integers(0, 70)), int(rng.integers(200, 256))
    return image.point([low + (high - low) * v // 255 for v in range(256)] * 3)


def _jpeg(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    held = io.BytesIO()
    image.save(held, "jpeg", quality=int(rng.integers(35, 85)))
    return Image.open(held).convert("RGB")


LOOKS: dict[str, tuple[float, Look]] = {  # how often, and how; in this order
    "bleed": (0.2, _bleed),
    "paper": (0.3, _paper),
    "fold": (0.2, _fold),
    "stain": (0.15, _stain),
    "shadow": (0.4, _shadow),
    "grey": (0.25, _grey),
    "worn": (0.15, _worn),
    "noise": (0.45, _noise),
    "jpeg": (0.3, _jpeg),
}
