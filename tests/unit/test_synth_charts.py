"""Charts: data, drawing, questions and pages agree; the same item gives the same bytes."""

from decimal import Decimal

import numpy as np
import pytest

from qvl.data.records import Record, dumps
from qvl.data.rules.formats import formatted
from qvl.data.synth.charts import asked, lessons, special, words
from qvl.data.synth.charts.boxed import boxed
from qvl.data.synth.charts.figure import DRAW, figure, settings
from qvl.data.synth.charts.look import look
from qvl.data.synth.charts.stage import ALL, charts
from qvl.data.synth.charts.traces import TRACES
from qvl.data.work import Work


def made(kind: str, seed: int = 0, language: str = "en"):
    return ALL[kind](kind, np.random.default_rng(seed), language)


@pytest.mark.parametrize("kind", sorted({*DRAW, *TRACES}))
def test_a_table_has_all_numbers(kind):
    chart = made(kind)
    head, *rows = chart.table()
    assert len(rows) == len(chart.values)
    assert {len(row) for row in rows} == {len(head)}
    told = [row[-len(chart.columns) :] for row in rows]
    assert [[float(n) for n in row] for row in told] == [list(row) for row in chart.values]


def test_there_are_enough_kinds():
    assert len({*DRAW, *TRACES}) >= 30
    assert set(special.CALLED) == {*DRAW, *TRACES} == set(ALL)


@pytest.mark.parametrize("kind", ["bar", "stackedh", "multiline", "pie", "heatmap", "radar", "box"])
def test_what_is_drawn_is_marked(kind):
    chart, seen = made(kind, 3), look(np.random.default_rng(5), "en")
    with settings(seen):
        drawn = boxed(*figure([chart], seen))
    assert drawn.image.size == seen.size
    title = next(e for e in drawn.elements if e.role == "title")
    assert title.text == chart.title
    left, top, right, bottom = title.box
    inside = np.asarray(drawn.image)[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
    assert inside.std() > 5  # there is ink
    if kind == "bar":
        tops = [e.box[1] for e in drawn.elements if e.role == "bar"]
        order = np.argsort([-row[0] for row in chart.values])
        assert np.argsort(tops, kind="stable").tolist() == order.tolist()
    if kind in ("bar", "stackedh"):
        bars = [e.text for e in drawn.elements if e.role == "bar"]
        assert len(bars) == len(set(bars)) == len(chart.names) * len(chart.columns)


@pytest.mark.usefixtures("letters")
def test_the_same_item_gives_the_same_bytes_whatever_was_drawn_before():
    work = Work("t", 0, 4)
    first = next(charts(work))
    for index in range(8, 11):
        list(charts(Work("t", 0, index)))
    again = next(charts(work))
    assert isinstance(first, Record) and isinstance(again, Record)
    assert dumps(first) == dumps(again) and first.media == again.media


@pytest.mark.usefixtures("letters")
def test_records_are_lessons():
    found = [each for index in range(40, 60) for each in charts(Work("t", 0, index))]
    kept = [each for each in found if isinstance(each, Record)]
    assert len(kept) >= 18
    for record in kept:
        assert formatted(record) is None, record.meta


def _longest(rows, lead):
    lengths = [Decimal(row[lead + 1]) - Decimal(row[lead]) for row in rows]
    return lengths.index(max(lengths))


OF_CELLS = {
    "value": lambda cells: str(cells[0]),
    "difference": lambda cells: str(abs(cells[0] - cells[1])),
    "sum": lambda cells: str(sum(cells)),
    "most": lambda cells: cells.index(max(cells)),
    "least": lambda cells: cells.index(min(cells)),
}
OF_ROWS = {
    "rows": lambda rows, lead: len(rows),
    "columns": lambda rows, lead: len(rows[0]) - lead,
    "closed": lambda rows, lead: sum(Decimal(r[lead + 3]) > Decimal(r[lead]) for r in rows),
    "longest": _longest,
    "trend": lambda rows, lead: (
        "rises" if Decimal(rows[-1][lead]) > Decimal(rows[0][lead]) else "falls"
    ),
    "second": lambda rows, lead: [Decimal(r[lead]) for r in rows].index(
        sorted(Decimal(r[lead]) for r in rows)[-2]
    ),
}


def _again(chart, claim):
    """The result of a claim from the written table alone."""
    head, *rows = chart.table()
    lead = len(head) - len(chart.columns)
    op = claim["op"]
    if op in OF_CELLS:
        return OF_CELLS[op]([Decimal(rows[r][lead + c]) for r, c in claim["cells"]])
    if op in OF_ROWS:
        return OF_ROWS[op](rows, lead)
    if op == "above":
        return sum(Decimal(row[lead]) > Decimal(claim["limit"]) for row in rows)
    if op == "absent":
        assert not any(claim["name"] in cell for row in [head, *rows] for cell in row)
    return claim["is"]


def test_answers_follow_from_the_table():
    ops = set()
    for kind in ALL:
        for seed in range(6):
            chart = made(kind, seed)
            for each in lessons.questions(np.random.default_rng(seed), [chart], 5):
                assert _again(chart, each.claim) == each.claim["is"], (kind, seed, each)
                ops.add(each.claim["op"])
                if each.claim["op"] in ("value", "difference", "sum"):
                    assert str(each.claim["is"]) in each.answer
                if each.claim["op"] in ("most", "least", "second", "longest"):
                    assert chart.names[each.claim["is"]] in each.answer
    assert len(ops) >= 12


def test_words_are_those_of_the_language():
    for group in ("month", "quarter", "day", "country", "product", "subject"):
        heads = {language: words.names(group, language) for language in words.LANGUAGES}
        assert all(len(set(names)) == len(names) for names in heads.values())
        assert {len(names) for names in heads.values()} == {len(heads["en"])}
    assert words.names("quarter", "fr")[0] == "T1" and words.names("month", "ar")[0] == "يناير"
    for language in words.LANGUAGES:
        question = asked.worded(np.random.default_rng(0), "value", language, spot="A")
        assert "A" in question


@pytest.mark.usefixtures("letters")
def test_styles_are_many():
    from qvl.data.synth.charts.look import THEMES
    from qvl.data.synth.charts.web import TEMPLATES

    styles = {f"{kind}/{theme}" for kind in DRAW for theme in THEMES}
    styles |= {f"{kind}/{theme}" for kind in TRACES for theme in TEMPLATES}
    assert len(styles) > 500
    rng_styles = set()
    for seed in range(80):
        rng = np.random.default_rng(seed)
        rng_styles.add((list(DRAW)[seed % len(DRAW)], look(rng, "en").theme))
    assert len(rng_styles) >= 50
