"""Charts of many numbers: points, and what is told of a whole sample."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from qvl.data.synth.charts import invent
from qvl.data.synth.charts.chart import Chart
from qvl.data.synth.charts.invent import GROUPS, MEASURES, Rng, pick, planned
from qvl.data.synth.charts.words import word

_BY = " – "


def points(kind: str, rng: Rng, language: str) -> Chart:
    """Points of two measures, related or not; with names and a size in a bubble chart."""
    count = int(rng.integers(5, 9)) if kind == "bubble" else int(rng.integers(8, 21))
    plan = planned(rng, language, count, 1, ("country", "city"))
    across, up, size = (MEASURES[i] for i in rng.permutation(len(MEASURES))[:3])
    x = rng.uniform(0.05, 0.95, count)
    bend, noise = pick(rng, (0.9, -0.9, 0.5, 0.0)), rng.uniform(0.03, 0.15)
    y = (0.5 + bend * (x - 0.5) + rng.normal(0, noise, count)).clip(0.02, 0.98)
    decimals = max(across.decimals, up.decimals)
    columns = [
        invent.rounded(m.low + (m.high - m.low) * v, decimals) for m, v in ((across, x), (up, y))
    ]
    heads = [f"{word('measure', m.key, language)}{_unit(rng, m)}" for m in (across, up)]
    if kind == "bubble":
        sizes = size.low + (size.high - size.low) * rng.uniform(0.05, 1, count)
        columns.append(invent.rounded(sizes, decimals))
        heads.append(f"{word('measure', size.key, language)}{_unit(rng, size)}")
    made = invent.chart(kind, rng, plan, list(zip(*columns, strict=True)))
    title = _BY.join(word("measure", m.key, language) for m in (up, across))
    names = made.names if kind == "bubble" else ("",) * count
    return replace(
        made, names=names, columns=tuple(heads), decimals=decimals, title=title, ordered=False
    )


def _unit(rng: Rng, measure: invent.Measure) -> str:
    unit = pick(rng, measure.units)
    return f" ({unit})" if unit else ""


def histogram(kind: str, rng: Rng, language: str) -> Chart:
    """How many of a sample fall into each of some bins of equal width."""
    plan = planned(rng, language, 2, 1, ("age",))
    measure = plan.measure
    bins = int(rng.integers(5, 11))
    width = max(1, round((measure.high - measure.low) / bins))
    low = round(measure.low / width) * width
    edges = [low + width * i for i in range(bins + 1)]
    shape = rng.beta(pick(rng, (1.5, 3, 5)), pick(rng, (1.5, 3, 5)), int(rng.integers(60, 400)))
    sample = edges[0] + shape * (edges[-1] - edges[0]) * 0.999
    counts, _ = np.histogram(sample, edges)
    names = tuple(f"{a}–{b}" for a, b in pairwise(edges))
    made = invent.chart(kind, rng, plan, [[float(n)] for n in counts])
    count = word("head", "count", language)
    return replace(
        made,
        names=names,
        head=_measured(made),
        columns=(count,),
        decimals=0,
        measure=count,
        unit="",
        ordered=True,
        samples=(tuple(sample.tolist()), tuple(map(float, edges))),
        title=word("measure", measure.key, language),
    )


def _measured(chart: Chart) -> str:
    return f"{chart.measure} ({chart.unit})" if chart.unit else chart.measure


FIVE = ("Min", "Q1", "Median", "Q3", "Max")


def boxes(kind: str, rng: Rng, language: str) -> Chart:
    """Samples of which a box shows five numbers, a violin the median.

    Each sample has so many values that its quartiles are values of it, and whiskers reach from
    the least to the most.
    """
    plan = planned(rng, language, int(rng.integers(3, 7)), 1, GROUPS)
    spread = plan.measure.high - plan.measure.low
    samples = []
    for _ in plan.names:
        centre, width = rng.uniform(0.25, 0.75), rng.uniform(0.05, 0.2)
        raw = plan.measure.low + spread * (centre + width * rng.normal(0, 0.6, 41)).clip(0, 1)
        samples.append(tuple(sorted(invent.rounded(raw, plan.measure.decimals))))
    values = [tuple(sample[i] for i in (0, 10, 20, 30, 40)) for sample in samples]
    made = invent.chart(kind, rng, plan, values)
    made = replace(made, columns=FIVE, samples=tuple(samples))
    if kind != "violin":
        return made
    return replace(made, columns=(FIVE[2],), values=tuple((v[2],) for v in values))
