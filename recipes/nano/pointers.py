"""Where in the picture each letter of an answer stands: what guided attention is told."""

import json
from collections.abc import Sequence

import numpy as np
import torch

from qvl.chat.tokenizer import Tokenizer
from qvl.data.synth.reading import UNIT, Crop
from qvl.data.synth.things import Scene, Thing
from qvl.sample import Sample
from qvl.tokens import IGNORE

NOWHERE = -1
OPENING = "assistant\n"  # what the template writes before an answer
Part = tuple[str, Sequence[int]]  # letters of the answer, and the unit of each


def unit_at(x: float, y: float, height: int, width: int) -> int:
    """The merge unit, in raster order, of a point of a picture of this size in pixels."""
    rows, columns = height // UNIT, width // UNIT
    row, column = int(y // UNIT), int(x // UNIT)
    return min(max(row, 0), rows - 1) * columns + min(max(column, 0), columns - 1)


def lines_of(crop: Crop) -> list[Part]:
    """Each line's text as `crop.lines` writes it, with the unit of each letter."""
    height, width = crop.image.shape[:2]
    parts = []
    for (text, _), line in zip(crop.lines(), dict.fromkeys(crop.line.tolist()), strict=True):
        boxes = iter(crop.boxes[crop.line == line])
        units = []
        for letter in text:
            if letter == " ":
                units.append(NOWHERE)
                continue
            left, top, right, bottom = next(boxes)
            units.append(unit_at((left + right) / 2, (top + bottom) / 2, height, width))
        parts.append((text, units))
    return parts


def escaped(part: Part) -> Part:
    """The same letters inside a JSON string."""
    text, units = part
    spelt = [json.dumps(letter, ensure_ascii=False)[1:-1] for letter in text]
    return "".join(spelt), [u for s, u in zip(spelt, units, strict=True) for _ in s]


def middle(shown: Scene, thing: Thing) -> int:
    """The unit nearest to the middle of a thing, among those whose own middle shows it."""
    height, width = shown.owner.shape
    left, top, right, bottom = thing.box
    x, y = (left + right) / 2, (top + bottom) / 2
    inner = shown.owner[UNIT // 2 :: UNIT, UNIT // 2 :: UNIT]
    rows, columns = np.nonzero(inner == 1 + shown.things.index(thing))
    if not len(rows):
        return unit_at(x, y, height, width)
    far = (rows * UNIT + UNIT // 2 - y) ** 2 + (columns * UNIT + UNIT // 2 - x) ** 2
    nearest = int(far.argmin())
    return int(rows[nearest]) * (width // UNIT) + int(columns[nearest])


def spread(answer: str, parts: Sequence[Part]) -> list[int]:
    """The unit of each letter of an answer that holds these parts in this order."""
    out, at = [NOWHERE] * len(answer), 0
    for text, units in parts:
        at = answer.index(text, at)
        out[at : at + len(text)] = units
        at += len(text)
    return out


def points(
    sample: Sample, tokenizer: Tokenizer, answers: Sequence[tuple[str, list[int]]]
) -> torch.Tensor:
    """int64[T]: from the row that writes a token, the row of the unit that shows its letters.

    `answers` are the assistant's turns with the unit of each letter, in order.
    """
    units: list[int] = []
    for answer, places in answers:
        _, starts = tokenizer.placed(OPENING + answer)
        starts = [s - len(OPENING) for s in starts if s >= len(OPENING)]
        ends = [*starts[1:], len(answer)]
        for start, end in zip(starts, ends, strict=True):
            units.append(max(places[start : max(end, start + 1)], default=NOWHERE))
        units.append(NOWHERE)  # the end of the turn
    rows = (sample.labels != IGNORE).nonzero()[:, 0]
    unit = torch.tensor(units)
    assert len(rows) == len(unit)
    known = unit != NOWHERE
    out = torch.full_like(sample.labels, IGNORE)
    out[rows[known]] = sample.vision_rows[unit[known]]
    return out
