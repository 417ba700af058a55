"""What is asked of a drawn figure: its data, its page, its parts, its words, and questions."""

from collections.abc import Sequence
from typing import Any

from qvl.data.pages import TABLE_FORMS, plain_rows
from qvl.data.records import Facts
from qvl.data.synth.charts import asked, prompts, special
from qvl.data.synth.charts.asked import Asked
from qvl.data.synth.charts.boxed import Box, Element, Shown
from qvl.data.synth.charts.chart import Chart
from qvl.data.synth.charts.invent import Rng, pick
from qvl.data.synth.charts.words import names
from qvl.data.synth.talk import Said
from qvl.tasks.document import model
from qvl.tasks.document.records import page_dict

Talk = list[tuple[str, Said]]
_TASKS = (
    *("table", "table", "table", "page", "page", "parts", "lines"),
    *("questions", "questions", "questions", "both"),
)
_FEW = ("title", "legend", "x axis label", "y axis label", "plot area")
_MANY = ("bar", "candle", "legend entry", "slice", "node", "number")
_UNASKED = ("scatter", "gantt", "candlestick", "errorbar", "box", "histogram", "relation", "sankey")
_POINTS = ("scatter", "bubble")


def lesson(rng: Rng, shown: Shown, of: str) -> tuple[Talk, dict[str, Any]]:
    """A conversation over the picture called `of`, and what the record's meta tells of it."""
    task, charts = pick(rng, _TASKS), shown.charts
    if task == "table" and len(charts) > 1:
        task = "page"
    if task == "page":
        facts = Facts("page", page(shown), "html", of)
        return [(pick(rng, prompts.PAGE), facts)], {"task": task}
    if task == "lines":
        return [(pick(rng, prompts.LINES), Facts("lines", _lines(shown), of=of))], {"task": task}
    if task == "parts":
        return _located(rng, shown, of), {"task": task}
    found = questions(rng, charts, int(rng.integers(1, 6))) if task != "table" else []
    talk: Talk = [(each.question, each.answer) for each in found]
    if task != "questions" and len(charts) == 1:
        form = pick(rng, TABLE_FORMS)
        facts = Facts("table", plain_rows(charts[0].table()), form, of)
        talk.insert(0, (pick(rng, prompts.chart_as(form, charts[0].language)), facts))
    return talk, {"task": task, "claims": [each.claim for each in found]}


def questions(rng: Rng, charts: Sequence[Chart], count: int) -> list[Asked]:
    """Up to so many different questions; with a letter before them where there are panels."""
    found: dict[str, Asked] = {}
    for _ in range(4 * count):
        at = int(rng.integers(len(charts)))
        each = _question(rng, charts[at])
        if each is None:
            continue
        panel = f"({'abcd'[at]}) " if len(charts) > 1 else ""
        claim = {**each.claim, "panel": at}
        told = Asked(f"{panel}{each.question}", each.answer, claim)
        found.setdefault(told.question, told)
        if len(found) == count:
            break
    if not found:
        each = special.titled(charts[0], rng)
        return [Asked(each.question, each.answer, {**each.claim, "panel": 0})]
    return list(found.values())


def _question(rng: Rng, chart: Chart) -> Asked | None:
    if chart.language == "en" and rng.random() < 0.35:
        own = special.SPECIAL.get(chart.kind, ())
        return pick(rng, (*own, *own, *special.GENERAL))(chart, rng)
    if chart.kind in _POINTS and not any(chart.names):
        return special.titled(chart, rng) if chart.language == "en" else None
    if rng.random() < 0.08:
        return asked.absent(chart, rng, names(pick(rng, ("country", "product")), chart.language))
    if chart.kind in _POINTS or chart.kind in _UNASKED:
        return asked.value(chart, rng)
    return pick(rng, asked.PLAIN)(chart, rng)


def page(shown: Shown) -> dict[str, Any]:
    """The figure as a page: titles are headings, each chart has its data, notes stand below."""
    elements: list[model.Element] = []
    for chart, panel in zip(shown.charts, shown.drawn.panels, strict=True):
        for each in panel:
            if each.role in ("figure title", "title"):
                level = 1 if each.role == "figure title" else 2
                elements.append(model.Heading(shown.clip(each.box), level, (each.text,)))
        inner = [e.box for e in panel if e.role not in ("figure title", "title", "note")]
        box = shown.clip(_around(inner))
        head, *body = chart.table()
        rows = (
            tuple(model.Cell(model.inline(text), header=True) for text in head),
            *(tuple(model.Cell(model.inline(text)) for text in row) for row in body),
        )
        elements.append(model.Chart(box, box, rows))
    notes = [each for panel in shown.drawn.panels for each in panel if each.role == "note"]
    elements += [model.Paragraph(shown.clip(each.box), (each.text,)) for each in notes]
    return page_dict(model.Page(tuple(elements), shown.drawn.image.size))


def _around(boxes: Sequence[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _lines(shown: Shown) -> list[dict[str, Any]]:
    """Every written piece, from the top to the bottom and from the left to the right."""
    words = [each for each in shown.drawn.elements if each.written]
    words.sort(key=lambda e: (round(e.box[1] / 12), e.box[0]))
    return [{"text": e.text, "box": shown.clip(e.box)} for e in words]


def _located(rng: Rng, shown: Shown, of: str) -> Talk:
    """One kind of parts, all of them; or a part that is not there, which is an empty list."""
    elements = shown.drawn.elements
    roles = sorted({each.role for each in elements}.intersection(_FEW + _MANY))
    if rng.random() < 0.12 and (missing := sorted(set(_FEW[1:]).difference(roles))):
        role = pick(rng, missing)
        return [(pick(rng, prompts.PARTS).format(role), Facts("boxes", [], of=of))]
    role = pick(rng, roles)
    rows = [
        {"label": _label(each), "box": shown.clip(each.box)}
        for each in elements
        if each.role == role
    ]
    if role in prompts.COUNTS and rng.random() < 0.4:
        what = f"{role}s"
        facts = Facts("count", {"what": what, "boxes": rows}, of=of)
        return [(pick(rng, prompts.COUNTED).format(what), facts)]
    return [(pick(rng, prompts.PARTS).format(role), Facts("boxes", rows, of=of))]


def _label(each: Element) -> str:
    return f"{each.role}: {each.text}" if each.role in _MANY and each.text else each.role
