"""What the tour learns from, drawn here: shapes with captions and questions, numbers, keys.

Each set is a function of its generator: training and held-out records come of different seeds.
"""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from qvl.data.records import Picture, Record, Turn
from qvl.data.synth.shapes import COLOURS, SHAPES, shape_mask
from qvl.messages import Text

UNIT = 28  # pixels of a token
NAME = "0.png"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Rng = np.random.Generator
Thing = tuple[str, str]  # colour and shape


def record(key: str, family: str, turns: list[tuple[str, str]], picture: bytes = b"") -> Record:
    """Questions with answers, the first with the picture, if there is one."""
    made: list[Turn] = []
    for asked, answered in turns:
        shown = (Picture(NAME),) if picture and not made else ()
        said = (Text(asked),) if asked else ()
        made += [Turn("user", (*shown, *said)), Turn("assistant", (Text(answered),))]
    media = {NAME: picture} if picture else {}
    return Record(key, family, tuple(made), media, "CC0-1.0", (f"made:{family}",), "en")


def scene(rng: Rng) -> tuple[list[Thing], bytes]:
    """One shape, or two of different colours and shapes side by side, a token or two each."""
    count = 1 + int(rng.random() < 0.6)
    colours = rng.choice([*COLOURS], count, replace=False).tolist()
    shapes = rng.choice(SHAPES, count, replace=False).tolist()
    side = int(rng.integers(1, 3)) * UNIT
    ground = tuple(int(c) for c in rng.integers(120, 220, 3))
    picture = Image.new("RGB", (side * count, side), ground)
    for i, (colour, shape) in enumerate(zip(colours, shapes, strict=True)):
        size = int(rng.integers(20, side - 3))
        x, y = (int(rng.integers(0, side - size)) for _ in range(2))
        picture.paste(COLOURS[colour], (i * side + x, y), shape_mask(shape, size))
    return list(zip(colours, shapes, strict=True)), _png(picture)


def captions(rng: Rng, key: str) -> Record:
    things, picture = scene(rng)
    told = " left of ".join(f"a {colour} {shape}" for colour, shape in things)
    return record(key, "captions", [("", told)], picture)


def questions(rng: Rng, key: str) -> Record:
    """One question whose answer only the picture tells."""
    things, picture = scene(rng)
    colour, shape = things[int(rng.integers(len(things)))]
    asked = [(f"what colour is the {shape}?", colour), (f"what is {colour}?", f"a {shape}")]
    return record(key, "questions", [asked[int(rng.integers(2))]], picture)


def numbers(rng: Rng, key: str) -> Record:
    """One to three digits, read."""
    text = "".join(str(d) for d in rng.integers(0, 10, int(rng.integers(1, 4))))
    picture = Image.new("RGB", (UNIT * len(text), UNIT), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(22)
    for i, digit in enumerate(text):
        x, y = rng.integers(4, 11), rng.integers(0, 5)
        draw.text((UNIT * i + int(x), int(y)), digit, fill=(20, 20, 60), font=font)
    return record(key, "numbers", [("read", text)], _png(picture))


def said(rng: Rng, key: str) -> Record:
    """Digits in words, said again: what a picture of digits will ask for, before any picture."""
    text = "".join(str(d) for d in rng.integers(0, 10, int(rng.integers(1, 9))))
    return record(key, "said", [(f"{text}read", text)])


def keys(rng: Rng, key: str, longest: int = 40) -> Record:
    """Three capitals before a long run of one digit, asked for at its end."""
    capitals = "".join(rng.choice([*CAPITALS], 3).tolist())
    run = str(rng.integers(0, 10)) * int(rng.integers(longest // 2, longest))
    return record(key, "keys", [(f"{capitals}{run}key", capitals)])


def far(rng: Rng, key: str) -> Record:
    """The same, ten times as far away."""
    return keys(rng, key, longest=400)


def _png(picture: Image.Image) -> bytes:
    held = io.BytesIO()
    picture.save(held, "png")
    return held.getvalue()


SETS: dict[str, tuple[Callable[[Rng, str], Record], int]] = {  # and how many records there are
    "captions": (captions, 4000),
    "questions": (questions, 4000),
    "numbers": (numbers, 4000),
    "said": (said, 4000),
    "keys": (keys, 4000),
    "far": (far, 800),
    "posed": (questions, 400),  # what is answered by sampling
}
