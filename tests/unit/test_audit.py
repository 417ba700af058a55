"""Audit: galleries that cannot be attacked, counts, and overlaps that are found."""

import re

import pytest

from qvl.data import provenance
from qvl.data.gallery import page
from qvl.data.overlap import Shared, overlap
from qvl.data.records import Clip, Facts, Picture, Record, Turn
from qvl.data.shards import write
from qvl.data.stats import stats
from qvl.messages import Text
from tests.films import film
from tests.records import BOX, boxes, picture, prose

EVIL = '<script>alert("1")</script>&amp;'


def html(*records: Record) -> str:
    return "".join(page("a & b", iter(records)))


def test_a_gallery_escapes_and_asks_for_nothing():
    row = {"label": EVIL, "box": BOX["box"]}
    evil = boxes("a", rows=(row,), licence=EVIL, sources=(f"made:{EVIL}",), meta={EVIL: EVIL})
    shown = html(evil, prose("b", EVIL, family=EVIL, language=EVIL))
    assert "<script" not in shown and "&lt;script&gt;" in shown
    assert "<title>a &amp; b</title>" in shown and "default-src 'none'" in shown
    assert not re.search(r"(src|href)=\"(?!data:)", shown)
    assert shown.count("data:image/jpeg;base64,") == 1


def test_a_gallery_tells_what_is_wrong():
    cut = (
        Turn("user", (Picture("0.png"),)),
        Turn("assistant", (Facts("boxes", [BOX], of="0.png"),)),
    )
    broken = Record("a", "f", cut, {"0.png": picture()[:200]}, "MIT", ("made:x",))
    off = boxes("b", rows=({"label": "a", "box": [0, 0, 999, 9]},))
    shown = html(broken, off, boxes("c", rows=("odd",)))
    assert shown.count("class=wrong") == 3  # of the cut picture the size is known
    assert "0.png:" in shown and "not on the 112x84 picture" in shown


def test_a_gallery_shows_points_clips_and_answers_as_taught():
    facts = Facts("points", [{"label": "mug", "point": [10, 20]}], "xml", "0.png")
    turns = (
        Turn("user", (Picture("0.png"), Clip("1.mp4"))),
        Turn("assistant", (facts, Text("Done."))),
    )
    media = {"0.png": picture(), "1.mp4": film(8)}
    shown = html(Record("a", "f", turns, media, "MIT", ("made:x",)))
    assert "data:video/mp4;base64," in shown and "MIT" in shown
    assert "&lt;points x1=&quot;10&quot; y1=&quot;20&quot;" in shown
    assert "points as xml of 0.png, seen at 112x84" in shown


def test_counts(tmp_path):
    rows = [boxes("a", 1), boxes("b", 2, (BOX, BOX)), prose("c", "Three small words.")]
    write(tmp_path / "a.tar", rows)
    told = stats([tmp_path / "a.tar"], count=len)
    assert (told["records"], told["pictures"], told["words"]) == (3, 2, 6)
    assert told["vision_tokens"] == 2 * 12  # 112x84
    assert told["family"] == {"boxes": 2, "prose": 1}
    assert told["language"] == {"und": 2, "en": 1} and told["licence"] == {"CC0-1.0": 3}
    assert told["width"] == {"least": 112, "median": 112, "p90": 112, "most": 112}
    asked = len("Locate every mug.") * 2 + len("Say something.") + len("Three small words.")
    assert told["text_tokens"] > asked + 3 * len('{"bbox_2d": [10, 12, 60, 50]}')


@pytest.fixture
def sets(tmp_path):
    train = [
        prose("t-0", "Nothing of this is in any test, and nothing will be."),
        prose("t-1", "He said that the brown fox jumps over the lazy dog again."),
        boxes("t-2", 1),
    ]
    write(tmp_path / "train.tar", train)
    return tmp_path, [tmp_path / "train.tar"]


def test_nothing_is_shared(sets):
    folder, train = sets
    row = {"label": "a cup", "box": BOX["box"]}
    write(folder / "test.tar", [prose("h-0", "The brown fox is lazy."), boxes("h-1", 5, (row,))])
    assert overlap(train, [folder / "test.tar"]) == []
    write(folder / "none.tar", [])
    assert overlap(train, [folder / "none.tar"]) == []
    assert overlap([folder / "none.tar"], [folder / "test.tar"]) == []


def test_what_is_shared_is_found(sets):
    folder, train = sets
    text = "The Brown fox JUMPS over, they say every day of the week and of the year."
    write(folder / "test.tar", [prose("h-0", text), boxes("h-1", 1)])
    first, second = overlap(train, [folder / "test.tar"])
    assert first == Shared("h-0", "t-1", "text", round(1 / 12, 4))  # 16 words, one 5-gram
    assert second == Shared("h-1", "t-2", "picture", 1.0)
    assert [each.what for each in overlap(train, [folder / "test.tar"], 0.2)] == ["picture"]


HOME = "debian:kgeography-data/usr/share/kgeography"
STAMPS = "debian:tuxpaint-stamps-default/usr/share/tuxpaint/stamps"


def test_a_third_of_no_map_and_stamp_is_for_both():
    names = [f"map{i}" for i in range(400)]
    kept = [name for name in names if provenance.held_out(f"{HOME}/{name}.png")]
    assert 40 < len(kept) < 130
    for name in names[:50]:
        source = [f"{HOME}/{name}.png"]
        held = name in kept
        provenance.check(source, held=held)
        with pytest.raises(ValueError, match="held out"):
            provenance.check(source, held=not held)
    assert provenance.held_out(f"{STAMPS}/plants/rose.png")
    assert not provenance.held_out(f"{STAMPS}/animals/plants.png")


@pytest.mark.parametrize(
    ("source", "held", "said"),
    [
        ("debian:r-doc-pdf/usr/share/a.pdf", False, "held out for tests"),
        ("debian:gimp-help-en/usr/share/a.html", True, "is not held out"),
        ("debian:never-heard-of/usr/share/a.html", False, "never-heard-of"),
        ("debian:kgeography-data", False, "name the file"),
        ("debian:gnome-user-docs/a/display-dual-monitors.webm", False, "held out for tests"),
        ("somewhere", False, "names no source"),
        (":x", False, "names no source"),
        ("made:", False, "names no source"),
    ],
)
def test_sources_that_a_set_may_not_read(source, held, said):
    with pytest.raises(ValueError, match=said):
        provenance.check([source], held=held)


def test_sources_that_a_set_may_read():
    good = ["debian:gimp-help-en/usr/a.html", "made:charts", "file:mine.jsonl"]
    provenance.check(good, held=False)
    provenance.check(["debian:r-doc-pdf/usr/share/a.pdf", "made:charts"], held=True)
