"""Scenes to find things in: shapes and real cut-outs on plain and real backgrounds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from qvl.data.synth.shapes import COLOURS, SHAPES, draw_shape

UNSEEN = frozenset(  # pairs that training never draws
    {"red star", "blue circle", "green cross", "yellow ring", "black diamond", "purple square"}
)
# cut-outs that a small model can tell apart, by a word of their caption
NOUNS = (  # noqa: SIM905 - a list this long is read in rows
    "apple banana cherry strawberry orange pear lemon grapes pineapple watermelon "
    "carrot tomato pepper potato onion cat dog horse cow sheep goat elephant giraffe "
    "zebra lion bear squirrel rabbit fish shark duck penguin owl eagle parrot "
    "flamingo butterfly bee ant spider car truck bus tractor locomotive airplane "
    "helicopter ship"
).split()
FOLDERS = ("food", "animals", "vehicles")  # of the stamps; the others are held out
PAIRS = [f"{c} {s}" for c in COLOURS for s in SHAPES]
CLASSES = {name: i for i, name in enumerate([*PAIRS, *NOUNS], start=1)}


@dataclass(frozen=True)
class Thing:
    name: str
    box: tuple[int, int, int, int]  # left, top, right, bottom of what is visible, pixels


@dataclass(frozen=True)
class Scene:
    image: np.ndarray  # uint8[H, W, 3]
    things: tuple[Thing, ...]
    owner: np.ndarray  # int16[H, W]: 1 + index of the thing seen in a pixel, 0 for none


@dataclass(frozen=True)
class Assets:
    """Cut-outs a noun (RGBA, at most 128 px), and light crops of pictures to paste them on."""

    cutouts: dict[str, list[Image.Image]]
    backgrounds: list[Image.Image]


def load(stamps: Path, pictures: Sequence[Path]) -> Assets:
    """Cut-outs from the stamp folders open to training, backgrounds from these pictures."""
    cutouts: dict[str, list[Image.Image]] = {}
    for folder in FOLDERS:
        for path in sorted((stamps / folder).rglob("*.png")):
            noun = _noun(path)
            if noun:
                cutouts.setdefault(noun, []).append(_trimmed(path))
    backgrounds = []
    for path in pictures:
        with Image.open(path) as image:
            if min(image.size) >= 200:
                small = image.convert("RGB")
                small.thumbnail((640, 640))
                backgrounds.append(small)
    return Assets(cutouts, backgrounds)


def _noun(path: Path) -> str | None:
    caption = path.with_suffix(".txt")
    words = re.findall("[a-z]+", path.stem.lower())
    if caption.is_file():
        first = caption.read_text(errors="replace").splitlines()[:1]
        words += re.findall("[a-z]+", " ".join(first).lower())
    return next((noun for noun in NOUNS if noun in words), None)


def _trimmed(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image = image.convert("RGBA")
    image = image.crop(image.getchannel("A").point([0] * 41 + [255] * 215).getbbox())
    image.thumbnail((128, 128))
    return image


def scene(
    rng: np.random.Generator, assets: Assets, *, unseen: bool = False, alone: bool = False
) -> Scene:
    """One to four things, later ones in front; or one `alone`.

    With `unseen` the first is a pair of UNSEEN.
    """
    most = 11 if rng.random() < 0.15 else 7  # sides of 84 to 168 px, and a few up to 280
    height, width = (int(side) * 28 for side in rng.integers(3, most, 2))
    canvas = _background(rng, assets, height, width)
    owner = np.zeros((height, width), dtype=np.int16)
    names: list[str] = []
    areas: list[int] = []
    count = 1 if alone else int(rng.choice([1, 2, 3, 4], p=[0.35, 0.3, 0.2, 0.15]))
    for i in range(count):
        if unseen and i == 0:
            name = sorted(UNSEEN)[int(rng.integers(len(UNSEEN)))]
        elif assets.cutouts and rng.random() < 0.15:
            name = sorted(assets.cutouts)[int(rng.integers(len(assets.cutouts)))]
        else:
            name = next(
                n for n in iter(lambda: PAIRS[rng.integers(len(PAIRS))], "") if n not in UNSEEN
            )
        stamp = _stamp(rng, name, assets, min(height, width))
        y = int(rng.integers(0, max(1, height - stamp.height)))
        x = int(rng.integers(0, max(1, width - stamp.width)))
        canvas.paste(stamp, (x, y), stamp)
        solid = np.asarray(stamp.getchannel("A"))[: height - y, : width - x] > 100
        owner[y : y + solid.shape[0], x : x + solid.shape[1]][solid] = len(names) + 1
        names.append(name)
        areas.append(int(solid.sum()))
    return _visible(np.asarray(canvas), names, areas, owner)


def _visible(image: np.ndarray, names: list[str], areas: list[int], owner: np.ndarray) -> Scene:
    """Boxes of what is left to see; a thing of which less than 35 % shows is dropped."""
    things, places = [], np.zeros_like(owner)
    for i, name in enumerate(names, start=1):
        ys, xs = np.nonzero(owner == i)
        if len(ys) >= max(60, 0.35 * areas[i - 1]):
            box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
            things.append(Thing(name, box))
            places[owner == i] = len(things)
    return Scene(image, tuple(things), places)


def _background(rng: np.random.Generator, assets: Assets, height: int, width: int) -> Image.Image:
    kind = rng.random()
    if kind < 0.25 and assets.backgrounds:
        picture = assets.backgrounds[int(rng.integers(len(assets.backgrounds)))]
        if picture.width > width and picture.height > height:
            x = int(rng.integers(picture.width - width))
            y = int(rng.integers(picture.height - height))
            return picture.crop((x, y, x + width, y + height))
    base = rng.integers(90, 256, 3).astype(np.float32)
    if kind < 0.65:
        slope = np.linspace(0, 1, height)[:, None, None] * rng.integers(-70, 70, 3)
        base = base + slope + np.zeros((height, width, 3))
    pixels = np.zeros((height, width, 3)) + base
    if rng.random() < 0.4:
        pixels = pixels + rng.normal(0, rng.uniform(2, 14), (height, width, 1))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _stamp(rng: np.random.Generator, name: str, assets: Assets, room: int) -> Image.Image:
    size = int(rng.integers(26, max(30, int(room * 0.75))))
    if name in assets.cutouts:
        options = assets.cutouts[name]
        image = options[int(rng.integers(len(options)))]
        scale = size / max(image.size)
        shape = (max(8, round(image.width * scale)), max(8, round(image.height * scale)))
        image = image.resize(shape, Image.Resampling.BILINEAR)
        return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else image
    colour, shape_name = name.split()
    rgb = np.array(COLOURS[colour]) + rng.integers(-18, 19, 3)
    large = Image.new("RGBA", (4 * size, 4 * size), (0, 0, 0, 0))
    fill = (*(int(c) for c in rgb.clip(0, 255)), 255)
    draw_shape(ImageDraw.Draw(large), shape_name, 4 * size - 1, fill)
    out = large.resize((size, size), Image.Resampling.BOX)
    box = out.getchannel("A").getbbox()
    return out.crop(box)
