"""Pasted things, maps, captions and text: what records tell is what the pictures and texts hold."""

import io
import re
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from cutouts import DRAWINGS, ICONS, STAMPS, TEXT, cache
from PIL import Image

pytest.importorskip(
    "skia", reason="skia does not load: apt-get install libegl1 libgl1", exc_type=ImportError
)

from qvl.data.executors import run
from qvl.data.items import maps
from qvl.data.provenance import check
from qvl.data.records import Facts, Record, dumps
from qvl.data.rules.formats import formatted
from qvl.data.rules.repetition import Repetition
from qvl.data.sources import home
from qvl.data.synth.atlas.page import Look, page
from qvl.data.synth.atlas.stage import mapped
from qvl.data.synth.captions.stage import _chosen, captioned
from qvl.data.synth.captions.told import told
from qvl.data.synth.passages.asking import KINDS, Case
from qvl.data.synth.passages.stage import passage
from qvl.data.synth.passages.supply import Passage
from qvl.data.synth.pasting import names, paste
from qvl.data.synth.pasting.compose import compose
from qvl.data.synth.pasting.expressions import expressions
from qvl.data.synth.pasting.stage import pasted
from qvl.data.synth.pasting.stock import Cutout, stock
from qvl.data.work import Work
from tests.needs import fetched

STAGES = {"pasted": pasted, "maps": mapped, "captions": captioned}


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    return cache(tmp_path_factory.mktemp("packages"))


def made(stage, folder, count, start=0):
    return [r for at in range(start, start + count) for r in stage(Work("t", 0, at), folder)]


def fonts(folder):
    """A face for the labels of maps, out of what is installed."""
    from matplotlib import font_manager

    source = font_manager.findfont("DejaVu Sans")
    target = folder / "fonts-noto-core/NotoSans-Regular.ttf"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(source).read_bytes())
    return target


@pytest.mark.parametrize("family", list(STAGES))
def test_records_are_lessons_in_more_than_fifty_styles(family, held):
    fonts(held)
    records = made(STAGES[family], held, 120)
    assert len(records) >= 110
    assert len({record.meta["style"] for record in records}) >= 50
    for record in records:
        assert formatted(record) is None, record.meta
        assert Repetition()(record) is None, record.meta
        check(record.sources, held=False)
        assert record.family == family and "glove" not in dumps(record).decode()


@pytest.mark.parametrize("family", list(STAGES))
def test_the_same_item_gives_the_same_bytes(family, held):
    fonts(held)
    first, again = (made(STAGES[family], held, 3, 7) for _ in range(2))
    assert [dumps(r) for r in first] == [dumps(r) for r in again]
    assert [dict(r.media) for r in first] == [dict(r.media) for r in again]


def test_a_thing_is_where_the_picture_changes_with_it(held):
    """The thing in front, painted alone on green: no mask of ours is asked."""
    for seed in range(12):
        scene = compose(np.random.default_rng(seed), stock(held)).scene
        blank = Image.new("RGB", scene.image.size, (1, 254, 3))
        front = scene.things[-1]
        alone = paste.scene(blank, [front.put]).image
        changed = np.abs(np.asarray(alone, int) - np.asarray(blank, int)).max(2) > 60
        ys, xs = np.nonzero(changed)
        seen = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
        assert np.abs(np.subtract(seen, front.box)).max() <= 2


def square(colour, side=20):
    image = Image.new("RGBA", (side, side), colour)
    cutout = Cutout(colour, (), "test", "stamp", None, "CC0-1.0", "made:test")  # type: ignore[arg-type]
    return cutout, image


def test_boxes_are_of_what_shows_and_what_is_hidden_is_not_painted():
    ground = Image.new("RGB", (100, 80), "white")
    red, blue, green = (square(colour) for colour in ("red", "blue", "green"))
    puts = [
        paste.Put(*red, 10, 10),
        paste.Put(*blue, 22, 10),  # covers the right 8 columns of red
        paste.Put(*green, 24, 12),  # covers most of blue: blue goes, and red is whole
    ]
    scene = paste.scene(ground, puts[:2])
    assert [thing.box for thing in scene.things] == [(10, 10, 22, 30), (22, 10, 42, 30)]
    assert [thing.shown for thing in scene.things] == [0.6, 1.0]
    scene = paste.scene(ground, [puts[0], puts[1], paste.Put(*green, 22, 11)])
    assert [thing.name for thing in scene.things] == ["red", "green"]
    assert scene.image.getpixel((35, 10)) == (255, 255, 255)  # where only blue would show
    off = paste.scene(ground, [paste.Put(*red, 90, 70)])
    assert off.things == ()  # a quarter of it is on the canvas


def test_points_are_on_their_things(held):
    for seed in range(15):
        scene = compose(np.random.default_rng(seed), stock(held)).scene
        for number, thing in enumerate(scene.things, start=1):
            x, y = thing.point
            assert scene.owner[y, x] == number


def test_expressions_mean_one_thing():
    ground = Image.new("RGB", (400, 300), "white")
    spots = [("red", 20, 40, 20), ("red", 200, 200, 60), ("blue", 330, 30, 30)]
    puts = [paste.Put(*square(c, side), x, y) for c, x, y, side in spots]
    scene = paste.scene(ground, puts)
    told = {each.phrase: each.thing.box[:2] for each in expressions(scene.things, (400, 300))}
    assert told["largest red"] == told["bottommost red"] == told["second red from the left"]
    assert told["largest red"] == (200, 200) == told["rightmost red"]
    assert told["leftmost red"] == told["smallest red"] == (20, 40)
    assert told["red in the top left part"] == (20, 40)
    assert "red to the left of the blue" not in told  # both are


def test_names_and_plurals():
    told = {"A bald eagle.": "bald eagle", "The letter A": "letter A", "Tux, a friend!": None}
    told |= {"Clipart by someone": None, "Dog 04": "dog", "Ile de France": "Ile de France"}
    assert {words: names.named(words) for words in told} == told
    assert names.plural("box of toys") == "boxes of toys"
    assert [names.plural(n) for n in ("cherry", "sheep", "bus", "mantis", "owl")] == [
        "cherries", "sheep", "buses", "mantises", "owls",
    ]  # fmt: skip


def test_what_is_absent_shares_no_word_with_what_is_there(held):
    records = made(pasted, held, 150)
    kinds = Counter(kind for record in records for kind in record.meta["asked"])
    assert kinds["absent"] and kinds["absent near"] and kinds["expression"] and kinds["attributes"]
    known = {*DRAWINGS, *(f"{icon} icon" for icon in ICONS), *(n.split("/")[-1] for n in STAMPS)}
    for record in records:
        turns = [turn for turn in record.turns if turn.role != "system"]
        for asked, answered in zip(turns[::2], turns[1::2], strict=True):
            answer, question = answered.parts[-1], asked.parts[-1]
            if isinstance(answer, Facts) and answer.value == []:
                meant = {name for name in known if name in getattr(question, "text", "")}
                assert meant and not meant & set(record.meta["names"])


def test_a_map_is_read_back_from_its_colours(held):
    font = fonts(held)
    for drawn in maps.maps(held):
        for scale in (1, 1.5, 3):
            shown = page(drawn, Look("original", "original", "none", scale, 20, 1), (font,))
            pixels = np.asarray(shown.image)
            for area, division in zip(shown.areas, drawn.divisions, strict=True):
                ys, xs = np.nonzero((pixels == division.colour).all(2))
                assert area.box == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
                assert tuple(pixels[area.point[1], area.point[0]]) == division.colour


def test_labels_stand_on_their_divisions(held):
    font = fonts(held)
    drawn = next(maps.maps(held))
    shown = page(drawn, Look("plain", "white", "numbers", 2, 0, 3), (font,))
    assert len(shown.labels) == 4
    boxes = {area.name: area.box for area in shown.areas}
    pixels = np.asarray(shown.image).astype(int)
    for name, label in shown.labels:
        left, top, right, bottom = label.box
        outer = boxes[name]
        assert outer[0] <= left < right <= outer[2] and outer[1] <= top < bottom <= outer[3]
        inside = pixels[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
        assert inside.min() < 60 and inside.max() > 240  # ink, and its rim


@pytest.mark.parametrize("kind", sorted({kind.__name__ for kind in KINDS}))
def test_answers_stand_in_the_text(kind):
    ask = next(each for each in KINDS if each.__name__ == kind)
    told = Passage(TEXT, "en", "CC0-1.0", "made:test")
    for seed in range(20):
        posed = ask(Case(np.random.default_rng(seed), told))
        if posed is None:
            continue
        if kind == "onwards":
            assert f"{posed.text} {posed.answer}" == TEXT
        elif kind == "gap":
            assert posed.text.replace("____", posed.answer) == TEXT
            assert posed.answer in posed.question
        elif kind == "order":
            rows = dict(row.split(". ", 1) for row in posed.text.split("\n"))
            assert " ".join(rows[n] for n in posed.answer.split(", ")) == TEXT
        elif kind == "times":
            word = re.search("“(.+)”", posed.question)
            assert word and len(re.findall(rf"(?i)\b{word[1]}\b", TEXT)) == int(posed.answer)
        elif kind == "after":
            before = re.search("“(.+)”", posed.question)
            assert before and f"{before[1]} {posed.answer}" in TEXT
        elif kind == "mend":
            assert posed.answer == TEXT and sorted(posed.text.split()) == sorted(TEXT.split())
            assert posed.text != TEXT
        elif kind == "language":
            assert posed.answer == "English."
        else:
            assert posed.answer in TEXT and posed.text == TEXT


def test_a_shard_of_each_is_made_and_read_back(held, tmp_path):
    from qvl.data.shards import Shard
    from qvl.data.work import Plan

    fonts(held)
    plan = Plan("things", (6,))
    run(plan, partial(pasted, cache=held), tmp_path)
    [tar] = tmp_path.glob("*.tar")
    records = list(Shard(tar))
    assert len(records) == 6 and all(isinstance(each, Record) for each in records)
    for record in records:
        [encoded] = record.media.values()
        assert min(Image.open(io.BytesIO(encoded)).size) >= 300


@fetched("papirus-icon-theme", "tuxpaint-stamps-default", "openclipart-svg")
def test_there_are_more_than_ten_thousand_names():
    folder = home()
    assert len(stock(folder).names) > 10_000


@pytest.mark.slow
@fetched("debian-handbook", "gnome-user-docs", "libreoffice-help-ko", "gimp-data")
def test_passages_have_more_than_fifty_styles():
    folder = home()
    records = made(passage, folder, 200)
    assert len({record.meta["style"] for record in records}) >= 50
    assert all(formatted(record) is None for record in records)


def test_a_category_whose_pictures_share_one_name_is_not_waited_for(held):
    """Four different captions are wanted where the first picture's category has one alone."""
    (kind,) = [held for name, held in told(held).items() if name == "drawing"]
    same = [replace(each, category="tools", captions=(("en", "a tool"),)) for each in kind] * 4
    every = (*same, *(replace(each, category="other") for each in kind))
    for seed in range(12):
        shown, images = _chosen(np.random.default_rng(seed), every, 4)
        assert len({each.captions for each in shown}) == len(images) == 4
