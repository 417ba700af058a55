"""Loops are noticed; what repeats by right is left alone."""

import numpy as np
import pytest

from qvl.engine.repeat import CYCLES, PERIOD, Watch
from qvl.messages import LOOP


def tokens(text):
    """About as a tokenizer cuts: words, runs of signs, single digits."""
    import re

    found = re.findall(r" ?[A-Za-z]+|\d| ?[^\sA-Za-z\d]+|\s", text)
    ids = {word: i for i, word in enumerate(dict.fromkeys(found))}
    return [ids[word] for word in found]


def watched(ids, limit=LOOP):
    """(tokens seen, tokens kept) when a loop is found."""
    watch = Watch(limit)
    for at, token in enumerate(ids, start=1):
        if (kept := watch.push(token)) is not None:
            return at, kept
    return None


CELLS = "<td></td>" * 12
RIGHT = {
    "a table of 60 rows without content": "<table>" + f"<tr>{CELLS}</tr>\n" * 60 + "</table>",
    "a table of 100 numbered rows": "".join(f"<tr><td>{i}</td>{CELLS}</tr>" for i in range(100)),
    "dotted leaders": "".join(f"Chapter {i} {'. ' * 60}{7 * i}\n" for i in range(40)),
    "one long leader": "Contents " + ". " * 200 + "3",
    "rows of zeros": "0 0 0 0 0 0 0 0\n" * 120,
    "columns of zeros in HTML": "<tr>" + "<td>0</td>" * 24 + "</tr>\n",
    "a markdown table": "| Item | 0 | 0 |\n" * 60,
    "a rule": "-" * 120 + "\n" + "=" * 120,
    "a form": "Name: ______\nDate: ______\n" * 25,
    "a chorus": "na na na na hey hey goodbye\n" * 16,
    "boxes": "".join(
        f'{{"bbox_2d": [{9 * i}, 4, {9 * i + 8}, 9], "label": "dot"}},\n' for i in range(200)
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_repeats_by_right(name):
    assert watched(tokens(RIGHT[name])) is None


WRONG = {  # (start, cycle)
    "one sign": ("The total is", " !"),
    "a sentence": ("It shows a street. ", "The man on the left is holding a red cup in his hand. "),
    "a box": ("[", '{"bbox_2d": [12, 40, 96, 118], "label": "a parked car"},\n'),
    "a paragraph": (
        "Once. ",
        " ".join(f"word{chr(97 + i % 26)}{'x' * (i // 26)}" for i in range(150)) + ". ",
    ),
    "empty rows for ever": ("<table>", f"<tr>{CELLS}</tr>\n"),
}


@pytest.mark.parametrize("name", WRONG)
def test_loops(name):
    start, cycle = WRONG[name]
    ids = tokens(start + cycle * 700)
    begin, period = len(tokens(start)), len(tokens(start + cycle)) - len(tokens(start))
    seen, kept = watched(ids)
    assert abs(kept - begin - period) <= 2  # where start and cycle meet, signs may be one token
    assert CYCLES * period <= seen - begin + 2 < 4500
    assert watched(ids, 10**9) is None


def test_a_period_of_every_length_is_found_with_its_start():
    draw = np.random.default_rng(0)
    for period in (1, 2, 3, 7, 50, PERIOD):
        before = draw.integers(1000, 2000, 30).tolist()
        cycle = draw.choice(900, period, replace=False).tolist()
        seen, kept = watched(before + cycle * 600)
        assert kept == 30 + period
        assert seen - 30 == max(CYCLES, -(-LOOP // period)) * period


def test_a_cycle_longer_than_looked_for_passes():
    draw = np.random.default_rng(0)
    assert watched(draw.choice(5000, PERIOD + 1, replace=False).tolist() * 20) is None


def test_random_tokens_pass():
    draw = np.random.default_rng(0)
    assert watched(draw.integers(0, 3, 4000).tolist()) is None


def test_a_broken_cycle_starts_anew():
    line = list(range(20))
    assert watched((line * 25 + [99]) * 6) is None
    assert watched(line * 26) is not None
