"""Drawn documents: what boxes hold, what is engraved, what is asked of many pages."""

from pathlib import Path

import numpy as np
import pytest
from indigo import IndigoException

pytest.importorskip(
    "skia", reason="skia does not load: apt-get install libegl1 libgl1", exc_type=ImportError
)

from qvl.data.answers import fault
from qvl.data.pictures import seen_of
from qvl.data.records import Facts, Record
from qvl.data.synth.documents import chapters, english, formulas, letters, molecules, music, stage
from qvl.data.synth.documents.books import TOKENS, books
from qvl.data.synth.documents.grids import slots, table
from qvl.data.synth.documents.look import look
from qvl.data.synth.documents.markup import flat, plain_parts
from qvl.data.synth.documents.pen import to_pdf
from qvl.data.synth.documents.setting import lines, said
from qvl.data.synth.documents.shot import Shot, aged
from qvl.data.synth.documents.strips import Piece
from qvl.data.synth.documents.words import words
from qvl.data.work import Work
from qvl.tasks.document.model import Cell, Heading, Mark, Page, Paragraph, Table
from tests.documentation import SHARED, cache


def lacking() -> str:
    """Why Indigo, which loads its library late, cannot be used; empty where it can."""
    try:
        molecules._indigo()
    except (OSError, IndigoException) as error:
        return f"Indigo does not load ({error}): apt-get install libfontconfig1 libfreetype6"
    return ""


LACKING = lacking()
pytestmark = pytest.mark.skipif(bool(LACKING), reason=LACKING)


@pytest.fixture(scope="module")
def held(tmp_path_factory) -> Path:
    return cache(tmp_path_factory.mktemp("debian"))


@pytest.fixture
def english_only(monkeypatch):
    monkeypatch.setattr(stage, "language_of", lambda rng: ("en", "de")[int(rng.integers(2))])
    monkeypatch.setattr("qvl.data.synth.documents.books.language_of", lambda rng: "en")


def made(held: Path, count: int) -> list[Record]:
    found = [each for i in range(count) for each in stage.pages(Work("pages", 0, i), held)]
    assert all(isinstance(each, Record) for each in found)
    return found  # type: ignore[return-value]


def test_pages_are_the_same_again_and_read_back(held, english_only):
    first, second = made(held, 12), made(held, 12)
    assert first == second
    assert {r.language for r in first} == {"en", "de"}
    assert {r.meta["task"] for r in first} == {"page", "parts"}
    for record in first:
        assert any(source.startswith("debian:debian-handbook/") for source in record.sources)
        for part in record.parts("assistant"):
            if isinstance(part, Facts):
                assert fault(part, seen_of(record, part.of)) == ""


def test_a_hundred_looks_are_fifty_styles_at_least(held):
    seen = {look(np.random.default_rng(i), held, "en").style for i in range(100)}
    assert len(seen) >= 50


def test_boxes_hold_what_is_said(held):
    import pypdfium2

    compared = 0
    for seed in range(6):
        making = stage.making_of(np.random.default_rng(seed), held, "en")
        leaf = next(stage.leaves(making, 1, "prose"))
        layer = pypdfium2.PdfDocument(to_pdf([leaf.drawing]))[0].get_textpage()
        high = leaf.drawing.size[1]
        for each in leaf.page.elements:
            if isinstance(each, Paragraph | Heading) and each.box:
                left, top, right, bottom = each.box
                found = layer.get_text_bounded(left, high - bottom, right, high - top)
                assert "".join(found.split()) == "".join(flat(each.content).split())
                compared += 1
    assert compared > 20


def test_what_fell_back_to_english_is_left_out(held):
    package, path = chapters.pages(held, "de")[0]
    chapter = chapters.read(held, "de", package, path)
    texts = [text for each in chapter.elements for text in plain_parts(each)]
    assert any("Fuchs" in text for text in texts)
    assert SHARED not in texts
    untranslated = english.fallen(held, package, "de", path)
    assert untranslated(SHARED) and not untranslated("Sieben Zauberer kochen am Morgen Kaffee.")
    assert SHARED in [
        text for each in chapters.read(held, "en", *chapters.pages(held, "en")[0]).elements
        for text in plain_parts(each)
    ]  # fmt: skip


def voice(size: float = 16.0) -> letters.Voice:
    family = letters.families(Path("nowhere"), "en")[0]
    return letters.Voice(family, family, size)


def test_lines_keep_every_word_and_their_width():
    content = ("One ", Mark("b", ("bold word",)), " and /a/very/long/path/that/has/no/blank.txt, ",
               Mark("code", ("x = 1",)), " $x^{2}$ is (as said) the end.")  # fmt: skip
    for width in (60, 120, 300, 900):
        rows = lines(words(content, voice()), width)
        told = "".join(flat(said([row])) for row in rows)
        assert "".join(told.split()) == "".join(flat(content).split())
        assert all(row.ink[2] <= width + 2 for row in rows)
        assert not any(row.words[0].text[0] in ",.)" for row in rows)
    assert said(lines(words(content, voice()), 5000)) == content


def test_a_break_is_told_and_money_is_no_formula():
    content = (Mark("code", ("one", Mark("br"), "two")),)
    rows = lines(words(content, voice()), 500)
    assert len(rows) == 2
    assert said(rows) == content
    assert said(lines(words(("It costs $5 here.",), voice()), 500)) == ("It costs \\$5 here.",)


def test_cells_know_their_places_and_tables_too_wide_are_none(held):
    rows = (
        (Cell(("a",), rowspan=2), Cell(("b",), colspan=2)),
        (Cell(("c",)), Cell(("d",))),
    )
    assert [(s.row, s.column) for s in slots(rows)] == [(0, 0), (0, 1), (1, 1), (1, 2)]
    seen = look(np.random.default_rng(0), held, "en")
    assert table(Piece(Table(None, rows)), seen, 40.0) is None
    assert table(Piece(Table(None, rows)), seen, 400.0) is not None


def test_formulas_are_engraved():
    rng = np.random.default_rng(0)
    for i in range(20):
        left, top, right, bottom = formulas.engraved(formulas.formula(rng), 20.0, "cm").ink
        assert right > left and bottom > top, i
    with pytest.raises(ValueError, match="mathtext cannot set"):
        formulas.engraved(r"\frac{1}", 20.0)


def test_tunes_are_drawn_note_by_note():
    """Pitches and lengths of the engraver's own notation are those of the ABC."""
    from xml.etree import ElementTree

    for seed in range(6):
        rng = np.random.default_rng(seed)
        tune = music.tune(rng, 6)
        art, abc = music.engraved(tune, 600, 40, music.FACES[seed % 5])
        assert art.size[0] > 100 and art.size[1] > 20
        assert abc.replace("\n", " ") == tune.abc().replace("\n", " ")
        root = ElementTree.fromstring(music._toolkit().getMEI())
        drawn = [
            (e.get("pname"), int(e.get("oct") or 0), _eighths(e))
            for e in root.iter()
            if e.tag.endswith("}note")
        ]
        assert drawn == _written(abc)


def _eighths(note) -> float:
    return 8 / int(note.get("dur")) * (1.5 if note.get("dots") == "1" else 1)


def _written(abc: str) -> list[tuple[str, int, float]]:
    import re

    body = "\n".join(abc.splitlines()[4:])
    notes = re.findall(r"([A-Ga-g])('?)(/2|[23468]?)", re.sub(r'"[^"]*"', "", body))
    lengths = {"": 1.0, "/2": 0.5}
    return [
        (n.lower(), (5 if n.islower() else 4) + len(high), lengths.get(much) or float(much))
        for n, high, much in notes
    ]


def test_molecules_are_whole():
    indigo = molecules._indigo()[0]
    for seed in range(25):
        rng = np.random.default_rng(seed)
        smiles = molecules.molecule(rng)
        again = indigo.loadMolecule(smiles)
        assert not again.checkBadValence()
        assert molecules.plainly(again.canonicalSmiles().split(" ")[0]) == smiles
    art = molecules.engraved("CC(=O)Oc1ccccc1C(=O)O", np.random.default_rng(0), 30)
    assert min(art.size) > 60


def test_a_scan_moves_boxes_with_the_ink(held):
    making = stage.making_of(np.random.default_rng(3), held, "en")
    leaf = next(stage.leaves(making, 1, "prose"))
    shot = Shot(leaf.drawing.pixels(), leaf.page)
    old, name = aged(shot, np.random.default_rng(5), 1.0)
    assert name.split("+")[0] in ("turn", "photo", "flat") and old.page.size == old.image.size
    dark = np.asarray(old.image.convert("L")) < 90
    inside = np.zeros_like(dark)
    for each in old.page.elements:
        boxes = [i.box for i in each.items] if hasattr(each, "items") else [each.box]
        for box in filter(None, boxes):
            left, top, right, bottom = (round(c) for c in box)
            inside[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = True
    assert (dark & inside).sum() > 0.8 * dark.sum()


def test_answers_about_many_pages_stand_there(held, english_only):
    asked = 0
    for i in range(9):
        for record in books(Work("books", 0, i), held):
            assert isinstance(record, Record) and len(record.media) == record.meta["pages"] >= 2
            tokens = sum(seen_of(record, name).tokens for name in record.media)
            assert tokens < TOKENS
            for part in record.parts("assistant"):
                if isinstance(part, Facts):
                    assert fault(part, seen_of(record, part.of)) == ""
            asked += record.meta["task"] == "asked"
    assert 0 < asked < 9


def test_questions_name_the_page(held):
    from qvl.data.synth.documents import reading

    def page(*texts: str) -> Page:
        made = [Heading((0, 0, 9, 9), 1, (texts[0],))]
        return Page((*made, *(Paragraph((0, 0, 9, 9), (t,)) for t in texts[1:])), (10, 10))

    long = " of a long paragraph that goes on and on until it is long enough to be asked for"
    pages = [page("Alpha", "First" + long), page("Beta", "Second" + long)]
    answers = set()
    for seed in range(30):
        question, (answer,) = reading.section(np.random.default_rng(seed), pages)
        answers.add(answer.text)
        if "Alpha" in question:
            assert answer.text == "1"
        elif "Beta" in question:
            assert answer.text == "2"
        else:
            assert "no section" in answer.text.lower() or "no page" in answer.text.lower()
    assert {"1", "2"} < answers
    question, (answer,) = reading.passage(np.random.default_rng(0), pages)
    assert answer.text == ("1" if "First" in question else "2")
    _, (answer,) = reading.outline(np.random.default_rng(0), pages)
    assert answer.text == "Alpha — 1\nBeta — 2"
