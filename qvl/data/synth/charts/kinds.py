"""Every kind of chart with the numbers that suit it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from qvl.data.synth.charts import invent
from qvl.data.synth.charts.chart import ARROW, Chart
from qvl.data.synth.charts.invent import GROUPS, PARTS, TIMES, Rng, pick, planned
from qvl.data.synth.charts.words import months, names, word

Maker = Callable[[str, Rng, str], Chart]  # kind, random numbers, language


def _one(kind: str, rng: Rng, language: str) -> Chart:
    """One number a name."""
    plan = planned(rng, language, int(rng.integers(4, 11)), 1, (*GROUPS, *TIMES))
    ordered = plan.group in TIMES
    values = invent.series(rng, len(plan.names), plan.measure, ordered=ordered)
    return invent.chart(kind, rng, plan, [[v] for v in values])


def _timed(kind: str, rng: Rng, language: str) -> Chart:
    plan = planned(rng, language, int(rng.integers(5, 13)), 1, ("month", "year", "age", "year"))
    values = invent.series(rng, len(plan.names), plan.measure, ordered=True)
    return invent.chart(kind, rng, plan, [[v] for v in values])


def _several(groups: Sequence[str], ordered: bool) -> Maker:
    def made(kind: str, rng: Rng, language: str) -> Chart:
        plan = planned(rng, language, int(rng.integers(3, 8)), int(rng.integers(2, 5)), groups)
        if kind in PILED:
            plan = replace(plan, measure=_countable(rng))
        rows = len(plan.names)
        columns = [
            invent.series(rng, rows, plan.measure, ordered=ordered)
            for _ in range(len(plan.columns))
        ]
        return invent.chart(kind, rng, plan, list(zip(*columns, strict=True)))

    return made


PILED = ("stacked", "stackedh", "stackedarea")


def _countable(rng: Rng) -> invent.Measure:
    """What can be added up, unlike temperatures."""
    return pick(rng, [m for m in invent.MEASURES if m.key in PARTS])


def _two(kind: str, rng: Rng, language: str) -> Chart:
    """Two numbers a name, of two years."""
    plan = planned(rng, language, int(rng.integers(4, 9)), 1, GROUPS[:-1])
    first = invent.series(rng, len(plan.names), plan.measure, ordered=False)
    change = rng.uniform(0.65, 1.5, len(first))
    second = invent.rounded(np.array(first) * change, plan.measure.decimals)
    year = int(rng.integers(2000, 2020))
    plan = replace(plan, columns=(str(year), str(year + int(rng.integers(1, 9)))))
    return invent.chart(kind, rng, plan, list(zip(first, second, strict=True)))


def _whole(kind: str, rng: Rng, language: str) -> Chart:
    """Parts in percent that make 100, one column."""
    plan = planned(rng, language, int(rng.integers(3, 8)), 1, GROUPS)
    plan = replace(plan, measure=SHARE, columns=(word("measure", "share", language),))
    values = _hundred(rng, len(plan.names))
    return invent.chart(kind, rng, plan, [[v] for v in values])


def _wholes(kind: str, rng: Rng, language: str) -> Chart:
    """Parts in percent, of which each row makes 100."""
    plan = planned(rng, language, int(rng.integers(3, 7)), int(rng.integers(2, 5)), GROUPS)
    plan = replace(plan, measure=SHARE)
    values = [_hundred(rng, len(plan.columns)) for _ in plan.names]
    return invent.chart(kind, rng, plan, values)


def _hundred(rng: Rng, count: int) -> list[float]:
    """Whole numbers of at least 3 that make 100."""
    free = 100 - 3 * count
    parts = np.floor(rng.dirichlet(np.full(count, 1.6)) * free).astype(int) + 3
    parts[int(rng.integers(count))] += 100 - parts.sum()
    return [float(p) for p in parts]


SHARE = invent.Measure("share", ("%",), 3, 96)


def _sizes(kind: str, rng: Rng, language: str) -> Chart:
    """Amounts of something that can be added up."""
    plan = planned(rng, language, int(rng.integers(4, 10)), 1, GROUPS)
    measure = _countable(rng)
    plan = replace(plan, measure=measure, columns=(word("measure", measure.key, language),))
    values = invent.series(rng, len(plan.names), measure, ordered=False)
    if kind == "funnel":
        values = sorted(values, reverse=True)
    return invent.chart(kind, rng, plan, [[v] for v in values])


def _changes(kind: str, rng: Rng, language: str) -> Chart:
    """What comes and goes: signed amounts."""
    made = _sizes(kind, rng, language)
    signs = rng.choice([1, -1], len(made.names), p=[0.62, 0.38])
    signs[0] = 1
    values = tuple((v[0] * s,) for v, s in zip(made.values, signs.tolist(), strict=True))
    return replace(made, values=values)


def _errors(kind: str, rng: Rng, language: str) -> Chart:
    """A mean and what it may be off by."""
    made = _one(kind, rng, language)
    off = rng.uniform(0.04, 0.2, len(made.values))
    values = [
        (v[0], max(round(v[0] * o, made.decimals), 10.0**-made.decimals))
        for v, o in zip(made.values, off.tolist(), strict=True)
    ]
    return replace(made, columns=(made.columns[0], "±"), values=tuple(values))


def _gantt(kind: str, rng: Rng, language: str) -> Chart:
    """Tasks with their first and last week."""
    count = int(rng.integers(4, 8))
    start = np.sort(rng.integers(1, 16, count))
    length = rng.integers(1, 8, count)
    values = tuple((float(s), float(s + n)) for s, n in zip(start, length, strict=True))
    tasks = invent.some(rng, names("task", language), count)
    heads = (word("head", "start", language), word("head", "end", language))
    title = word("head", "task", language)
    return Chart(kind, language, title, title, tasks, heads, values, 0, "", "", ordered=True)


def _candles(kind: str, rng: Rng, language: str) -> Chart:
    """Open, high, low and close of some days."""
    count = int(rng.integers(6, 13))
    level = float(rng.uniform(8, 180))
    month, first = months(language)[int(rng.integers(12))], int(rng.integers(1, 15))
    values = []
    for _ in range(count):
        close = level * float(rng.uniform(0.94, 1.06))
        high = max(level, close) * float(rng.uniform(1.002, 1.03))
        low = min(level, close) * float(rng.uniform(0.97, 0.998))
        values.append(tuple(invent.rounded((level, high, low, close), 1)))
        level = values[-1][3]
    days = tuple(str(first + i) for i in range(count))
    price, year = word("measure", "price", language), int(rng.integers(2008, 2026))
    head = month
    title = f"{price}, {month} {year}"
    heads = ("Open", "High", "Low", "Close")
    return Chart(
        kind, language, title, head, days, heads, tuple(values), 1, price, "$", ordered=True
    )


def _links(kind: str, rng: Rng, language: str) -> Chart:
    """Flows from some things to others; in a relational diagram each has a strength."""
    plan = planned(rng, language, int(rng.integers(2, 4)), 1, ("source", "team", "country"))
    plan = replace(plan, measure=_countable(rng))
    other = pick(rng, [g for g in ("transport", "city", "product") if g != plan.group])
    ends = invent.labels(rng, other, language, int(rng.integers(2, 5)))
    pairs = [(a, b) for a in plan.names for b in ends]
    kept = sorted(rng.permutation(len(pairs))[: max(3, int(len(pairs) * 0.75))].tolist())
    values = tuple((float(rng.integers(2, 60)),) for _ in kept)
    heads = ARROW.join(word("head", end, language) for end in ("from", "to"))
    value = word("head", "value", language)
    made = invent.chart(kind, rng, plan, values)
    flows = tuple(ARROW.join(pairs[i]) for i in kept)
    return replace(
        made,
        names=flows,
        head=heads,
        columns=(value,),
        decimals=0,
        unit="",
        measure=value,
        ordered=False,
        title=heads if rng.random() < 0.3 else made.title,
    )


KINDS: dict[str, Maker] = {
    **dict.fromkeys(("bar", "barh", "lollipop"), _one),
    **dict.fromkeys(("line", "area", "step"), _timed),
    **dict.fromkeys(
        ("grouped", "groupedh", "stacked", "stackedh", "heatmap"), _several(GROUPS, False)
    ),
    **dict.fromkeys(("multiline", "stackedarea"), _several(("month", "year", "quarter"), True)),
    **dict.fromkeys(("dumbbell", "slope"), _two),
    **dict.fromkeys(("pie", "donut"), _whole),
    "percent": _wholes,
    **dict.fromkeys(("treemap", "funnel"), _sizes),
    "waterfall": _changes,
    "radar": _several(("subject", "product", "team"), False),
    "errorbar": _errors,
    "gantt": _gantt,
    "candlestick": _candles,
    **dict.fromkeys(("sankey", "relation"), _links),
}
