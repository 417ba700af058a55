"""Text that is drawn: boxes hold the ink, records hold together, styles are many."""

import unicodedata
from collections import Counter
from functools import partial
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from qvl.data.answers import fault
from qvl.data.pictures import seen_of
from qvl.data.records import Facts, Record
from qvl.data.sources import home
from qvl.data.synth.move import Move, homography, moved
from qvl.data.synth.scan import LOOKS, scanned
from qvl.data.words.languages import TWELVE
from qvl.data.work import Work
from tests.needs import fetched

pytest.importorskip(
    "skia", reason="skia does not load: apt-get install libegl1 libgl1", exc_type=ImportError
)
from qvl.data.synth.texts import asking, stage
from qvl.data.synth.texts.columns import column, stacked, turned
from qvl.data.synth.texts.letters import Type
from qvl.data.synth.texts.lines import arranged
from qvl.data.synth.texts.pages import page
from qvl.data.synth.texts.run import level
from qvl.data.synth.texts.scenes import _put as place_item
from qvl.data.synth.texts.scenes import scene
from qvl.data.synth.texts.setting import Block, breaks, set_lines, wrapped
from qvl.data.synth.texts.sheet import Sheet
from qvl.data.synth.texts.upright import upright

needs_packages = fetched("fonts-noto-core", "debian-handbook")
STAGES = ("lines", "pages", "upright", "hand", "scenes")
BLACK = (0, 0, 0)


@pytest.fixture(scope="module")
def type_() -> Type:
    """The sans face that matplotlib brings."""
    return Type(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf", 0, 20.0)


class Every:
    """A face that lacks nothing."""

    def lacks(self, text):
        return ""


def inked(image) -> tuple[int, int, int, int]:
    dark = np.asarray(image.convert("L")) < 200
    rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def near(box, other, by=1.6):
    return all(abs(a - b) <= by for a, b in zip(box, other, strict=True))


@pytest.mark.parametrize(
    "make",
    [
        lambda t: level("Hxg, jQ", t, (30, 60), BLACK),
        lambda t: level("w i d e", t, (30, 60), BLACK, 5.0),
        lambda t: column("Hxg12", Every(), t, (60, 20), BLACK),
        lambda t: stacked("SIGN", t, (60, 20), BLACK),
        lambda t: turned("Side", t, (60, 150), BLACK, True),
        lambda t: turned("Side", t, (60, 30), BLACK, False),
    ],
)
def test_a_box_is_where_the_ink_is(make, type_):
    run = make(type_)
    assert near(run.box, inked(Sheet((200, 200), runs=[run]).picture()))
    at = next(i for i, ink in enumerate(run.ink) if not np.isnan(ink[0]))
    alone = Sheet((200, 200), runs=[run]).picture().crop(tuple(int(c) for c in run.ink[at]))
    assert np.asarray(alone.convert("L")).min() < 200


def test_arabic_is_joined_and_runs_from_the_right(type_):
    run = level("باب ab", type_, (20, 60), BLACK)
    assert len(run.ink) == 1 and run.words() == []
    assert near(run.box, inked(Sheet((200, 100), runs=[run]).picture()), by=1)
    latin = level("ab", type_, (20, 60), BLACK)
    assert near(latin.box[:3:2], (run.box[0], run.box[0] + latin.box[2] - latin.box[0]), by=3)


def test_words_are_the_words_of_their_line(type_):
    run = level("one two  three", type_, (10, 50), BLACK)
    words = run.words()
    assert [text for text, _ in words] == ["one", "two", "three"]
    assert all(len(ink) == len(text) for text, ink in words)
    assert np.nanmax(words[0][1][:, 2]) < np.nanmin(words[1][1][:, 0])


def test_lines_fit_and_lose_nothing(type_):
    text = "It is a long way, and " * 9 + "supercalifragilisticexpialidocious so, we go. " * 3
    block = Block(type_, BLACK, 180.0, 1.3, "justified", indent=20)
    lines = wrapped(text, block)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    runs = set_lines(lines, block, (10.0, 10.0))
    assert all(run.box[2] <= 10 + 180 + 2 for run in runs)
    assert max(run.box[2] for run in runs) > 185  # some line is spread over the width


def test_a_word_longer_than_its_line_is_cut(type_):
    block = Block(type_, BLACK, 60.0, 1.3)
    assert [len(line) > 1 for line in wrapped("incomprehensibilities of it", block)] == [True] * 5
    assert wrapped("a", Block(type_, BLACK, 2.0, 1.3)) == ["a"]


def test_no_line_begins_with_a_mark_or_cuts_a_word():
    text = "行こう、行こう。the word（ア）"
    may = breaks(np.frombuffer(text.encode("utf-32-le"), np.uint32))
    pieces = "".join(f"|{c}" if at else c for c, at in zip(text, may, strict=True))
    assert pieces == "|行|こ|う、|行|こ|う。|the |word|（ア）"


@pytest.mark.parametrize("seed", range(6))
def test_a_scan_moves_boxes_with_their_ink(seed):
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(image).rectangle((120, 90, 199, 139), fill="black")
    done = scanned(image, np.random.default_rng(seed))
    left, top, right, bottom = (round(side) for side in done.move.box((120, 90, 200, 140)))
    dark = np.asarray(done.image.convert("L")).astype(float)
    inner = dark[top + 12 : bottom - 12, left + 12 : right - 12]
    assert inner.mean() < 110
    assert dark[top - 12 : top - 4, left:right].mean() > inner.mean() + 60


def test_looks_move_nothing_and_are_the_same_for_a_seed():
    from PIL import Image

    image = Image.new("RGB", (90, 70), "white")
    for name, (_, look) in LOOKS.items():
        one, two = (look(image, np.random.default_rng(5)) for _ in range(2))
        assert one.size == image.size and one.tobytes() == two.tobytes(), name


def test_boxes_follow_a_perspective(type_):
    for seed in range(5):
        sheet = Sheet((300, 300))
        item = ([level("Sign 12", type_, (0, 0), BLACK)], [])
        put = place_item(np.random.default_rng(seed), sheet, item, 1, [])
        assert put is not None
        sheet.runs += put[1]
        drawn = inked(sheet.picture())
        box = sheet.runs[0].box
        assert near(box, drawn, by=4) and box[0] <= drawn[0] + 2 and box[3] >= drawn[3] - 2


def test_a_move_takes_corners_to_corners():
    from PIL import Image

    corners = np.array([(3.0, 0.0), (40.0, 4.0), (38.0, 30.0), (0.0, 27.0)])
    _, move = moved(Image.new("RGB", (30, 20)), corners, (0, 0, 0))
    old = np.array([(0.0, 0.0), (30.0, 0.0), (30.0, 20.0), (0.0, 20.0)])
    assert np.allclose(move.points(old), corners)
    assert np.allclose(homography(old, old), np.eye(3))
    assert Move().box((1, 2, 3, 4)) == (1, 2, 3, 4)


def test_absent_words_have_no_boxes_and_near_words_are_not_asked_for():
    spots = [("reading", (0, 0, 9, 9)), ("read", (10, 0, 19, 9)), ("(tree)", (20, 0, 29, 9))]
    seen = asking.Seen([("reading read (tree)", (0, 0, 29, 9))], spots, "en", others=["absent"])
    asked = [asking.find(np.random.default_rng(i), seen, "0.png") for i in range(30)]
    boxes = {"reading": [0, 0, 9, 9], "tree": [20, 0, 29, 9]}
    found = [[(row["label"], row["box"]) for row in facts.value] for _, facts in asked]
    assert {tuple(map(str, rows)) for rows in found} == {
        (), *((str(pair),) for pair in boxes.items())
    }  # fmt: skip
    assert all(any(word in question for word in ("absent", *boxes)) for question, _ in asked)
    assert all(
        ("absent" in question) == (not rows)
        for (question, _), rows in zip(asked, found, strict=True)
    )


def test_a_letter_that_a_face_lacks_is_an_error(type_):
    with pytest.raises(ValueError, match=r"DejaVuSans\.ttf has no '行'"):
        level("行", type_, (0, 0), BLACK)


@needs_packages
@pytest.mark.parametrize("name", STAGES)
def test_records_hold_together_and_come_again_the_same(name):
    made = partial(getattr(stage, name), cache=home())
    for index in range(4):
        kept = list(made(Work("t", 0, index)))
        assert kept == list(made(Work("t", 0, index)))
        for record in kept:
            assert isinstance(record, Record) and record.family == name
            assert "unknown" not in record.licence
            assert all(s.startswith(("made:", "debian:")) for s in record.sources)
            assert len(record.sources) > 1 or record.language == "und"
            for part in record.parts("assistant"):
                if isinstance(part, Facts):
                    assert fault(part, seen_of(record, part.of)) == ""


@needs_packages
@pytest.mark.parametrize("draw", [arranged, page, upright, scene])
def test_styles_are_many(draw):
    languages = ("zh", "ja", "ko", "en") if draw is upright else ("en",)
    styles = {
        draw(np.random.default_rng(seed), home(), languages[seed % len(languages)])[1]
        for seed in range(130)
    }
    assert len(styles) >= 50


@needs_packages
@pytest.mark.parametrize("language", TWELVE)
def test_lines_of_a_page_do_not_lie_on_each_other(language):
    for seed in range(3):
        sheet, _ = page(np.random.default_rng(seed), home(), language)
        boxes = [run.box for run in sheet.runs]
        for at, (left, top, right, bottom) in enumerate(boxes):
            for other in boxes[at + 1 :]:
                across = min(right, other[2]) - max(left, other[0])
                down = min(bottom, other[3]) - max(top, other[1])
                high = min(bottom - top, other[3] - other[1])
                assert across <= 0 or down <= max(5, 0.45 * high), sheet.sources


@needs_packages
def test_pages_say_what_their_text_layer_says():
    import pypdfium2 as pdfium

    for seed, language in enumerate(("en", "zh", "vi")):
        sheet, _ = page(np.random.default_rng(seed), home(), language)
        text = pdfium.PdfDocument(sheet.pdf())[0].get_textpage().get_text_range()
        found = Counter(unicodedata.normalize("NFKC", text.replace("\x01", " ")))
        told = Counter(unicodedata.normalize("NFKC", " ".join(run.text for run in sheet.runs)))
        for blank in " \n\r":
            found.pop(blank, None), told.pop(blank, None)
        assert told.total() > 100
        assert (told - found).total() <= told.total() // 100, (told - found, found - told)
