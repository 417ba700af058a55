"""Training pictures: what the truth says is what the pixels show."""

import numpy as np
import pytest

from qvl.data import sources
from qvl.data.records import dumps, loads
from qvl.data.synth import reading, things
from qvl.data.synth.lettered import record, sheet_of
from qvl.data.synth.sheets import Sheet
from qvl.data.text import ALLOWED, paragraphs, random_word


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    """Three lines of black cells on white, each character a filled box of its own grey."""
    image = np.full((120, 200, 3), 255, dtype=np.uint8)
    boxes, code, word, line = [], [], [], []
    for row, text in enumerate(["one two", "a bc", "xyz"]):
        x, number = 10, row * 10
        for letter in text:
            if letter == " ":
                number += 1
            else:
                image[22 + 30 * row : 34 + 30 * row, x + 1 : x + 7] = ord(letter)
                boxes.append((x, 20 + 30 * row, x + 8, 36 + 30 * row))
                code.append(ord(letter))
                word.append(number)
                line.append(row)
            x += 9
    columns = (np.array(c, dtype=np.int32) for c in (code, word, line, [0] * len(code)))
    code, word, line, block = columns
    about = ({"family": "x", "size": 16, "kind": "prose"},)
    return Sheet(image, code, np.array(boxes, np.float32), word, line, block, about)


def ink(crop: reading.Crop) -> bool:
    """Every character's box holds its own grey in its middle."""
    centres = (crop.boxes[:, :2] + crop.boxes[:, 2:]) / 2
    places = zip(centres.astype(int), crop.codepoints, strict=True)
    return all(abs(int(crop.image[y, x, 0]) - code) <= 3 for (x, y), code in places)


def test_a_sheet_survives_as_a_record(sheet):
    made = record("a-0", sheet, ["debian:x/y"], "MIT")
    back = sheet_of(loads(dumps(made), made.media))
    assert (back.image == sheet.image).all() and back.blocks == sheet.blocks
    for name in ("codepoints", "boxes", "word", "line", "block"):
        one, two = getattr(back, name), getattr(sheet, name)
        assert (one == two).all() and one.dtype == two.dtype, name
    assert record(made.key, back, made.sources[1:], made.licence) == made
    (answer,) = made.parts("assistant")
    assert [line["text"] for line in answer.value] == ["one two", "a bc", "xyz"]


def test_pieces_carry_their_characters(sheet):
    rows = np.nonzero(sheet.line == 1)[0]
    crop = reading.piece(sheet, rows, (3, 2, 5, 4), alone=True)
    assert crop.text() == "a bc" and ink(crop)
    assert crop.image.shape == (16 + 6, 35 + 8, 3)
    assert (crop.image[0] == 255).all()
    whole = reading.piece(sheet, np.arange(len(sheet.line)), (0, 0, 0, 0), alone=False)
    assert whole.text() == "one two\na bc\nxyz"
    assert [text for text, _ in whole.lines()] == ["one two", "a bc", "xyz"]


def test_placing_and_windows_keep_the_truth(sheet):
    rng = np.random.default_rng(0)
    rows = np.nonzero(sheet.line == 0)[0]
    for _ in range(20):
        crop = reading.placed(reading.piece(sheet, rows, (0, 0, 0, 0), alone=False), rng, 56, 112)
        assert ink(crop) and crop.image.shape == (56, 112, 3)
        view = reading.window(sheet, rng, 56, 84)
        assert view.image.shape == (56, 84, 3) and ink(view)
    edge = reading.piece(sheet, rows, (40, 40, 0, 0), alone=False)
    assert ink(edge) and edge.image.shape == (56, 102, 3)


def test_resizing_scales_the_boxes(sheet):
    rows = np.nonzero(sheet.line == 0)[0]
    crop = reading.piece(sheet, rows, (0, 0, 0, 0), alone=False)
    large = reading.resized(crop, crop.image.shape[0] * 2, crop.image.shape[1] * 3)
    assert np.allclose(large.boxes, crop.boxes * (3, 2, 3, 2))
    assert ink(large)


def test_cells_say_where_each_character_stands(sheet):
    rows = np.nonzero(sheet.line == 2)[0]
    crop = reading.placed(
        reading.piece(sheet, rows, (0, 0, 0, 0), alone=False), np.random.default_rng(3), 28, 56
    )
    told = reading.cells(crop)
    assert told.shape == (2, reading.CELLS)
    found = []
    for unit, cell in zip(*np.nonzero(told), strict=True):
        x = unit * 28 + cell % 7 * 4 + 2
        found.append((x, reading.CHARSET[told[unit, cell] - 1]))
    assert "".join(letter for _, letter in sorted(found)) == "xyz"
    centres = (crop.boxes[:, 0] + crop.boxes[:, 2]) / 2
    assert all(abs(x - c) <= 2 for (x, _), c in zip(sorted(found), centres, strict=True))


def test_scenes_have_boxes_of_what_is_visible():
    nothing = things.Assets({}, [])
    for seed in range(60):
        shown = things.scene(np.random.default_rng(seed), nothing)
        assert shown.image.shape[:2] == shown.owner.shape
        for i, thing in enumerate(shown.things, start=1):
            ys, xs = np.nonzero(shown.owner == i)
            box = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
            assert tuple(int(v) for v in box) == thing.box
            assert thing.name not in things.UNSEEN


def test_unseen_pairs_come_only_when_asked_for():
    nothing = things.Assets({}, [])
    drawn = [things.scene(np.random.default_rng(s), nothing, unseen=True) for s in range(40)]
    named = [any(t.name in things.UNSEEN for t in shown.things) for shown in drawn]
    assert sum(named) > 30  # the rest are hidden behind others


def test_the_same_seed_is_the_same_scene():
    one, two = (things.scene(np.random.default_rng(5), things.Assets({}, [])) for _ in range(2))
    assert (one.image == two.image).all() and one.things == two.things


def test_paragraphs_are_what_the_ink_says(tmp_path):
    (tmp_path / "a.html").write_text(
        "<p>One   two\nthree.</p><p>日本語</p><p>One two three.</p>"
        "<h1>Head</h1><pre>x = 1 + 2\n</pre>"
    )
    assert paragraphs(tmp_path) == ["One two three.", "Head", "x = 1 + 2"]


def test_nested_blocks_give_their_parts_once_and_unglued(tmp_path):
    (tmp_path / "a.html").write_text(
        "<ul><li>Outer <b>bold</b>, all<ul><li>Inner one</li></ul></li><li><p>Alone</p></li></ul>"
        "<table><tr><td>Cell<div>below</div></td></tr></table><div class=para>Docbook.</div>"
    )
    assert paragraphs(tmp_path) == ["Inner one", "Alone", "Cell below", "Docbook."]


def test_random_words_are_drawable():
    rng = np.random.default_rng(0)
    words = [random_word(rng) for _ in range(500)]
    assert all(word and ALLOWED.issuperset(word) and " " not in word for word in words)
    assert len(set(words)) > 450


def test_packages_need_apt(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OSError, match="apt-get is not here"):
        sources.fetch(["x"], tmp_path / "cache")
