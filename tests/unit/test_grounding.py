"""Verbs over one picture: what is asked, what a format cannot hold, the order of lines."""

import json
import random
import sys
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from qvl.cli.main import app
from qvl.messages import Answer, Media, Settings, Text, Usage
from qvl.tasks import boxlines, counting, grounding, ocr, points, pointtags
from qvl.tasks.grounding import Box
from qvl.tasks.ocr import Line
from qvl.tasks.order import direction_of, reading_order, sorted_lines
from qvl.tasks.place import Frame
from qvl.tasks.points import Point
from qvl.tasks.scripts import LANGUAGES, script

FRAME = Frame((400, 300), (400, 300))
MEDIA = Media((400, 300), (400, 300), 150)
PICTURE = Image.new("RGB", (400, 300), "gray")
ONE = '[{"bbox_2d": [10, 20, 900, 40], "label": "mug", "sub_label": "half full"}]'


class Asked:
    """A Chat that gives one reply and keeps what it was asked."""

    def __init__(self, reply):
        self.reply, self.system, self.prompt = reply, None, None

    def __call__(self, messages, settings):
        texts = {m.role: [p.text for p in m.content if isinstance(p, Text)] for m in messages}
        self.system, self.prompt = texts.get("system"), texts["user"][0]
        return Answer(self.reply, "stop", Usage(1, 1), (MEDIA,))


ASKS = [
    (
        grounding.detect,
        (["mug", "cup"],),
        {"prompt": grounding.DESCRIBE},
        "Locate every mug, cup and describe their features, output the bbox coordinates in JSON "
        "format.",
    ),
    (
        grounding.detect,
        (["small cake"],),
        {"prompt": grounding.OUTLINE},
        "Outline the position of each small cake and output all the coordinates in JSON format.",
    ),
    (
        grounding.attributes,
        ("motorcyclist", ["wearing helmat", "not wearing helmat"]),
        {},
        "Detect all motorcyclist in the image and return their locations in the form of "
        'coordinates. The format of output should be like {"bbox_2d": [x1, y1, x2, y2], "label": '
        '"motorcyclist", "sub_label": "wearing helmat" # or "not wearing helmat"}.',
    ),
    (
        counting.count,
        ("birds",),
        {"prompt": counting.POINTS},
        "Count the number of birds in the figure. To ensure accuracy, first detect their key "
        "points, then give the total number.",
    ),
    (boxlines.detect, (["cakes"],), {}, "find all cakes"),
    (
        points.parts,
        ("player", ["head", "hand"]),
        {},
        "Identify every player in the image and detect their key points, such as head, hand. "
        'Output in JSON format like {"point_2d": [x, y], "label": "...", "label2": "..."}, with '
        "what it is as the label and the part as the label2.",
    ),
    (
        points.locate,
        (["{mug}"],),
        {},
        "Point to every {mug} in the image and output the coordinates in JSON format like "
        '{"point_2d": [x, y], "label": "..."}.',
    ),
    (
        pointtags.locate,
        (["rolling pin"],),
        {},
        "point to every rolling pin in the image, output its coordinates in XML format "
        "<points x y>object</points>",
    ),
    (
        ocr.spot,
        (),
        {},
        "Spotting all the text in the image with line-level, and output in JSON format.",
    ),
]


@pytest.mark.parametrize(("verb", "given", "more", "prompt"), ASKS)
def test_verbs_ask(verb, given, more, prompt):
    chat = Asked("There are none in the image.")
    found = verb(chat, PICTURE, *given, Settings(max_tokens=7), **more)
    assert chat.prompt == prompt and not found.problems
    assert chat.system == ([boxlines.SYSTEM] if verb is boxlines.detect else None)


@pytest.mark.parametrize("prompt", [ocr.PLAIN, ocr.ONLY, ocr.BY_LINE, ocr.RECOGNISE])
def test_plain_reading_asks(prompt):
    chat = Asked("a\nb")
    assert ocr.read(chat, PICTURE, Settings(), prompt) == "a\nb" and chat.prompt == prompt


def test_an_answer_without_sizes_places_nothing():
    with pytest.raises(ValueError, match="size of the picture"):
        grounding.detect(lambda m, s: Answer(ONE, "stop", Usage(1, 1)), PICTURE, ["a"], Settings())


@pytest.mark.parametrize("reason", ["length", "repetition"])
def test_a_reply_that_was_ended_is_a_warning(reason):
    with pytest.warns(UserWarning, match="after 9 tokens"):
        grounding.detect(
            lambda m, s: Answer(ONE, reason, Usage(1, 9), (MEDIA,)), PICTURE, ["a"], Settings()
        )


@pytest.mark.parametrize("box", [Box("a\nb", 1, 2, 3, 4), Box(" a", 1, 2, 3, 4)])
def test_a_line_cannot_hold_every_name(box):
    with pytest.raises(ValueError, match="cannot hold"):
        boxlines.render([box], FRAME)
    with pytest.raises(ValueError, match="cannot hold"):
        boxlines.render([Box("a", 1, 2, 3, 4, "b")], FRAME)


def test_a_tag_cannot_hold_parts_and_further_keys():
    for spot in (Point("a", 1, 2, "head"), Point("a", 1, 2, None, (), {"k": 1})):
        with pytest.raises(ValueError, match="cannot hold"):
            pointtags.render([spot], FRAME)


def test_points_of_one_phrase_share_a_tag():
    spots = [Point("b", 1, 2), Point("b", 3, 4), Point("c", 5, 6, None, (), {"alt": "k"})]
    assert pointtags.render(spots, FRAME).split("\n") == [
        '<points x1="1" y1="2" x2="3" y2="4">b</points>',
        '<points x1="5" y1="6" alt="k">c</points>',
    ]


# reading order


def placed(*rows):
    return [Line(text, x, y, x + width, y + height) for text, x, y, width, height in rows]


PAGE = placed(
    ("title", 50, 0, 500, 20),
    *[(f"left {i}", 0, 40 + 20 * i, 240, 15) for i in range(5)],
    *[(f"right {i}", 300, 47 + 20 * i, 260, 15) for i in range(5)],
    ("across", 0, 160, 560, 15),
    *[(f"more {i}", 0, 180 + 20 * i, 240, 15) for i in range(3)],
    *[(f"last {i}", 300, 180 + 20 * i, 260, 15) for i in range(3)],
)
BILL = placed(
    *[
        (f"{k} {i}", 200 * (k == "price"), 20 * i, 60, 15)
        for i in range(5)
        for k in ("item", "price")
    ]
)
UPRIGHT = placed(*[(f"縦{i}書き", 400 - 40 * i, 5 * i, 30, 300) for i in range(5)])
ARABIC = placed(("كلمة", 200, 2, 100, 18), ("سطر", 0, 0, 100, 20), ("ثلاثة", 0, 30, 300, 20))


@pytest.mark.parametrize(
    ("lines", "direction"),
    [(PAGE, "right"), (BILL, "right"), (UPRIGHT, "down"), (ARABIC, "left")],
)
def test_reading_order(lines, direction):
    assert direction_of(lines) == direction
    for seed in range(5):
        mixed = random.Random(seed).sample(lines, len(lines))
        assert [x.text for x in sorted_lines(mixed)] == [x.text for x in lines]


sides = st.integers(0, 300)
random_boxes = st.lists(
    st.tuples(sides, sides, sides, sides).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])),
    max_size=25,
)


@given(random_boxes, st.sampled_from(["right", "left", "down"]))
def test_every_line_is_read_once(boxes, direction):
    assert sorted(reading_order(boxes, direction)) == list(range(len(boxes)))


@given(random_boxes)
def test_a_mirrored_page_is_read_mirrored(boxes):
    mirrored = [(-right, top, -left, bottom) for left, top, right, bottom in boxes]
    assert reading_order(boxes, "right") == reading_order(mirrored, "left")


def test_scripts():
    told = [
        "a b",
        "привет",
        "中文 text 混",
        "漢字かな",
        "한국어",
        "ไทย",
        "हिन्दी",
        "سطر",
        "12 !?",
        "",
    ]
    names = ["Latin", "Cyrillic", "Latin", "Kana", "Hangul", "Thai", "Devanagari", "Arabic", "", ""]
    assert [script(text) for text in told] == names
    assert LANGUAGES[script("漢字かな")] == "Japanese" and "Han" not in LANGUAGES


# commands


@pytest.fixture
def say(monkeypatch, tmp_path):
    """Run a command with a model that gives one reply."""
    file = tmp_path / "a.png"
    PICTURE.save(file)

    class Model:
        def __init__(self, reply):
            self.answer = Asked(reply)

    def run(verb, reply, *words):
        model = Model(reply)
        monkeypatch.setattr(sys.modules[f"qvl.cli.{verb}"], "load", lambda *_: model)
        return CliRunner().invoke(app, [verb, str(file), *words]), model.answer

    return run


def test_ground_tells_problems_on_stderr_and_in_json(say, tmp_path):
    got, _ = say("ground", ONE, "mug", "--json", "-o", str(tmp_path / "out"))
    told = json.loads(got.stdout)
    [row] = told["boxes"]
    assert row == {
        "label": "mug", "sub_label": "half full",
        "left": 10, "top": 20, "right": 400, "bottom": 40, "raw": [10, 20, 900, 40],
    }  # fmt: skip
    assert "clipped" in told["problems"][0]["reason"] and "clipped" in got.stderr
    assert json.loads((tmp_path / "out" / "a.json").read_text()) == told
    assert Image.open(tmp_path / "out" / "a.png").width >= 400


@pytest.mark.parametrize(
    ("reply", "words", "lines"),
    [
        (ONE, (), ["10 20 400 40 mug half full"]),
        ("1,2,30,40 mug\n5,6,70,80 cup", ("--format", "text"), ["1 2 30 40 mug", "5 6 70 80 cup"]),
        ('[{"point_2d": [1, 2], "label": "a", "label2": "b"}]', ("--points",), ["1 2 a b"]),
        ('<points x1="1" y1="2">q</points>', ("--points", "--format", "xml"), ["1 2 q"]),
        (ONE + " There is 1 mug.", ("--count",), ["10 20 400 40 mug half full", "total 1"]),
        ('[{"point_2d": [1, 2], "label": "a"}]', ("--count", "--points"), ["1 2 a", "total 1"]),
        ("There are no mugs.", (), []),
    ],
)
def test_ground_prints_rows(say, tmp_path, reply, words, lines):
    got, chat = say("ground", reply, "mug", *words, "--system", "Be brief.", "-o", str(tmp_path))
    assert [" ".join(line.split()) for line in got.stdout.splitlines()] == lines
    assert chat.system == ["Be brief."] and ("none of mug" in got.stderr) == (not lines)
    assert (tmp_path / "a.png").is_file()


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("--format", "text", "--points"), "leave out --points"),
        (("--format", "xml"), "add --points"),
        (("--format", "text", "--count"), "leave out --format text"),
    ],
)
def test_formats_that_do_not_exist(say, words, remedy):
    got, _ = say("ground", ONE, "mug", *words)
    assert isinstance(got.exception, ValueError) and remedy in str(got.exception)


def test_ocr_sorts_and_names_the_script(say, tmp_path):
    reply = ocr.render(random.Random(3).sample(UPRIGHT, 5), FRAME)
    got, _ = say("ocr", reply, "--sort", "--json", "-o", str(tmp_path))
    told = json.loads(got.stdout)
    assert [row["text"] for row in told["lines"]] == [line.text for line in UPRIGHT]
    assert (told["script"], told["language"]) == ("Kana", "Japanese")
    assert Image.open(tmp_path / "a.png").height > 300


def test_ocr_reads_upright_text_in_lines(say):
    got, chat = say("ocr", "一\n二", "--lines")
    assert got.stdout == "一\n二\n" and chat.prompt == ocr.BY_LINE
    got, chat = say("ocr", "a", "--text")
    assert got.stdout == "a\n" and chat.prompt == ocr.PLAIN
    got, _ = say("ocr", "There is no text in the image.")
    assert got.stdout == "" and "no text found" in got.stderr


def test_the_face_warns_of_problems():
    from qvl.vlm import VLM

    class Face(VLM):
        def __init__(self, reply):
            self.answer = Asked(reply)

    with pytest.warns(UserWarning, match="clipped"):
        (box,) = Face(ONE).ground(PICTURE, "mug")
    assert box.right == 400
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (spot,) = Face('[{"point_2d": [1, 2], "label": "a"}]').points(PICTURE, ["a", "b"])
        assert (spot.x, spot.y) == (1, 2)
        assert Face("[] There are no mugs.").count(PICTURE, "mugs").total == 0
        assert Face("[]").ocr(PICTURE) == []
