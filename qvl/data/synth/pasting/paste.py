"""Cut-outs pasted one over the other: what is left to see of each, exactly.

Masks are laid first and the picture is painted after them, so that a thing of which too little
would show is never painted at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from qvl.data import regions
from qvl.data.synth.pasting.stock import Cutout, solid

LEAST = 0.3  # of a thing's own pixels that have to show
SMALLEST = 30  # pixels that have to show
Box = tuple[int, int, int, int]
Rgb = tuple[int, int, int]
TINTS: dict[str, Rgb] = {
    "red": (215, 40, 40),
    "green": (40, 160, 60),
    "blue": (45, 90, 215),
    "yellow": (245, 215, 40),
    "orange": (250, 135, 25),
    "purple": (140, 60, 180),
    "pink": (250, 130, 180),
    "grey": (140, 140, 140),
}


@dataclass(frozen=True)
class Put:
    """A cut-out made ready: its picture, and where its left upper corner goes."""

    cutout: Cutout
    image: Image.Image  # RGBA
    left: int
    top: int
    colour: str | None = None  # a name of TINTS, where it was dyed
    turned: bool = False  # upside down


@dataclass(frozen=True)
class Thing:
    """A thing in a scene, in pixels of the scene; `box` and `point` are of what shows."""

    put: Put
    box: Box
    point: tuple[int, int]
    shown: float  # share of its pixels that show, those off the canvas are none

    @property
    def name(self) -> str:
        return self.put.cutout.name

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2

    @property
    def area(self) -> int:
        return (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])


@dataclass(frozen=True)
class Scene:
    image: Image.Image
    things: tuple[Thing, ...]  # the last is in front
    owner: np.ndarray  # int16[H, W]: 1 + index of the thing seen in a pixel, 0 for the ground


def shaped(
    image: Image.Image, side: int, angle: float, flip: bool, colour: str | None
) -> Image.Image:
    """A cut-out with its longer side at about `side` pixels, turned by degrees, dyed."""
    scale = side / max(image.size)
    size = (max(2, round(image.width * scale)), max(2, round(image.height * scale)))
    out = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if flip:
        out = out.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if colour:
        out = dyed(out, TINTS[colour])
    if angle:
        out = out.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        box = solid(out).getbbox()
        out = out.crop(box) if box else out
    return out


def dyed(image: Image.Image, colour: Rgb) -> Image.Image:
    """The same in shades of one colour."""
    grey = ImageOps.autocontrast(image.convert("RGB").convert("L"), cutoff=1)
    dark: Rgb = (colour[0] // 3, colour[1] // 3, colour[2] // 3)
    light: Rgb = tuple(c + (255 - c) // 3 for c in colour)  # type: ignore[assignment]
    out = ImageOps.colorize(grey, dark, light, mid=colour)
    out.putalpha(image.getchannel("A"))
    return out


def scene(ground: Image.Image, puts: Sequence[Put], finish: str = "plain") -> Scene:
    """The puts on a ground, later ones in front; those of which too little shows are left out."""
    masks = [np.asarray(solid(put.image), dtype=bool) for put in puts]
    own = [int(mask.sum()) for mask in masks]
    alive = list(range(len(puts)))
    while True:
        owner = np.zeros((ground.height, ground.width), dtype=np.int16)
        for number, at in enumerate(alive, start=1):
            _lay(owner, masks[at], puts[at], number)
        shown = np.bincount(owner.ravel(), minlength=len(alive) + 1)[1:]
        kept = [
            at
            for at, seen in zip(alive, shown.tolist(), strict=True)
            if seen >= max(SMALLEST, LEAST * own[at])
        ]
        if kept == alive:
            break
        alive = kept
    canvas = ground.copy()
    for at in alive:
        _paint(canvas, puts[at], finish)
    things = []
    for number, at in enumerate(alive, start=1):
        box, point = _place(owner, puts[at], number)
        things.append(Thing(puts[at], box, point, float(shown[number - 1]) / own[at]))
    return Scene(canvas, tuple(things), owner)


def _window(owner: np.ndarray, put: Put) -> tuple[slice, slice]:
    rows = slice(max(put.top, 0), max(put.top + put.image.height, 0))
    return rows, slice(max(put.left, 0), max(put.left + put.image.width, 0))


def _lay(owner: np.ndarray, mask: np.ndarray, put: Put, number: int) -> None:
    part = owner[_window(owner, put)]
    top, left = max(-put.top, 0), max(-put.left, 0)
    part[mask[top : top + part.shape[0], left : left + part.shape[1]]] = number


def _place(owner: np.ndarray, put: Put, number: int) -> tuple[Box, tuple[int, int]]:
    rows, columns = _window(owner, put)
    mask = owner[rows, columns] == number
    (left, top, right, bottom), (x, y) = regions.box_of(mask), regions.point_in(mask)
    dx, dy = columns.start, rows.start
    return (left + dx, top + dy, right + dx, bottom + dy), (x + dx, y + dy)


def _paint(canvas: Image.Image, put: Put, finish: str) -> None:
    image = put.image
    if finish == "shadow":
        far = max(2, max(image.size) // 25)
        faint = image.getchannel("A").point([value // 2 for value in range(256)])
        shade = Image.new("L", (image.width + 4 * far, image.height + 4 * far))
        shade.paste(faint, (2 * far, 2 * far))
        shade = shade.filter(ImageFilter.BoxBlur(far))
        canvas.paste((10, 10, 16), (put.left - far, put.top - far), shade)
    canvas.paste(image, (put.left, put.top), image)
