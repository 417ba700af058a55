"""What is written from top to bottom: pages, verses, spines, boards, stacks."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from qvl.data.fonts import Face
from qvl.data.synth.texts.columns import column, stacked, turned
from qvl.data.synth.texts.letters import Type, letters
from qvl.data.synth.texts.run import Colour, Run
from qvl.data.synth.texts.sheet import Sheet
from qvl.data.synth.texts.tones import TONES, area, frame, pick, rule, tones


@dataclass
class Strip:
    rng: np.random.Generator
    sheet: Sheet
    face: Face
    type: Type
    ink: Colour
    accent: Colour
    read: Callable[[int, int], str]  # a text of so many letters at most, and at least

    def put(self, text: str, x: float, y: float, scale: float = 1.0, accent: bool = False) -> Run:
        type_ = replace(self.type, size=self.type.size * scale)
        run = column(text, self.face, type_, (x, y), self.accent if accent else self.ink)
        self.sheet.runs.append(run)
        return run


def page(desk: Strip, tiers: int = 1, ruled: bool = False, title: bool = False) -> None:
    """Columns from the right, in one tier or two, with lines between them or not."""
    width, high = desk.sheet.size
    size = desk.type.size
    step = size * float(desk.rng.uniform(1.35, 1.9))
    tall = (high - 2 * size - (tiers - 1) * size) / tiers
    for tier in range(tiers):
        top, x = size + tier * (tall + size), width - 1.6 * size
        if title and not tier:
            desk.put(desk.read(int(tall / size / 1.7), 3), x - size * 0.4, top, 1.6, accent=True)
            x -= 2.6 * size
        if tier:
            y = top - size / 2
            desk.sheet.below.append(rule((size, y), (width - size, y), desk.accent))
        text = ""
        while x > size:
            text = text or desk.read(400, 2)
            taken = _fitting(text, int(tall / size))
            desk.put(text[:taken].strip(), x, top)
            text = text[taken:].strip()
            if ruled:
                line = x - step / 2
                desk.sheet.below.append(rule((line, top), (line, top + tall), desk.accent))
            x -= step


def _fitting(text: str, count: int) -> int:
    """How many letters a column takes, so that no mark begins the next one."""
    taken = min(count, len(text))
    while 1 < taken < len(text) and text[taken] in "、。，．：；？！）」』】〕〉》ー…":
        taken -= 1
    return max(taken, 1)


def verse(desk: Strip) -> None:
    """A few columns that begin lower and lower."""
    width, high = desk.sheet.size
    size, x = desk.type.size, width - 1.6 * desk.type.size
    drop = float(desk.rng.uniform(0, 1.6)) * size
    for number in range(int(desk.rng.integers(2, 7))):
        top = size + number * drop
        count = int((high - size - top) / size)
        if x < size or count < 3:
            break
        desk.put(desk.read(min(count, 16), 2), x, top)
        x -= 2.1 * size


def spines(desk: Strip) -> None:
    """Backs of books side by side, each in its own colours, from the left."""
    width, high = desk.sheet.size
    x = 0.0
    while True:
        size = desk.type.size * float(desk.rng.uniform(0.7, 1.3))
        wide = size * float(desk.rng.uniform(1.5, 2.4))
        if x + wide > width:
            break
        ground, ink, accent = tones(desk.rng, pick(desk.rng, ("vivid", "dark", "paper", "tinted")))
        top = float(desk.rng.uniform(0, 0.12)) * high
        desk.sheet.below += [
            area((x, top, x + wide, high), ground),
            frame((x, top, x + wide, high), accent),
        ]
        text = desk.read(max(3, int((high - top - 3 * size) / size)), 2)
        type_ = replace(desk.type, size=size)
        desk.sheet.runs.append(
            column(text, desk.face, type_, (x + wide / 2, top + 1.5 * size), ink)
        )
        x += wide + float(desk.rng.uniform(0, 3))


def signs(desk: Strip) -> None:
    """Boards that hang side by side, from the left."""
    width, high = desk.sheet.size
    size, x = desk.type.size, desk.type.size
    while x + 2.4 * size < width:
        text = desk.read(max(2, int((high - 3 * size) / size)), 2)
        top = float(desk.rng.uniform(0.3, 1.5)) * size
        ground, ink, accent = tones(desk.rng, pick(desk.rng, TONES))
        run = column(text, desk.face, desk.type, (x + size, top + 0.5 * size), ink)
        bottom = max(run.box[3] + 0.5 * size, top + 2 * size)
        board = (x, top, x + 2 * size, bottom)
        desk.sheet.below += [area(board, ground, 5), frame(board, accent, 2)]
        desk.sheet.runs.append(run)
        x += size * float(desk.rng.uniform(2.4, 3.6))


def pair(desk: Strip) -> None:
    """Two strips of a festival, read from the right."""
    width, high = desk.sheet.size
    size = min(desk.type.size, width / 5)
    type_ = replace(desk.type, size=size)
    red, gold = (
        (int(desk.rng.integers(150, 215)), 20, 25),
        pick(desk.rng, ((20, 10, 10), (250, 215, 120))),
    )
    count = max(2, min(9, int((high - 3 * size) / size)))
    for x in (width - 1.5 * size, 1.5 * size):
        desk.sheet.below.append(
            area((x - 0.9 * size, 0.6 * size, x + 0.9 * size, high - 0.6 * size), red)
        )
        text = desk.read(count, 2)
        desk.sheet.runs.append(column(text, desk.face, type_, (x, 1.2 * size), gold))


def stack(desk: Strip) -> None:
    """Letters of words one below the other."""
    width, high = desk.sheet.size
    size, x = desk.type.size, 1.2 * desk.type.size
    most = int((high - 2 * size) / size / 1.08)
    while x + size < width and most > 1:
        word = max(desk.read(40, 1).split(" "), key=len)[:most]
        word = word if desk.rng.random() < 0.4 or word.upper() == word else _upper(word, desk.face)
        desk.sheet.runs.append(stacked(word, desk.type, (x, size), desk.ink))
        x += size * float(desk.rng.uniform(1.8, 3.0))


def _upper(word: str, face: Face) -> str:
    capitals = word.upper()
    return word if len(capitals) != len(word) or face.lacks(capitals) else capitals


def sides(desk: Strip) -> None:
    """Lines turned to one side."""
    width, high = desk.sheet.size
    size, up = desk.type.size, bool(desk.rng.random() < 0.5)
    table, step = letters(desk.type), desk.type.size * 1.6
    spots = np.arange(1.5 * size, width - size, step)
    for x in spots if up else spots[::-1]:
        text = desk.read(max(3, int((high - 2 * size) / size * 1.8)), 1)
        while table.widths(text).sum() > high - 2 * size:
            text = text[:-1].rsplit(" ", 1)[0] if " " in text else text[:-1]
        run = turned(text, desk.type, (x, high - size if up else size), desk.ink, up)
        desk.sheet.runs.append(run)
