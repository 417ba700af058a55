"""Plausible numbers and words for a chart of any kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qvl.data.synth.charts.chart import Chart
from qvl.data.synth.charts.words import ORDERED, names, word

Rng = np.random.Generator


@dataclass(frozen=True)
class Measure:
    """What is counted: units to choose from, the range of a chart, and its decimals."""

    key: str
    units: tuple[str, ...]
    low: float
    high: float
    decimals: int = 0


MEASURES = (
    Measure("revenue", ("M$", "M€", "k€"), 12, 980),
    Measure("costs", ("M$", "M€", "k$"), 8, 640, 1),
    Measure("profit", ("M$", "M€"), 1, 90, 1),
    Measure("population", ("M", "k"), 2, 340, 1),
    Measure("rainfall", ("mm",), 4, 260),
    Measure("temperature", ("°C",), 3, 36, 1),
    Measure("visitors", ("", "k"), 120, 9400),
    Measure("output", ("t", "kt"), 40, 5200),
    Measure("exports", ("M$", "M€"), 20, 1900),
    Measure("imports", ("M$", "M€"), 20, 1900, 1),
    Measure("energy", ("GWh", "MWh"), 15, 870),
    Measure("emissions", ("Mt", "kt"), 1, 95, 1),
    Measure("share", ("%",), 3, 96),
    Measure("price", ("$", "€"), 1, 60, 2),
    Measure("wages", ("$", "€"), 1400, 7200),
    Measure("jobless", ("%",), 2, 19, 1),
    Measure("score", ("",), 35, 99),
    Measure("weight", ("kg", "g"), 4, 480, 1),
    Measure("time", ("min", "s"), 1, 75),
    Measure("births", ("", "k"), 60, 2100),
    Measure("students", ("",), 25, 1800),
    Measure("orders", ("",), 30, 4500),
)
PARTS = ("revenue", "costs", "output", "exports", "energy", "students", "orders", "visitors")
GROUPS = ("country", "city", "product", "source", "transport", "team", "subject", "tongue", "age")
TIMES = ("month", "year", "quarter", "day")


def pick(rng: Rng, options: Sequence[Any]) -> Any:
    return options[int(rng.integers(len(options)))]


def some(rng: Rng, options: tuple[str, ...], count: int, *, run: bool = False) -> tuple[str, ...]:
    """Different ones in random order, or with `run` neighbours in their own order."""
    count = min(count, len(options))
    if run:
        first = int(rng.integers(len(options) - count + 1))
        return tuple(options[first : first + count])
    return tuple(options[i] for i in rng.permutation(len(options))[:count])


def labels(rng: Rng, group: str, language: str, count: int) -> tuple[str, ...]:
    """Names of a group; those with an order of their own keep it."""
    if group == "year":
        last = int(rng.integers(1995, 2026))
        step = pick(rng, (1, 1, 1, 2, 5))
        return tuple(str(last - step * i) for i in reversed(range(count)))
    return some(rng, names(group, language), count, run=group in ORDERED)


def series(rng: Rng, count: int, measure: Measure, *, ordered: bool) -> list[float]:
    """Numbers in the measure's range: with an order they have a trend, else they are scattered."""
    low, high = measure.low, measure.high
    if ordered:
        t = np.linspace(0, 1, count)
        level, slope = rng.uniform(0.25, 0.75), rng.uniform(-0.5, 0.5)
        wave = rng.uniform(0, 0.25) * np.sin(2 * np.pi * (t * rng.uniform(0.5, 2) + rng.random()))
        raw = level + slope * (t - 0.5) + wave + rng.normal(0, 0.06, count)
        raw = raw.clip(0.02, 0.98)
        return rounded(low + (high - low) * raw * rng.uniform(0.6, 1), measure.decimals)
    top = rng.uniform(0.2, 1) * high
    bottom = max(low, top * rng.uniform(0.03, 0.4))
    return rounded(bottom + (top - bottom) * rng.beta(1.2, 1.2, count), measure.decimals)


def rounded(values: Any, decimals: int) -> list[float]:
    return [round(float(v), decimals) + 0.0 for v in values]


@dataclass(frozen=True)
class Plan:
    """What a chart of rows and columns is about, before its numbers."""

    language: str
    measure: Measure
    group: str
    names: tuple[str, ...]
    columns: tuple[str, ...]


def planned(rng: Rng, language: str, rows: int, columns: int, groups: Sequence[str]) -> Plan:
    measure = pick(rng, MEASURES)
    group = pick(rng, groups)
    found = labels(rng, group, language, rows)
    if columns == 1:
        return Plan(language, measure, group, found, (word("measure", measure.key, language),))
    other = pick(rng, [g for g in (*GROUPS, "year") if g != group])
    return Plan(language, measure, group, found, labels(rng, other, language, columns))


def titled(rng: Rng, plan: Plan) -> str:
    """A title whose grammar holds in every language; longer ones in English."""
    what = word("measure", plan.measure.key, plan.language)
    by = word("head", plan.group, plan.language)
    year = int(rng.integers(1998, 2026))
    span = f"{plan.names[0]}–{plan.names[-1]}" if plan.group == "year" else str(year)
    patterns = [f"{what}, {span}", f"{what} ({by})", f"{what} – {by}", f"{what}: {by} {span}", what]
    if plan.language == "en":
        patterns += [f"{what} by {by.lower()}", f"{what} by {by.lower()}, {span}"]
        patterns += [f"{what} compared by {by.lower()}", f"Annual report: {what}"]
    if plan.language == "zh":
        patterns += [f"各{by}{what}", f"{span}年各{by}{what}统计"] if plan.group != "year" else []
    return pick(rng, patterns)


def chart(kind: str, rng: Rng, plan: Plan, values: Sequence[Sequence[float]]) -> Chart:
    """A chart of these values, a row a name."""
    language = plan.language
    source = f"{word('head', 'data', language)}: {pick(rng, NOTES)}, {rng.integers(2005, 2026)}"
    return Chart(
        kind=kind,
        language=language,
        title=titled(rng, plan),
        head=word("head", plan.group, language),
        names=plan.names,
        columns=plan.columns,
        values=tuple(map(tuple, values)),
        decimals=plan.measure.decimals,
        measure=word("measure", plan.measure.key, language),
        unit=pick(rng, plan.measure.units),
        ordered=plan.group in ORDERED,
        note=source if rng.random() < 0.25 else "",
    )


NOTES = ("Meridian Survey", "Harbour Institute", "Atlas Panel", "Northfield")  # no real ones
