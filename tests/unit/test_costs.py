"""Costs told without decoding are those of the sample; what does not fit is told or made to fit."""

import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from size import LIMITS, config

from qvl.chat.tokenizer import Tokenizer
from qvl.data.censuses import censuses, marked, path_of
from qvl.data.costs import Rule, cost, units
from qvl.data.families import FAMILIES
from qvl.data.lessons import Lessons
from qvl.data.reading import WHOLE, Reading
from qvl.data.records import Clip, Facts, Picture, Record, Turn
from qvl.data.shards import record_at, write
from qvl.data.work import Work
from qvl.messages import Text
from qvl.tokens import IGNORE
from tests.films import film
from tests.records import BOX, boxes, picture, prose

NANO = Path(__file__).resolve().parents[2] / "checkpoints" / "nano"
TOLD = {"licence": "MIT", "sources": ("made:x",)}


@pytest.fixture(scope="module")
def lessons():
    tokenizer = Tokenizer.load(NANO)
    return Lessons(tokenizer, config(tokenizer), LIMITS)


def agree(record: Record, lessons: Lessons, reading: Reading = WHOLE) -> None:
    for schema in ("plain", "chatml"):
        each = replace(lessons, schema=schema)
        sample, told = each(record, reading), cost(record, each, reading)
        labels = int((sample.labels != IGNORE).sum())
        assert (told.tokens, told.labels) == (len(sample), labels), record.key
        assert told.grid_thw == sample.grid_thw and len(sample.vision_rows) <= told.tokens


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("name", [name for name, each in FAMILIES.items() if not each.reads])
def test_families_cost_what_their_samples_do(lessons, name, tmp_path):
    stage = FAMILIES[name].stage(tmp_path)
    made = [each for i in range(3) for each in stage(Work(name, 0, i)) if isinstance(each, Record)]
    assert made
    for record in made:
        agree(record, lessons)
        agree(record, lessons, Reading(max_pixels=60 * 28 * 28))


def turned(orientation: int, form: str) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.open(io.BytesIO(picture(3, (150, 60)))).save(file, form, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("orientation", [1, 3, 6, 8, 9])
@pytest.mark.parametrize(("form", "ending"), [("jpeg", "jpg"), ("webp", "webp"), ("png", "png")])
def test_turned_pictures(lessons, orientation, form, ending):
    name = f"0.{ending}"
    turns = (
        Turn("user", (Picture(name), Text("Where?"))),
        Turn("assistant", (Facts("boxes", [BOX], of=name),)),
    )
    agree(Record("a", "f", turns, {name: turned(orientation, form)}, **TOLD), lessons)


def clip(**asked) -> Record:
    turns = (Turn("user", (Clip("0.mp4", **asked),)), Turn("assistant", (Text("It moves."),)))
    return Record("c", "f", turns, {"0.mp4": film(40)}, **TOLD)


@pytest.mark.parametrize("asked", [{}, {"fps": 4.0}, {"nframes": 6}, {"start": 0.5, "end": 1.5}])
def test_clips(lessons, asked):
    readings = [WHOLE, Reading(fps=1.0), Reading(fps=5.0, max_pixels=64 * 28 * 28)]
    for reading in readings:
        agree(clip(**asked), lessons, reading)
    sparse, dense = (cost(clip(**asked), lessons, r).grid_thw[0] for r in readings[1:])
    if "fps" in asked or "nframes" in asked:
        assert sparse[0] == dense[0]  # what a record says itself stays
    elif not asked:
        assert sparse[0] < dense[0]
    assert dense[1] * dense[2] * 14 * 14 <= 64 * 28 * 28


def test_pictures_with_limits_of_their_own_and_several_of_them(lessons):
    shown = (Picture("0.png", min_pixels=100_000), Picture("1.png", max_pixels=28 * 28))
    turns = (Turn("user", (Text("See"), *shown)), Turn("assistant", (Text("Two."),)))
    media = {"0.png": picture(0), "1.png": picture(1)}
    record = Record("a", "f", turns, media, **TOLD)
    for reading in (WHOLE, Reading(max_pixels=50 * 28 * 28)):
        agree(record, lessons, reading)
        first, second = cost(record, lessons, reading).grid_thw
        assert first[1] * first[2] * 14 * 14 >= 100_000 and second == (1, 2, 2)


def test_long_text_is_cut_into_pieces_that_learn_every_token_once(lessons):
    lessons = replace(lessons, schema="plain")
    record = prose("a", "Number by number. " * 100)
    whole = lessons(record)
    found = units(record, lessons, Rule(100, "split"))
    readings = [only.reading for (only,) in found.units]
    pieces = [lessons(record, reading) for reading in readings]
    assert [len(p) for p in pieces] == [each[0].tokens for each in found.units]
    assert torch.cat([p.input_ids for p in pieces]).equal(whole.input_ids)
    assert torch.cat([p.labels for p in pieces]).equal(whole.labels)
    assert max(map(len, pieces)) <= 100 and max(map(len, pieces)) - min(map(len, pieces)) <= 1
    assert all(p.position_ids.equal(torch.arange(len(p)).expand(3, -1)) for p in pieces)
    assert sum(each[0].labels for each in found.units) == int((whole.labels != IGNORE).sum())
    dropped = units(record, lessons, Rule(100))
    assert not dropped.units and dropped.left_out[0][0] == "long"


def test_pieces_without_a_label_are_left_out_and_pictures_never_cut(lessons):
    asked = (Turn("user", (Text("A question. " * 60),)), Turn("assistant", (Text("No."),)))
    found = units(Record("q", "f", asked, {}, **TOLD), lessons, Rule(100, "split"))
    assert {kind for kind, _ in found.left_out} == {"unlabelled"}
    assert len(found.units) == 1 and found.units[0][0].labels > 0
    big = replace(boxes("p"), media={"0.png": picture(0, (600, 600))})
    found = units(big, lessons, Rule(100, "split"))
    assert not found.units and found.left_out[0][0] == "long"
    with pytest.raises(ValueError, match="has pictures and cannot be cut"):
        lessons(big, Reading(start=3))


def test_pictures_are_made_smaller_until_they_fit(lessons):
    big = replace(boxes("p"), media={"0.png": picture(0, (600, 500))})
    assert cost(big, lessons).tokens > 200
    (only,) = units(big, lessons, Rule(200, "shrink")).units[0]
    assert 150 < only.tokens <= 200 and only.reading.max_pixels
    agree(big, lessons, only.reading)
    assert not units(big, lessons, Rule(40, "shrink")).units  # the words alone are longer
    shown = Picture("0.png", min_pixels=300_000)
    stuck = replace(big, turns=(Turn("user", (shown,)), big.turns[1]))
    assert units(stuck, lessons, Rule(200, "shrink")).left_out[0][0] == "long"


def test_draws_that_do_not_fit_leave_the_others(lessons):
    big = replace(boxes("p"), media={"0.png": picture(0, (600, 500))})
    areas = (28 * 28 * 100, 28 * 28 * 400)
    found = units(big, lessons, Rule(250, "drop", max_pixels=areas))
    assert [each.reading.max_pixels for each in found.units[0]] == [areas[0]]
    assert [kind for kind, _ in found.left_out] == ["long"]
    both = units(big, lessons, Rule(600, "drop", (1.0, 2.0), areas))
    assert len(both.units[0]) == 2  # there is no clip whose rate could be drawn
    assert len(units(clip(), lessons, Rule(9000, "drop", (1.0, 2.0), areas)).units[0]) == 4


@pytest.mark.parametrize("told", [{"overflow": "cut"}, {"fps": (0.0,)}, {"max_pixels": (100, -1)}])
def test_rules_that_make_no_sense(told):
    with pytest.raises(ValueError, match=r"overflow is 'cut'|give numbers above 0"):
        Rule(100, **told)


def test_costs_are_kept_until_the_shard_or_the_settings_change(lessons, tmp_path):
    path, rule = tmp_path / "a.tar", Rule(300, "split", max_pixels=(28 * 28 * 9, 28 * 28 * 20))
    rows = [*(boxes(f"b-{i}", i) for i in range(40)), prose("t", "Long. " * 300)]
    rows.append(boxes("odd", rows=({"label": "a"},)))
    write(path, rows)
    (made,) = censuses([path], lessons, rule)
    kept = path_of(path, marked(lessons, rule))
    assert kept.is_file() and len(made.rows) == 42
    (again,) = censuses([path], lessons, rule)
    for name in ("rows", "keys", "members", "units", "draws", "grids"):
        assert np.array_equal(getattr(again, name), getattr(made, name)), name
    assert (again.names, again.left_out) == (made.names, made.left_out)
    told = made.told(rule)
    assert told["split"] == 1 and told["pieces"] > 1 and told["broken"] == 1 * 2
    assert made.left_out[-1][0] == "odd"
    for unit in made.units[[0, 39, 40]]:
        record = record_at(path, made.entry(int(unit["row"])))
        for draw in range(int(unit["first"]), int(unit["first"]) + int(unit["draws"])):
            assert len(lessons(record, made.reading(draw))) == made.draws[draw]["tokens"]
    os.utime(kept, ns=(0, 0))
    write(path, rows[:5])
    (fresh,) = censuses([path], lessons, rule)
    assert len(fresh.rows) == 5 and kept.stat().st_mtime_ns > 0
    kept.write_bytes(kept.read_bytes()[:-100])  # torn
    assert len(censuses([path], lessons, rule)[0].rows) == 5
    assert marked(lessons, replace(rule, capacity=301)) != marked(lessons, rule)
    assert marked(replace(lessons, schema="plain"), rule) != marked(lessons, rule)
    write(tmp_path / "none.tar", [])
    assert [len(c.rows) for c in censuses([tmp_path / "none.tar", path], lessons, rule)] == [0, 5]


def test_several_processes_count_the_same(lessons, tmp_path):
    paths, rule = [tmp_path / f"{i}.tar" for i in range(2)], Rule(300)
    for i, path in enumerate(paths):
        write(path, [prose(f"t{i}-{j}", f"Number {j}.") for j in range(70)])
    together = censuses(paths, lessons, rule, workers=2)
    for path in paths:
        path_of(path, marked(lessons, rule)).unlink()
    for one, other in zip(together, censuses(paths, lessons, rule), strict=True):
        assert np.array_equal(one.draws, other.draws) and np.array_equal(one.keys, other.keys)
