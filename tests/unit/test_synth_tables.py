"""Drawn tables: cells, spans, boxes and answers; and which recognised ones are dropped."""

from decimal import Decimal

import numpy as np
import pytest

from qvl.data.answers import fault
from qvl.data.records import Facts, Record
from qvl.data.rules.formats import formatted
from qvl.data.rules.tables import FOUND, tables_kept
from qvl.data.synth.scan import scanned
from qvl.data.synth.tables import measured, paper, written
from qvl.data.synth.tables.questions import ask
from qvl.data.synth.tables.sheet import Sheet, number
from qvl.data.synth.tables.stage import SHEETS, tables
from qvl.data.synth.tables.style import FILLS, RULES, style
from qvl.data.work import Work
from tests.needs import chromium
from tests.records import boxes


def sheets() -> list[Sheet]:
    return [
        make(np.random.default_rng(seed), language)
        for make in dict.fromkeys(SHEETS)
        for seed, language in enumerate(("en", "de", "ar", "zh"))
    ]


def test_tables_are_whole_and_come_back():
    for sheet in sheets():
        assert fault(Facts("table", sheet.facts(), "html"), None) == ""
        widths = _widths(sheet)
        assert len(set(widths)) == 1, sheet.rows
        if not sheet.spanned:
            for form in ("markdown", "csv", "json"):
                assert fault(Facts("table", sheet.facts(), form), None) == ""
        else:
            assert "write it as html" in fault(Facts("table", sheet.facts(), "csv"), None)


def _widths(sheet: Sheet) -> list[int]:
    """How many columns each row covers, spans from above among them."""
    widths = [0] * len(sheet.rows)
    for at, row in enumerate(sheet.rows):
        for cell in row:
            for down in range(cell.rows):
                widths[at + down] += cell.columns
    return widths


def test_spans_headers_and_empty_cells_come():
    found = sheets()
    assert any(c.rows > 1 for s in found for row in s.rows for c in row)
    assert any(c.columns > 1 for s in found for row in s.rows for c in row)
    assert any(s.heads == 2 for s in found)
    assert any(not text for s in found for line in s.texts for text in line)


def test_sums_below_are_right():
    for seed in range(40):
        sheet = written.prices(np.random.default_rng(seed), "en")
        total = sum((line[2] for line in sheet.values if line[2] is not None), Decimal(0))
        assert sheet.rows[-1][-1].text == number(total, "en", 2, sheet.symbol)
        assert all(n * p == s for n, p, s in sheet.values)


def test_numbers_are_written_as_the_language_does():
    assert number(Decimal("1234.5"), "en", 1) == "1,234.5"
    assert number(Decimal("1234.5"), "de", 1) == "1.234,5"
    assert number(Decimal("1234.5"), "fr", 1) == "1 234,5"
    assert number(Decimal("-3"), "en", 0, "USD") == "-$3"
    assert number(Decimal("99.9"), "de", 2, "EUR") == "99,90 €"


def test_questions_are_answered_from_the_cells():
    ops = set()
    for sheet in sheets():
        for each in ask(np.random.default_rng(1), sheet, 6):
            claim = each.claim
            ops.add(claim["op"])
            cells = claim.get("cells", [])
            if claim["op"] == "value":
                assert each.answer == sheet.texts[cells[0][0]][cells[0][1]]
            elif claim["op"] in ("most", "least"):
                best = max if claim["op"] == "most" else min
                column = cells[0][1]
                known = {r: sheet.values[r][column] for r, _ in cells}
                assert known[claim["is"]] == best(known.values())
                assert sheet.names[claim["is"]] in each.answer
            elif claim["op"] in ("sum", "difference"):
                values = [sheet.values[r][c] for r, c in cells]
                found = sum(values) if claim["op"] == "sum" else abs(values[0] - values[1])
                assert str(found) == claim["is"]
    assert ops >= {"value", "most", "least", "sum", "difference", "absent", "rows"}


@pytest.mark.usefixtures("letters")
def test_boxes_on_paper_hold_their_words():
    """Read back from the text layer of the PDF."""
    import pypdfium2

    rng = np.random.default_rng(3)
    for make in (measured.levels, measured.grouped, written.prices):
        sheet = make(rng, "de")
        pdf, drawn = paper.set_table(sheet, paper.look(rng, sheet)[1])
        page = pypdfium2.PdfDocument(pdf)[0]
        high, scale = page.get_height(), drawn.image.width / page.get_width()
        text = page.get_textpage()
        for cell in drawn.cells:
            left, top, right, bottom = (c / scale for c in cell.box)
            read = text.get_text_bounded(left, high - bottom, right, high - top)
            assert read.split() == cell.text.split()


@pytest.mark.usefixtures("letters")
def test_a_turned_table_keeps_its_words_in_their_boxes():
    rng = np.random.default_rng(0)
    sheet = measured.plain(rng, "en")
    _, drawn = paper.set_table(sheet, {**paper.look(rng, sheet)[1], "kind": "bare"})
    for seed in range(5):
        made = scanned(drawn.image, np.random.default_rng(seed))
        moved = drawn.moved(made.image, made.move.box)
        pixels = np.asarray(moved.image.convert("L")).astype(float)
        for before, after in zip(drawn.cells, moved.cells, strict=True):
            if before.text:
                left, top, right, bottom = map(int, after.words)
                inside = pixels[top:bottom, left:right]
                assert inside.min() < pixels.mean() - 25  # dark letters are there


@pytest.mark.usefixtures("letters")
def test_styles_are_many():
    rng = np.random.default_rng(0)
    assert len({style(rng, "en").name for _ in range(120)}) >= 50
    assert len(RULES) * len(FILLS) >= 50


@chromium
@pytest.mark.usefixtures("letters")
def test_records_are_lessons():
    found = [each for index in range(16) for each in tables(Work("t", 0, index))]
    kept = [each for each in found if isinstance(each, Record)]
    assert len(kept) >= 15
    for record in kept:
        assert formatted(record) is None, record.meta
    assert len({record.meta["style"] for record in kept}) >= 14


@chromium
def test_a_dead_browser_costs_one_item():
    from qvl.data.synth import browser as opened

    with opened.tab((100, 100)) as page:
        page.set_content("<p>here")
    opened._browser().chromium.close()  # as if it had died
    with pytest.raises(Exception, match="closed"), opened.tab((100, 100)):
        pass
    with opened.tab((120, 100)) as page:
        assert page.evaluate("window.innerWidth") == 120


def _recognised(**changes):
    cells = [
        {"box": [10 + 50 * c, 10 + 20 * r, 58 + 50 * c, 28 + 20 * r], "text": f"{r}{c}"}
        for r in range(3)
        for c in range(3)
    ]
    told = {"box": [8, 8, 170, 80], "cells": cells, "confidence": 0.95, "rows": 3, "columns": 3}
    return told | changes


def _verdict(*found):
    return tables_kept(boxes(meta={FOUND: list(found)}))


def test_sound_tables_are_kept():
    far = _recognised(box=[300, 8, 470, 80])
    assert _verdict(_recognised()) is None
    assert _verdict(_recognised(), far) is None
    assert tables_kept(boxes()) is None


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ([_recognised(confidence=0.5)], "unsure table"),
        ([_recognised(), _recognised(box=[100, 40, 300, 200])], "overlapping table"),
        ([_recognised(cells=[{"box": [0, 0, 50, 20], "text": "a"}] * 4)], "overlapping table"),
        ([_recognised(rows=6, columns=8)], "sparse table"),
        ([_recognised(box=[0, 0, 1000, 1000])], "sparse table"),
        ([_recognised(cells=_recognised()["cells"][:3])], "sparse table"),
        ([_recognised(cells=[c | {"text": " "} for c in _recognised()["cells"]])], "sparse table"),
    ],
)
def test_doubtful_tables_are_dropped_with_a_reason(tables, reason):
    verdict = _verdict(*tables)
    assert verdict is not None and verdict.reason == reason and verdict.detail
