"""A work item to a chart with its conversation."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from qvl.data.records import Record
from qvl.data.synth.charts import lessons, spread
from qvl.data.synth.charts.boxed import Drawn, Shown, boxed
from qvl.data.synth.charts.chart import Chart
from qvl.data.synth.charts.figure import DRAW, figure, settings
from qvl.data.synth.charts.invent import Rng, pick
from qvl.data.synth.charts.kinds import KINDS, Maker
from qvl.data.synth.charts.look import LEGENDS, look
from qvl.data.synth.charts.traces import TRACES
from qvl.data.synth.charts.web import TEMPLATES, web_chart
from qvl.data.synth.charts.words import LANGUAGES
from qvl.data.synth.talk import Scene, encoded, record
from qvl.data.work import Rejected, Work

FAMILY = "charts"
TRIES = 4  # drawings of an item, until its words stand apart from each other
ALL: dict[str, Maker] = {
    **KINDS,
    **dict.fromkeys(("scatter", "bubble"), spread.points),
    **dict.fromkeys(("box", "violin"), spread.boxes),
    "histogram": spread.histogram,
}
PAIRED = ("bar", "line", "grouped", "pie", "scatter", "box", "histogram", "area", "stacked", "barh")
_COVERED = ("bar", "grouped", "stacked", "percent", "area", "stackedarea", "groupedh", "stackedh")


def language_of(rng: Rng) -> str:
    """English in half of all, else one of the report's others, Chinese more often."""
    if rng.random() < 0.5:
        return "en"
    return "zh" if rng.random() < 0.2 else pick(rng, LANGUAGES[1:])


def charts(work: Work) -> Iterator[Record | Rejected]:
    """One record, or a rejection where words stand on each other in every try."""
    rng = work.rng()
    language = language_of(rng)
    draw = pick(rng, (_by_matplotlib, _by_matplotlib, _by_matplotlib, _by_plotly))
    fault = ""
    for _ in range(TRIES):
        shown = draw(rng, language)
        fault = shown.drawn.fault()
        if not fault:
            break
    else:
        yield Rejected(work.key, fault)
        return
    quality = int(rng.integers(72, 96)) if rng.random() < 0.25 else 0
    picture = encoded(shown.drawn.image, quality)
    talk, meta = lessons.lesson(rng, shown, picture[0])
    told = {"style": shown.style, "kinds": [chart.kind for chart in shown.charts], **meta}
    yield record(Scene(work.key, FAMILY, language, told, picture), talk)


def _by_matplotlib(rng: Rng, language: str) -> Shown:
    panels = 1 if rng.random() < 0.85 else pick(rng, (2, 2, 3, 4))
    kinds = [pick(rng, list(DRAW) if panels == 1 else PAIRED) for _ in range(panels)]
    made = [ALL[kind](kind, rng, language) for kind in kinds]
    title = made[0].measure if panels > 1 and rng.random() < 0.6 else ""
    if panels > 1:
        made = [_lettered(chart, at) for at, chart in enumerate(made)]
    seen = look(rng, language, panels)
    if any(kind in _COVERED for kind in kinds) and seen.legend not in LEGENDS[3:]:
        seen = replace(seen, legend=pick(rng, LEGENDS[3:]))  # else it would hide bars
    return Shown(tuple(made), title, *_drawn(made, seen, title))


def _drawn(made: Sequence[Chart], seen: Any, title: str) -> tuple[Drawn, str]:
    with settings(seen):
        canvas, marks = figure(made, seen, title)
        return boxed(canvas, marks), f"matplotlib/{'+'.join(c.kind for c in made)}/{seen.theme}"


def _lettered(chart: Chart, at: int) -> Chart:
    """A panel of several, with a letter before its title."""
    return replace(chart, title=f"({'abcd'[at]}) {chart.title}", note="")


def _by_plotly(rng: Rng, language: str) -> Shown:
    kind = pick(rng, list(TRACES))
    chart = ALL[kind](kind, rng, language)
    seen = replace(look(rng, language), theme=pick(rng, TEMPLATES))
    return Shown((chart,), "", web_chart(chart, seen), f"plotly/{kind}/{seen.theme}")
