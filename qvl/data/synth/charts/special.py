"""Questions that only some kinds of charts answer, and those about a chart as a whole; English."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np

from qvl.data.synth.charts.asked import Asked, united
from qvl.data.synth.charts.chart import ARROW, Chart
from qvl.data.synth.charts.invent import Rng, pick

CALLED = {
    "bar": "bar chart",
    "barh": "horizontal bar chart",
    "lollipop": "lollipop chart",
    "grouped": "grouped bar chart",
    "groupedh": "grouped horizontal bar chart",
    "stacked": "stacked bar chart",
    "stackedh": "stacked horizontal bar chart",
    "percent": "stacked bar chart of percentages",
    "line": "line chart",
    "step": "step chart",
    "multiline": "line chart with several lines",
    "area": "area chart",
    "stackedarea": "stacked area chart",
    "slope": "slope chart",
    "dumbbell": "dumbbell chart",
    "errorbar": "chart with error bars",
    "radar": "radar chart",
    "pie": "pie chart",
    "candlestick": "candlestick chart",
    "donut": "donut chart",
    "heatmap": "heat map",
    "histogram": "histogram",
    "box": "box plot",
    "violin": "violin plot",
    "scatter": "scatter plot",
    "bubble": "bubble chart",
    "waterfall": "waterfall chart",
    "gantt": "Gantt chart",
    "relation": "relational diagram",
    "sankey": "Sankey diagram",
    "treemap": "treemap",
    "funnel": "funnel chart",
}


def kind(chart: Chart, rng: Rng) -> Asked:
    question = pick(rng, ("What kind of chart is this?", "Which type of chart is shown?"))
    called = CALLED[chart.kind]
    said = f"It is a {called}." if called[0] not in "aeiou" else f"It is an {called}."
    return Asked(question, said, {"op": "kind", "is": chart.kind})


def titled(chart: Chart, rng: Rng) -> Asked:
    question = pick(rng, ("What is the title of the chart?", "What does the heading say?"))
    return Asked(question, chart.title, {"op": "title", "is": chart.title})


def counted(chart: Chart, rng: Rng) -> Asked | None:
    if len(chart.columns) == 1 or chart.kind in ("errorbar", "candlestick", "box", "gantt"):
        if not any(chart.names):
            count = len(chart.values)
            return Asked("How many points are there?", str(count), {"op": "rows", "is": count})
        count = len(chart.names)
        return Asked(
            f"How many entries does the {CALLED[chart.kind]} have?",
            str(count),
            {"op": "rows", "is": count},
        )
    count = len(chart.columns)
    question = pick(rng, ("How many series are shown?", "How many columns of numbers are there?"))
    return Asked(question, str(count), {"op": "columns", "is": count})


def trend(chart: Chart, rng: Rng) -> Asked | None:
    """Where a line as a whole goes, if it clearly goes up or down."""
    values = np.array([row[0] for row in chart.values])
    rises = int((np.diff(values) > 0).sum())
    falls = int((np.diff(values) < 0).sum())
    change = Decimal(chart.text(float(values[-1]))) - Decimal(chart.text(float(values[0])))
    if abs(float(change)) < 0.15 * float(values.max()) or rises == falls:
        return None
    if (rises > falls) != (change > 0):
        return None
    way = "rises" if change > 0 else "falls"
    question = pick(rng, ("What is the overall trend?", "Does it rise or fall over the range?"))
    first, last = chart.names[0], chart.names[-1]
    answer = f"It {way} overall, from {united(chart, chart.text(float(values[0])))} ({first}) to "
    answer += f"{united(chart, chart.text(float(values[-1])))} ({last})."
    return Asked(question, answer, {"op": "trend", "is": way})


def related(chart: Chart, rng: Rng) -> Asked | None:
    """How two measures go together, where it is plain; the number is Pearson's."""
    x, y = (np.array([row[i] for row in chart.values]) for i in (0, 1))
    r = float(np.corrcoef(x, y)[0, 1])
    if 0.25 < abs(r) < 0.75:
        return None
    up = "rises" if r > 0 else "falls"
    said = (
        f"{chart.columns[1]} {up} as {chart.columns[0]} rises."
        if abs(r) >= 0.75
        else "There is no clear relation."
    )
    question = pick(rng, ("How are the two measures related?", "Is there a correlation?"))
    return Asked(question, said, {"op": "related", "is": up if abs(r) >= 0.75 else "no"})


def closed(chart: Chart, rng: Rng) -> Asked:
    """On how many days a price closed above its opening."""
    days = [name for name, row in zip(chart.names, chart.values, strict=True) if row[3] > row[0]]
    question = "On how many days did the price close higher than it opened?"
    which = f" ({', '.join(days)})" if days and rng.random() < 0.5 else ""
    return Asked(question, f"{len(days)}{which}", {"op": "closed", "is": len(days)})


def longest(chart: Chart, rng: Rng) -> Asked | None:
    lengths = [row[1] - row[0] for row in chart.values]
    if lengths.count(max(lengths)) > 1:
        return None
    at = lengths.index(max(lengths))
    start, end = (chart.text(v) for v in chart.values[at])
    question = pick(
        rng, ("Which task takes the longest?", "Which bar is the longest, and how long?")
    )
    answer = f"{chart.names[at]}: from {start} to {end}, that is {chart.text(lengths[at])}."
    return Asked(question, answer, {"op": "longest", "is": at})


def flows(chart: Chart, rng: Rng) -> Asked:
    """What comes out of, or goes into, one of the ends."""
    pairs = [name.split(ARROW) for name in chart.names]
    end = int(rng.integers(2))
    name = pick(rng, sorted({pair[end] for pair in pairs}))
    cells = [row for row, pair in enumerate(pairs) if pair[end] == name]
    amounts = [chart.exact(row, 0) for row in cells]
    question = f"What is the total {'into' if end else 'out of'} “{name}”?"
    total = sum(amounts, Decimal(0))
    working = f"{' + '.join(map(str, amounts))} = {total}\n\n" if len(amounts) > 1 else ""
    claim = {"op": "sum", "cells": [[row, 0] for row in cells], "is": str(total)}
    return Asked(question, f"{working}{total}", claim)


def ranked(chart: Chart, rng: Rng) -> Asked | None:
    """The second highest of one column."""
    values = [row[0] for row in chart.values]
    if len(chart.columns) > 1 or len(set(values)) < len(values) or len(values) < 3:
        return None
    at = values.index(sorted(values)[-2])
    question = pick(rng, ("Which entry is the second highest?", "Which comes second?"))
    return Asked(question, chart.names[at], {"op": "second", "is": at})


GENERAL = (kind, titled, counted)
_RISING: tuple[Callable[[Chart, Rng], Asked | None], ...] = (trend, ranked)
SPECIAL: dict[str, tuple[Callable[[Chart, Rng], Asked | None], ...]] = {
    **dict.fromkeys(("line", "area", "step"), _RISING),
    **dict.fromkeys(("bar", "barh", "lollipop", "pie", "donut", "treemap", "funnel"), (ranked,)),
    "scatter": (related,),
    "bubble": (related,),
    "candlestick": (closed,),
    "gantt": (longest,),
    **dict.fromkeys(("relation", "sankey"), (flows,)),
}
