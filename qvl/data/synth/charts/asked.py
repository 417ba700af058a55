"""Questions about rows of numbers, with answers worked out from exact decimals.

Every answer comes with a claim, plain JSON that says which cells it is made of and how, so that
it can be worked out again by other means.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from qvl.data.synth.charts.chart import Chart
from qvl.data.synth.charts.invent import Rng, pick


@dataclass(frozen=True)
class Asked:
    """A question and its answer; `claim`: what was done with which cells, and the result."""

    question: str
    answer: str
    claim: dict[str, Any]


@cache
def _words() -> dict[str, dict[str, str]]:
    text = files("qvl.data.synth.charts").joinpath("wording.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["key"]: row for row in rows}


MORE = {  # further wordings in English
    "value": (
        "What value does the chart show for {spot}?",
        "Read off the value of {spot}.",
        "How high is {spot}?",
    ),
    "most": ("Which one is the largest?", "Where is the maximum reached?"),
    "least": ("Which one is the smallest?", "Where is the minimum?"),
    "difference": (
        "By how much do {a} and {b} differ?",
        "How far apart are {a} and {b}?",
    ),
    "sum": ("Add up all the values.", "What do all the values make together?"),
    "above": ("How many of the values exceed {limit}?",),
}


def worded(rng: Rng, key: str, language: str, **parts: str) -> str:
    """One of the wordings of a question, filled in."""
    options = [_words()[key][language], *(MORE.get(key, ()) if language == "en" else ())]
    return pick(rng, options).format(**parts)


def united(chart: Chart, value: Decimal | str) -> str:
    """A number with its unit: "12 %" and "12 kg", but "$12"."""
    if chart.unit in ("$", "€"):
        return f"{chart.unit}{value}"
    return f"{value}{'' if chart.unit in ('%', '') else ' '}{chart.unit}"


def spot(chart: Chart, row: int, column: int) -> str:
    name = chart.names[row]
    return name if len(chart.columns) == 1 else f"{name}, {chart.columns[column]}"


def _cell(chart: Chart, rng: Rng) -> tuple[int, int]:
    return int(rng.integers(len(chart.names))), int(rng.integers(len(chart.columns)))


def value(chart: Chart, rng: Rng) -> Asked:
    row, column = _cell(chart, rng)
    told = chart.text(chart.values[row][column])
    question = worded(rng, "value", chart.language, spot=spot(chart, row, column))
    claim = {"op": "value", "cells": [[row, column]], "is": told}
    return Asked(question, united(chart, told), claim)


def extreme(chart: Chart, rng: Rng) -> Asked | None:
    """The highest or lowest of a column; None where two are equal."""
    column = int(rng.integers(len(chart.columns)))
    op, best = pick(rng, (("most", max), ("least", min)))
    values = [row[column] for row in chart.values]
    top = best(values)
    if values.count(top) > 1:
        return None
    at = values.index(top)
    key = op if len(chart.columns) == 1 else f"{op}_in"
    question = worded(rng, key, chart.language, column=chart.columns[column])
    told = united(chart, chart.text(top))
    short = rng.random() < 0.5
    answer = chart.names[at] if short else f"{chart.names[at]} ({told})"
    claim = {"op": op, "cells": [[row, column] for row in range(len(values))], "is": at}
    return Asked(question, answer, claim)


def difference(chart: Chart, rng: Rng) -> Asked | None:
    if len(chart.names) < 2:
        return None
    first, second = (int(i) for i in rng.permutation(len(chart.names))[:2])
    column = int(rng.integers(len(chart.columns)))
    a, b = chart.exact(first, column), chart.exact(second, column)
    parts = {"a": spot(chart, first, column), "b": spot(chart, second, column)}
    question = worded(rng, "difference", chart.language, **parts)
    high, low = max(a, b), min(a, b)
    result = united(chart, high - low)
    minus = f"({low})" if low < 0 else f"{low}"
    working = f"{high} − {minus} = {high - low}\n\n"
    claim = {
        "op": "difference",
        "cells": [[first, column], [second, column]],
        "is": str(high - low),
    }
    return Asked(question, (working if rng.random() < 0.6 else "") + result, claim)


def total(chart: Chart, rng: Rng) -> Asked | None:
    """The sum of a column, worked out step by step where it is long."""
    column = int(rng.integers(len(chart.columns)))
    cells = [chart.exact(row, column) for row in range(len(chart.names))]
    if len(cells) > 8:
        return None
    key = "sum" if len(chart.columns) == 1 else "sum_in"
    question = worded(rng, key, chart.language, column=chart.columns[column])
    result = sum(cells, Decimal(0))
    written = " + ".join(f"({c})" if c < 0 else str(c) for c in cells)
    claim = {"op": "sum", "cells": [[r, column] for r in range(len(cells))], "is": str(result)}
    return Asked(question, f"{written} = {result}\n\n{united(chart, result)}", claim)


def above(chart: Chart, rng: Rng) -> Asked | None:
    """How many values of a chart of one column are above a round number."""
    if len(chart.columns) > 1:
        return None
    values = [row[0] for row in chart.values]
    low, high = min(values), max(values)
    digits = max(0, len(str(int(high - low))) - 1)
    limit = Decimal(round(low + (high - low) * float(rng.uniform(0.2, 0.8)), -digits)).quantize(1)
    if any(Decimal(chart.text(v)) == limit for v in values):
        return None
    over = [row for row, v in enumerate(values) if Decimal(chart.text(v)) > limit]
    question = worded(rng, "above", chart.language, limit=str(limit))
    which = f": {', '.join(chart.names[row] for row in over)}" if over else ""
    claim = {"op": "above", "limit": str(limit), "is": len(over)}
    return Asked(question, f"{len(over)}{which}" if rng.random() < 0.6 else str(len(over)), claim)


def absent(chart: Chart, rng: Rng, others: Sequence[str]) -> Asked | None:
    """A question about a name that the chart does not have."""
    strange = [name for name in others if name not in (*chart.names, *chart.columns)]
    if not strange:
        return None
    name = pick(rng, strange)
    question = worded(rng, "value", chart.language, spot=name)
    answer = worded(rng, "absent", chart.language, spot=name)
    return Asked(question, answer, {"op": "absent", "name": name, "is": None})


PLAIN: tuple[Callable[[Chart, Rng], Asked | None], ...] = (
    *(value, value, extreme, extreme, difference, total, above),
)
