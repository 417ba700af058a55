"""Replies as the published notebooks and pages show them, and as models drift from them."""

import pytest

from qvl.tasks import boxlines, counting, grounding, ocr, points, pointtags
from qvl.tasks.place import Frame

FRAME = Frame((1280, 856), (640, 428))  # out: twice the written pixels

CAKES = """```json
[
\t{"bbox_2d": [146, 137, 615, 415], "label": "a cupcake with red frosting, sprinkles"},
\t{"bbox_2d": [20, 100, 90, 180], "label": "a cupcake, half eaten"}
]
```"""
HELMETS = """```json
[
  {"bbox_2d": [341, 37, 397, 131], "label": "motorcyclist", "sub_label": "not wearing helmat"},
  {"bbox_2d": [212, 108, 300, 240], "label": "motorcyclist", "sub_label": "wearing helmat"},
]
```"""
SINGLE_QUOTES = "[{'bbox_2d': [1, 2, 30, 40], 'label': 'person\\'s hat', 'sub_label': None},]"


def test_descriptions_are_labels():
    got = grounding.parse(CAKES, FRAME)
    first, _ = got.boxes
    assert first.label == "a cupcake with red frosting, sprinkles"
    assert (first.left, first.top, first.right, first.bottom) == (292, 274, 1230, 830)
    assert first.raw == (146, 137, 615, 415) and not got.problems


def test_attributes_and_a_trailing_comma():
    got = grounding.parse(HELMETS, FRAME)
    assert [b.sub_label for b in got.boxes] == ["not wearing helmat", "wearing helmat"]
    assert not got.problems and not got.said


@pytest.mark.parametrize(
    ("reply", "label", "raw", "said"),
    [
        (SINGLE_QUOTES, "person's hat", (1, 2, 30, 40), ""),
        ('[{"bbox_2d": ["1", "2", "30", "40"], "label": "a"}]', "a", (1, 2, 30, 40), ""),
        ('[{"bbox_2d": "1, 2, 30, 40", "label": "a"}]', "a", (1, 2, 30, 40), ""),
        ('[{"bbox_2d": [[1, 2, 30, 40]], "label": "a"}]', "a", (1, 2, 30, 40), ""),
        ('{"bbox_2d": [1, 2, 30, 40], "label": "a"}', "a", (1, 2, 30, 40), ""),
        ('```\n[{"bbox_2d": [1, 2, 30, 40], "label": "a"}]\n```', "a", (1, 2, 30, 40), ""),
        ('{"objects": [{"bbox_2d": [1, 2, 30, 40], "label": "a"}]}', "a", (1, 2, 30, 40), ""),
        ('[{bbox_2d: [1, 2, 30, 40], label: "a"}]', "a", (1, 2, 30, 40), ""),
        ('[{"label": "a", "bbox_2d": [1.5, 2, 30, 40]}]', "a", (1.5, 2, 30, 40), ""),
        ('[{"bbox_2d": [1, 2, 30, 40]}]', "", (1, 2, 30, 40), ""),
        ('[{"bbox_2d": [1, 2, 30, 40], "label": 7}]', "7", (1, 2, 30, 40), ""),
        (
            'Here you are:\n```json\n[{"bbox_2d": [1, 2, 30, 40], "label": "a"}]\n```\nAll done.',
            "a",
            (1, 2, 30, 40),
            "Here you are:\nAll done.",
        ),
        ('[{"bbox_2d": [1, 2, 30, 40], "label": "\\ud83d"}]', "�", (1, 2, 30, 40), ""),
    ],
)
def test_one_box(reply, label, raw, said):
    got = grounding.parse(reply, FRAME)
    (box,) = got.boxes
    assert (box.label, box.raw, got.said, got.problems) == (label, raw, said, ())


@pytest.mark.parametrize(
    ("reply", "count", "reason"),
    [
        ('[{"bbox": [1, 2, 30, 40], "description": "a"}]', 1, "bbox is read as bbox_2d"),
        ('[{"bbox_2d": [30, 40, 1, 2], "label": "a"}]', 1, "swapped"),
        ('[{"bbox_2d": [1, 2, 700, 40], "label": "a"}]', 1, "outside of the 640x428 picture"),
        ('[{"bbox_2d": [9, 2, 9, 40], "label": "a"}]', 1, "no area"),
        ('[{"bbox_2d": [1, 2, 3], "label": "a"}]', 0, "not four numbers"),
        ('[{"bbox_2d": [1, 2, 3, "x"], "label": "a"}]', 0, "not four numbers"),
        ('[{"label": "a"}]', 0, "no bbox_2d"),
        ('[{"bbox_2d": [1, 2, 30, 40], "label": "a"},', 1, "no end"),
        ('[{"bbox_2d": [1, 2, 30, 40], "label": "a"}, {"bbox_2d": [5', 1, "cut off"),
    ],
)
def test_what_is_wrong_is_told(reply, count, reason):
    got = grounding.parse(reply, FRAME)
    assert len(got.boxes) == count and reason in str(got.problems[-1])


def test_several_boxes_of_one_name():
    got = grounding.parse('[{"bbox_2d": [[1, 2, 3, 4], [5, 6, 7, 8]], "label": "a"}]', FRAME)
    assert [b.raw for b in got.boxes] == [(1, 2, 3, 4), (5, 6, 7, 8)]


def test_points_of_parts():
    reply = """```json
[
    {"point_2d": ["38", "314"], "label": "Stephen Curry", "label2": "head"},
    {"point_2d": ["243, 291"], "label": "Stephen Curry", "label2": "hand"},
    {"point_2d": [0, 0], "label": "ball"}
]
```"""
    got = points.parse(reply, FRAME)
    assert [p.raw for p in got.points] == [(38, 314), (243, 291), (0, 0)]
    assert [p.label2 for p in got.points] == ["head", "hand", None]
    assert (got.points[0].x, got.points[0].y) == (76, 628) and not got.problems


@pytest.mark.parametrize(
    ("reply", "raws", "phrase", "more"),
    [
        (
            '```xml\n<points x1="394" y1="105" alt="rolling pin">the rolling pin</points>\n```',
            [(394, 105)],
            "the rolling pin",
            {"alt": "rolling pin"},
        ),
        (
            '<points x1="1" y1="2" x2="3" y2="4" alt="a &amp; b">a &lt; b</points>',
            [(1, 2), (3, 4)],
            "a < b",
            {"alt": "a & b"},
        ),
        ('<points x1="1" y1="2">q</points>', [(1, 2)], "q", {}),
        ("<point x='1' y='2' alt='k'>q</point>", [(1, 2)], "q", {"alt": "k"}),
        ("<points x1=1 y1=2 alt=k>q</points>", [(1, 2)], "q", {"alt": "k"}),
        ('<points x1="1", y1="2", alt="AT&T">q</points>', [(1, 2)], "q", {"alt": "AT&T"}),
        ('<points x1="1" y1="2" alt="k"/>', [(1, 2)], "", {"alt": "k"}),
        ('<points x1="1.5" y1="2" alt="k" >q</points>', [(1.5, 2)], "q", {"alt": "k"}),
    ],
)
def test_tags(reply, raws, phrase, more):
    got = pointtags.parse(reply, FRAME)
    assert [p.raw for p in got.points] == raws and not got.problems
    assert all((p.label, p.more) == (phrase, more) for p in got.points)


def test_several_tags_with_words_between():
    reply = 'First <points x1="1" y1="2">a</points> then\n<points x1="3" y1="4">b</points> done'
    got = pointtags.parse(reply, FRAME)
    assert [(p.label, p.raw) for p in got.points] == [("a", (1, 2)), ("b", (3, 4))]
    assert got.said.split() == ["First", "then", "done"]


@pytest.mark.parametrize(
    ("reply", "count", "reason"),
    [
        ('<points x1="1" y1="2" x2="3" alt="k">q</points>', 1, "x2 without y"),
        ('<points x1="1" y1="2" y2="3" alt="k">q</points>', 1, "y2 without x"),
        ('<points x1="a" y1="2" alt="k">q</points>', 0, "x1 without y"),
        ('<points x1="1" y1="2" z="3">q</points>', 1, "unknown: z"),
        ('<points x1="1" y1="2" ?>q</points>', 1, "not an attribute"),
        ('<points x1="1" y1="2000">q</points>', 1, "clipped"),
        ('<points x1="1" y1="2" alt="k">a mug on the', 1, "cut off"),
    ],
)
def test_what_is_wrong_in_a_tag_is_told(reply, count, reason):
    got = pointtags.parse(reply, FRAME)
    assert len(got.points) == count and reason in str(got.problems[-1])
    assert [p.label for p in got.points] in (["q"] * count, ["k"])


def test_lines_of_boxes():
    reply = "Sure!\n64,21,120,90 cake\n- 130, 20, 200, 95 small cake, pink\n(1,2,3,4): plate\n"
    got = boxlines.parse(reply, FRAME)
    assert [b.label for b in got.boxes] == ["cake", "small cake, pink", "plate"]
    assert got.boxes[0].raw == (64, 21, 120, 90) and got.said == "Sure!" and not got.problems


BIRDS = """```json
[
{"point_2d": [38, 314], "label": "bird"},
{"point_2d": [9, 9], "label": "b"}
]
```"""


@pytest.mark.parametrize(
    ("sentence", "stated"),
    [
        ("There are a total of 2 birds in the figure.", 2),
        ("There are a total of 14 birds in the figure.", 14),
        ("The total number of birds is **2**.", 2),
        ("Total: 2", 2),
        ("There are two birds.", 2),
        ("I count 1 on the left and 1 on the right, 2 birds in total.", 2),
        ("图中共有2只鸟。", 2),
        ("There are 1,204 birds.", 1204),
        ("", None),
        ("There are 3 on the left and 11 on the right.", None),
    ],
)
def test_counts_of_a_sentence(sentence, stated):
    got = counting.parse(f"{BIRDS}\n\n{sentence}", FRAME)
    assert got.stated == stated and got.total == (2 if stated is None else stated)
    assert bool(got.problems) == (stated not in (2, None) or " 11 " in sentence)


def test_a_count_without_a_list():
    got = counting.parse("There are 14 birds in the figure.", FRAME)
    assert got.total == 14 and "nothing that is counted" in str(got.problems[0])
    assert counting.parse("There are no birds in the image.", FRAME).total == 0
    assert counting.parse(pointtags.render([], FRAME), FRAME).total == 0
    with pytest.raises(ValueError, match="no list"):
        counting.parse("Birds are lovely.", FRAME)


REFUSALS = [
    "There are no zebras in the image.",
    "There is no such thing in the picture.",
    "There aren't any zebras here.",
    "No zebras are visible in the image.",
    "I cannot find any zebra in this picture.",
    "I'm sorry, but I don't see a zebra.",
    "I am sorry. I could not locate a zebra.",
    "None.",
    "The image does not contain any zebras.",
    "The zebra is not present in the image.",
    "图片中没有斑马。",
    "未找到斑马",
    "```json\n[]\n```",
    "[ ]",
    "```json\n[]\n```\nThere are no zebras.",
]
PROSE = [
    "The zebra stands at the left of the tree.",
    "It is at (12, 30) to (44, 50), no doubt.",
    "There is no doubt: the zebra is at 12, 30, 44, 50.",
    "",
    "[1]",
    "Yes.",
]


@pytest.mark.parametrize("reply", REFUSALS)
def test_absence_is_an_answer(reply):
    assert grounding.parse(reply, FRAME).boxes == ()
    assert points.parse(reply, FRAME).points == ()
    assert not ocr.parse(reply, FRAME).problems
    if "[" not in reply:
        assert pointtags.parse(reply, FRAME).points == ()
        assert boxlines.parse(reply, FRAME).boxes == ()


@pytest.mark.parametrize("reply", PROSE)
def test_prose_is_no_answer(reply):
    for parse in (grounding.parse, points.parse, ocr.parse, pointtags.parse, boxlines.parse):
        with pytest.raises(ValueError, match="the model's reply"):
            parse(reply, FRAME)


def test_text_spotting():
    reply = '```json\n[\n\t{"bbox_2d": [1, 2, 30, 40], "text_content": "Ünï \\"x\\""},\n]\n```'
    (line,) = ocr.parse(reply, FRAME).lines
    assert (line.text, line.raw, line.right) == ('Ünï "x"', (1, 2, 30, 40), 60)
    got = ocr.parse('[{"bbox_2d": [1, 2, 3, 4]}, {"bbox_2d": [1], "text_content": "a"}]', FRAME)
    assert not got.lines and [p.reason for p in got.problems] == [
        "no text_content",
        "bbox_2d is not four numbers",
    ]
