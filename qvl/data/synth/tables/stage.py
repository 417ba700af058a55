"""A work item to a table with its conversation."""

from collections.abc import Iterator
from typing import Any

from qvl.data.pages import TABLE_FORMS
from qvl.data.records import Facts, Record
from qvl.data.synth.charts import prompts
from qvl.data.synth.charts.invent import Rng, pick
from qvl.data.synth.charts.stage import language_of
from qvl.data.synth.scan import scanned
from qvl.data.synth.tables import measured, paper, written
from qvl.data.synth.tables.drawn import Box, Drawn
from qvl.data.synth.tables.questions import ask
from qvl.data.synth.tables.sheet import Sheet
from qvl.data.synth.tables.style import style
from qvl.data.synth.tables.web import web_table
from qvl.data.synth.talk import Said, Scene, encoded, record
from qvl.data.work import Rejected, Work
from qvl.tasks.document import model
from qvl.tasks.document.records import page_dict

FAMILY = "tables"
SHEETS = (*measured.SHEETS, *written.SHEETS)
Talk = list[tuple[str, Said]]
_TASKS = ("table", "table", "table", "page", "lines", "cells", "questions", "questions", "both")
_CELLS = "Locate every cell of the table and output the coordinates in JSON format."
_WHERE = "Locate the table in the image and output the coordinates in JSON format."


def tables(work: Work) -> Iterator[Record | Rejected]:
    """One record; a table too large for a page is left out."""
    rng = work.rng()
    language = language_of(rng)
    sheet = pick(rng, SHEETS)(rng, language)
    try:
        drawn, name = _drawn(rng, sheet)
    except ValueError as error:
        yield Rejected(work.key, "table too large", str(error))
        return
    if rng.random() < 0.3:
        made = scanned(drawn.image, rng)
        drawn, name = drawn.moved(made.image, made.move.box), f"{name}/{made.name}"
    quality = int(rng.integers(60, 96)) if rng.random() < 0.4 else 0
    picture = encoded(drawn.image, quality)
    talk, meta = _lesson(rng, sheet, drawn, picture[0])
    told = {"style": f"{name}/{sheet.kind}", "kind": sheet.kind, **meta}
    yield record(Scene(work.key, FAMILY, language, told, picture), talk)


def _drawn(rng: Rng, sheet: Sheet) -> tuple[Drawn, str]:
    if sheet.language in paper.LANGUAGES and rng.random() < 0.5:
        name, told = paper.look(rng, sheet)
        return paper.set_table(sheet, told)[1], name
    seen = style(rng, sheet.language)
    titled = pick(rng, ("", "", "h2", "caption")) if sheet.caption else ""
    return web_table(sheet, seen, titled), f"web/{seen.name}"


def _lesson(rng: Rng, sheet: Sheet, drawn: Drawn, of: str) -> tuple[Talk, dict[str, Any]]:
    """A conversation over the picture called `of`, and what the record's meta tells of it."""
    task = pick(rng, _TASKS)
    if task == "page":
        facts = Facts("page", _page(sheet, drawn), "html", of)
        return [(pick(rng, prompts.PAGE), facts)], {"task": task}
    if task == "lines":
        spots = [spot for spot in (*drawn.titles, *drawn.cells) if spot.text]
        rows = [{"text": s.text, "box": _clip(s.words, drawn)} for s in spots]
        return [(pick(rng, prompts.LINES), Facts("lines", rows, of=of))], {"task": task}
    if task == "cells":
        return _located(rng, drawn, of), {"task": task}
    found = ask(rng, sheet, int(rng.integers(1, 6))) if task != "table" else []
    talk: Talk = [(each.question, each.answer) for each in found]
    if task != "questions" or not talk:
        form = "html" if sheet.spanned else pick(rng, TABLE_FORMS)
        facts = Facts("table", sheet.facts(), form, of)
        talk.insert(0, (pick(rng, prompts.table_as(form, sheet.language)), facts))
    return talk, {"task": task, "claims": [each.claim for each in found]}


def _page(sheet: Sheet, drawn: Drawn) -> dict[str, Any]:
    """The title as a heading where it is seen, and the table."""
    box = _clip(drawn.table, drawn)
    rows = tuple(
        tuple(model.Cell(model.inline(c.text), c.header, c.rows, c.columns) for c in row)
        for row in sheet.rows
    )
    elements: list[model.Element] = [model.Table(box, rows)]
    for title in drawn.titles:
        heading = model.Heading(_clip(title.words, drawn), 2, (title.text,))
        below = title.box[1] > drawn.cells[-1].box[1]
        elements.insert(1 if below else 0, heading)
    return page_dict(model.Page(tuple(elements), drawn.image.size))


def _located(rng: Rng, drawn: Drawn, of: str) -> Talk:
    """The table, or all cells that have words."""
    if rng.random() < 0.4 or len(drawn.cells) > 60:
        rows = [{"label": "table", "box": _clip(drawn.table, drawn)}]
        return [(_WHERE, Facts("boxes", rows, of=of))]
    rows = [{"label": s.text, "box": _clip(s.box, drawn)} for s in drawn.cells if s.text]
    return [(_CELLS, Facts("boxes", rows, of=of))]


def _clip(box: Box, drawn: Drawn) -> Box:
    wide, high = drawn.image.size
    left, top, right, bottom = box
    return max(left, 0.0), max(top, 0.0), min(right, float(wide)), min(bottom, float(high))
