"""What the recipe tells a decoder: where each letter of an answer stands; batches made ahead."""

from functools import partial
from pathlib import Path

import numpy as np
import pointers
import pytest
from ahead import Ahead
from PIL import Image
from size import LIMITS, config

from qvl.chat.tokenizer import Tokenizer
from qvl.data.synth.reading import Crop
from qvl.data.synth.things import Scene, Thing
from qvl.inputs import lesson
from qvl.messages import message
from qvl.tokens import IGNORE

ROOT = Path(__file__).resolve().parents[2]

TOKENIZER = Tokenizer.load(ROOT / "recipes" / "nano" / "tokenizer")


def crop() -> Crop:
    """`ab c"` over two lines of a picture two units high and three wide."""
    boxes = [(2, 4, 10, 20), (26, 4, 34, 20), (60, 4, 70, 20), (2, 32, 10, 48)]
    return Crop(
        np.full((56, 84, 3), 255, dtype=np.uint8),
        np.array([ord(c) for c in 'abc"'], dtype=np.int32),
        np.array(boxes, dtype=np.float32),
        np.array([0, 0, 1, 2], dtype=np.int32),
        np.array([0, 0, 0, 1], dtype=np.int32),
    )


def test_letters_stand_in_units():
    parts = pointers.lines_of(crop())
    assert parts == [("ab c", [0, 1, -1, 2]), ('"', [3])]
    assert pointers.escaped(parts[1]) == ('\\"', [3, 3])
    assert pointers.spread("> ab c|", parts[:1]) == [-1, -1, 0, 1, -1, 2, -1]
    assert pointers.unit_at(500, -3, 56, 84) == 2


def test_rows_point_at_the_picture_that_shows_their_letter():
    text = crop().text()
    turns = (
        message("user", Image.fromarray(crop().image), "Read."),
        message("assistant", text),
        message("user", "Again."),
        message("assistant", "b"),
    )
    sample = lesson(turns, TOKENIZER, config(TOKENIZER), LIMITS).sample
    said = [(text, pointers.spread(text, pointers.lines_of(crop()))), ("b", [1])]
    point = pointers.points(sample, TOKENIZER, said)
    start = int(sample.vision_rows[0])
    told = {
        TOKENIZER.decode([int(sample.labels[row])]): int(point[row]) - start
        for row in (point != IGNORE).nonzero()[:, 0]
    }
    assert told == {"a": 0, "b": 1, " c": 2, '"': 3}
    assert int((point != IGNORE).sum()) == 5


def test_a_thing_is_looked_at_where_it_shows():
    owner = np.zeros((84, 84), dtype=np.int16)
    owner[:, :20] = 1  # its middle is 10 px from the left, in the first column of units
    owner[56:, :] = 1
    things = (Thing("red bar", (0, 0, 84, 84)), Thing("red ring", (30, 30, 40, 40)))
    shown = Scene(np.zeros((84, 84, 3), dtype=np.uint8), things, owner)
    assert pointers.middle(shown, things[0]) in (3, 7)
    assert pointers.middle(shown, things[1]) == 4  # nowhere in the middle of a unit


def _square(factor: int, stage: int, step: int) -> tuple[int, int]:
    if step > 90:
        raise ValueError("no such step")
    return stage, factor * step * step


def test_batches_made_ahead_are_those_asked_for():
    ahead = Ahead(partial(_square, 3))
    asked = [(0, 5), (0, 6), (0, 7), (2, 8), (2, 9), (2, 3)]
    assert [ahead(*each) for each in asked] == [_square(3, *each) for each in asked]
    with pytest.raises(RuntimeError, match="step 91"):
        ahead(0, 91)
