"""Questions about the cells of a table, with answers as they stand there or worked out exactly."""

from decimal import Decimal

from qvl.data.synth.charts.asked import Asked, worded
from qvl.data.synth.charts.invent import Rng, pick
from qvl.data.synth.charts.words import names
from qvl.data.synth.tables.sheet import Sheet, number


def ask(rng: Rng, sheet: Sheet, count: int) -> list[Asked]:
    """Up to so many different questions."""
    found: dict[str, Asked] = {}
    for _ in range(5 * count):
        each = pick(rng, _KINDS if sheet.values else _WORDS)(sheet, rng)
        if each is not None:
            found.setdefault(each.question, each)
        if len(found) == count:
            break
    return list(found.values())


def _named(sheet: Sheet, row: int, column: int) -> str:
    return f"{sheet.names[row]}, {sheet.columns[column]}"


def lookup(sheet: Sheet, rng: Rng) -> Asked | None:
    row, column = int(rng.integers(len(sheet.names))), int(rng.integers(len(sheet.columns)))
    text = sheet.texts[row][column]
    if not text:
        return None
    key = "value" if sheet.language != "en" else pick(rng, ("value", "cell"))
    spot = _named(sheet, row, column)
    question = (
        f"What does the cell in row “{sheet.names[row]}”, column “{sheet.columns[column]}” say?"
    )
    if key == "value":
        question = worded(rng, "value", sheet.language, spot=spot).replace("chart", "table")
    return Asked(question, text, {"op": "value", "cells": [[row, column]], "is": text})


def extreme(sheet: Sheet, rng: Rng) -> Asked | None:
    column = int(rng.integers(len(sheet.columns)))
    values = [(line[column], row) for row, line in enumerate(sheet.values)]
    known = [(v, row) for v, row in values if v is not None]
    if len(known) < 2:
        return None
    op, best = pick(rng, (("most", max), ("least", min)))
    top, at = best(known)
    if sum(v == top for v, _ in known) > 1:
        return None
    question = worded(rng, f"{op}_in", sheet.language, column=sheet.columns[column])
    text = sheet.texts[at][column]
    answer = f"{sheet.names[at]}: {text}" if rng.random() < 0.5 else sheet.names[at]
    return Asked(question, answer, {"op": op, "cells": [[r, column] for _, r in known], "is": at})


def difference(sheet: Sheet, rng: Rng) -> Asked | None:
    """Of two cells of a column, with the working."""
    if len(sheet.names) < 2:
        return None
    first, second = (int(i) for i in rng.permutation(len(sheet.names))[:2])
    column = int(rng.integers(len(sheet.columns)))
    a, b = sheet.values[first][column], sheet.values[second][column]
    if a is None or b is None or min(a, b) < 0:
        return None
    parts = {"a": _named(sheet, first, column), "b": _named(sheet, second, column)}
    question = worded(rng, "difference", sheet.language, **parts)
    high, low = max(a, b), min(a, b)
    told = _told(sheet, high - low)
    answer = f"{_told(sheet, high)} − {_told(sheet, low)} = {told}\n\n{told}"
    claim = {
        "op": "difference",
        "cells": [[first, column], [second, column]],
        "is": str(high - low),
    }
    return Asked(question, answer, claim)


def total(sheet: Sheet, rng: Rng) -> Asked | None:
    """The sum of a column that has no empty cells."""
    column = int(rng.integers(len(sheet.columns)))
    values = [v for v in (line[column] for line in sheet.values) if v is not None]
    if (
        len(values) < len(sheet.values)
        or len(values) > 7
        or (sheet.kind == "prices" and column < 2)
    ):
        return None
    found = sum(values, Decimal(0))
    question = worded(rng, "sum_in", sheet.language, column=sheet.columns[column])
    written = " + ".join(f"({_told(sheet, v)})" if v < 0 else _told(sheet, v) for v in values)
    answer = f"{written} = {_told(sheet, found)}\n\n{_told(sheet, found)}"
    claim = {"op": "sum", "cells": [[r, column] for r in range(len(values))], "is": str(found)}
    return Asked(question, answer, claim)


def absent(sheet: Sheet, rng: Rng) -> Asked | None:
    """About a name that stands nowhere in the table."""
    strange = pick(rng, names(pick(rng, ("country", "product", "tongue")), sheet.language))
    if any(strange in cell.text for row in sheet.rows for cell in row):
        return None
    question = worded(rng, "value", sheet.language, spot=strange).replace("chart", "table")
    answer = worded(rng, "absent", sheet.language, spot=strange)
    return Asked(question, answer, {"op": "absent", "name": strange, "is": None})


def empty(sheet: Sheet, rng: Rng) -> Asked | None:
    """How many cells have nothing in them; English."""
    count = sum(not text for line in sheet.texts for text in line)
    if sheet.language != "en" or (not count and rng.random() < 0.8):
        return None
    question = pick(rng, ("How many cells of the table are empty?", "Count the empty cells."))
    return Asked(question, str(count), {"op": "empty", "is": count})


def sizes(sheet: Sheet, rng: Rng) -> Asked | None:
    """How many rows there are below the header; English."""
    if sheet.language != "en":
        return None
    count = len(sheet.rows) - sheet.heads
    question = pick(rng, ("How many rows are there below the header?", "Count the body rows."))
    return Asked(question, str(count), {"op": "rows", "is": count})


def _told(sheet: Sheet, value: Decimal) -> str:
    whole = value == value.to_integral_value() and sheet.kind == "prices"
    if whole and not sheet.symbol:
        return str(value)
    return number(value, sheet.language, sheet.decimals, sheet.symbol)


_WORDS = (lookup, lookup, lookup, absent, empty, sizes)
_KINDS = (lookup, lookup, lookup, extreme, extreme, difference, total, absent, empty, sizes)
