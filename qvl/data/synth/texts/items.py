"""Things that carry words in a scene: boards, plates, posters, letters alone or on an arc."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from qvl.data.fonts import Face
from qvl.data.synth.texts import strings
from qvl.data.synth.texts.columns import HAN, column, stacked
from qvl.data.synth.texts.letters import Type, letters
from qvl.data.synth.texts.run import Colour, Draw, Run, level, posed
from qvl.data.synth.texts.setting import Block, set_lines, wrapped
from qvl.data.synth.texts.tones import area, frame, pick, shade, tones
from qvl.tasks.place import Corners

EM = 40.0  # size of the letters of an item before it is put into the scene
Item = tuple[list[Run], list[Draw]]  # text, and what lies below it


@dataclass
class Place:
    rng: np.random.Generator
    face: Face
    type: Type
    read: Callable[[int], str]
    light: float  # of the photograph, 0 to 255
    language: str


def _line(desk: Place) -> Item:
    """Letters alone, in a colour that stands out."""
    text, (colour, other) = desk.read(18), _strong(desk)
    return _outlined(lambda at, ink: level(text, desk.type, at, ink), colour, other)


def _strong(desk: Place) -> tuple[Colour, Colour]:
    """A colour unlike the photograph, and one unlike it for its outline."""
    bright, dark = shade(desk.rng, 190, 255), shade(desk.rng, 0, 70)
    return (bright, dark) if desk.light < 128 else (dark, bright)


def _outlined(
    draw: Callable[[tuple[float, float], Colour], Run], ink: Colour, other: Colour
) -> Item:
    """Letters with an edge, so that they can be read on anything."""
    around = ((-1.5, 0.0), (1.5, 0.0), (0.0, -1.5), (0.0, 1.5))
    return [draw((0.0, 0.0), ink)], [draw(at, other).draw for at in around]


def _board(desk: Place) -> Item:
    """A sign with one to four lines."""
    ground, ink, accent = tones(
        desk.rng, pick(desk.rng, ("white", "vivid", "vivid", "dark", "tinted"))
    )
    width = EM * float(desk.rng.uniform(5, 12))
    align = pick(desk.rng, ("left", "middle", "middle", "right"))
    block = Block(desk.type, ink, width, 1.3, align)
    lines = wrapped(desk.read(int(desk.rng.integers(3, 50))), block)[:4]
    runs = set_lines(lines, block, (0.0, 0.0))
    pad = float(desk.rng.uniform(0.25, 0.8)) * EM
    box = widened(around(runs), pad)
    radius = float(desk.rng.choice((0, 6, 16)))
    below = [area(box, ground, radius)]
    if desk.rng.random() < 0.6:
        below.append(frame(widened(box, -pad * 0.35), accent, float(desk.rng.uniform(1, 4))))
    return runs, below


def _plate(desk: Place) -> Item:
    """Letters and figures of a vehicle, a door or a shelf."""
    text = desk.read(9) if desk.rng.random() < 0.3 else strings.numbers(desk.rng)
    text = desk.read(9) if desk.face.lacks(text) else text
    run = level(text, replace(desk.type, bold=True), (0.0, 0.0), (15, 15, 25))
    box = widened(run.box, 0.35 * EM)
    ground = pick(desk.rng, ((250, 250, 250), (250, 205, 40), (205, 225, 245), (220, 220, 215)))
    return [run], [area(box, ground, 6), frame(widened(box, -3), (15, 15, 25), 2.5)]


def _poster(desk: Place) -> Item:
    """A large line, and smaller ones below."""
    ground, ink, accent = tones(desk.rng, pick(desk.rng, ("paper", "vivid", "dark", "tinted")))
    width, align = EM * float(desk.rng.uniform(7, 11)), pick(desk.rng, ("left", "middle"))
    align = "right" if desk.language == "ar" and align == "left" else align
    runs: list[Run] = []
    y = 0.0
    for scale, longest in ((1.4, 14), *[(0.7, 40)] * int(desk.rng.integers(1, 4))):
        type_ = replace(desk.type, size=EM * scale)
        block = Block(type_, accent if scale > 1 else ink, width, 1.25, align)
        lines = wrapped(desk.read(longest), block)[:3]
        runs += set_lines(lines, block, (0.0, y))
        y += len(lines) * block.step + 0.35 * EM
    box = around(runs)
    box = widened((min(0.0, box[0]), box[1], max(width, box[2]), box[3]), 0.6 * EM)
    return runs, [area(box, ground), frame(box, ink, 2)]


def _curved(desk: Place) -> Item:
    """Letters on an arc, bulging up or down."""
    if desk.language == "ar":
        return _board(desk)
    text = desk.read(20)
    steps = letters(desk.type).widths(text)
    length = float(steps.sum())
    radius = max(length / float(desk.rng.uniform(0.6, 2.4)), 2.2 * EM)
    up = 1.0 if desk.rng.random() < 0.75 else -1.0
    middle = np.cumsum(steps) - steps / 2 - length / 2
    angle = up * middle / radius
    cos, sin = np.cos(angle), np.sin(angle)
    x = radius * up * sin - cos * steps / 2
    y = -radius * up * cos - sin * steps / 2

    def draw(at: tuple[float, float], ink: Colour) -> Run:
        return posed(text, text, desk.type, np.stack([cos, sin, x + at[0], y + at[1]], 1), ink)

    return _outlined(draw, *_strong(desk))


def _hanging(desk: Place) -> Item:
    """A sign that is read from top to bottom."""
    if desk.language == "ar":
        return _board(desk)
    ground, ink, accent = tones(desk.rng, pick(desk.rng, ("vivid", "dark", "white")))
    text = desk.read(9)
    if desk.language in HAN:
        run = column(text, desk.face, desk.type, (0.0, 0.0), ink)
    else:
        run = stacked(text.split(" ")[0], desk.type, (0.0, 0.0), ink)
    box = widened(run.box, 0.4 * EM)
    return [run], [area(box, ground, 8), frame(widened(box, -4), accent, 2)]


KINDS: dict[str, tuple[float, Callable[[Place], Item]]] = {
    "line": (2, _line),
    "board": (3, _board),
    "plate": (1.5, _plate),
    "poster": (1.5, _poster),
    "curved": (1, _curved),
    "hanging": (1, _hanging),
}


def around(runs: list[Run]) -> Corners:
    boxes = np.array([run.box for run in runs])
    low, high = boxes[:, :2].min(0).tolist(), boxes[:, 2:].max(0).tolist()
    return low[0], low[1], high[0], high[1]


def widened(box: Corners, by: float) -> Corners:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by
