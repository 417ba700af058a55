"""Boxes, points and counts: what is rendered is parsed, and a cut reply keeps what is whole."""

import re
import string
from contextlib import suppress
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.tasks import boxlines, counting, grounding, ocr, points, pointtags
from qvl.tasks.absence import NONE
from qvl.tasks.grounding import Box
from qvl.tasks.ocr import Line
from qvl.tasks.place import Frame
from qvl.tasks.points import Point

FRAMES = (Frame((400, 300), (400, 300)), Frame((1000, 333), (420, 140)), Frame((31, 7), (308, 84)))
frames = st.sampled_from(FRAMES)
signs = st.characters(codec="utf-8", exclude_categories=["Cs"])
texts = st.text(signs, max_size=12)
KNOWN = {"bbox_2d", "bbox", "label", "sub_label", "label2", "point_2d", "point", "description"}
KNOWN |= {"text_content", "text"}
values = st.none() | st.booleans() | st.integers(-9, 9) | texts | st.lists(texts, max_size=2)
more = st.dictionaries(texts.filter(lambda key: key not in KNOWN), values, max_size=3)


def corners(frame):
    width, height = frame.processed
    across = st.lists(st.integers(0, width - 1), min_size=2, max_size=2, unique=True).map(sorted)
    down = st.lists(st.integers(0, height - 1), min_size=2, max_size=2, unique=True).map(sorted)
    return st.tuples(across, down).map(lambda c: (c[0][0], c[1][0], c[0][1], c[1][1]))


def places(frame):
    width, height = frame.processed
    return st.tuples(st.integers(0, width - 1), st.integers(0, height - 1))


@st.composite
def many(draw, make):
    """A frame, and up to four things made in it; `raw` is what a model is taught to write."""
    frame = draw(frames)
    return frame, [make(draw, frame) for _ in range(draw(st.integers(0, 4)))]


def box(draw, frame):
    raw = draw(corners(frame))
    sub = draw(st.none() | texts)
    return Box(draw(texts), *frame.box_out(raw), sub, raw, draw(more))


def spot(draw, frame):
    raw = draw(places(frame))
    return Point(draw(texts), *frame.out(raw), draw(st.none() | texts), raw, draw(more))


def line(draw, frame):
    raw = draw(corners(frame))
    return Line(draw(texts), *frame.box_out(raw), raw, draw(more))


def plain_box(draw, frame):
    raw = draw(corners(frame))
    name = draw(texts.map(lambda t: t.replace("\n", " ").strip()))
    return Box(name, *frame.box_out(raw), None, raw)


def tagged(draw, frame):
    raw = draw(places(frame))
    alt = draw(st.none() | texts)
    return Point(draw(texts), *frame.out(raw), None, raw, {} if alt is None else {"alt": alt})


@given(many(box))
def test_boxes(made):
    frame, boxes = made
    got = grounding.parse(grounding.render(boxes, frame), frame)
    assert list(got.boxes) == boxes and not got.problems and not got.said
    assert [list(b.more) for b in got.boxes] == [list(b.more) for b in boxes]  # in order, too


@given(many(spot))
def test_points(made):
    frame, spots = made
    got = points.parse(points.render(spots, frame), frame)
    assert list(got.points) == spots and not got.problems and not got.said


@given(many(line))
def test_lines(made):
    frame, lines = made
    got = ocr.parse(ocr.render(lines, frame), frame)
    assert list(got.lines) == lines and not got.problems and not got.said


@given(many(plain_box))
def test_lines_of_boxes(made):
    frame, boxes = made
    reply = boxlines.render(boxes, frame)
    got = boxlines.parse(reply, frame)
    assert list(got.boxes) == boxes and (boxes or got.said == NONE)
    assert len(got.problems) == bool(boxes and not boxes[-1].label)  # its number may be cut


@given(many(tagged))
def test_tags(made):
    frame, spots = made
    got = pointtags.parse(pointtags.render(spots, frame), frame)
    assert list(got.points) == spots and not got.problems


@given(many(tagged))
def test_tags_are_xml(made):
    frame, spots = made
    printable = [s for s in spots if (s.label + s.more.get("alt", "")).isprintable()]
    for tag in pointtags.render(printable, frame).split("\n") if printable else []:
        read = ElementTree.fromstring(tag)
        assert read.tag == "points" and read.text in {s.label or None for s in printable}


@given(many(box) | many(spot), st.text(string.ascii_letters + " ", max_size=20))
def test_counts(made, what):
    frame, things = made
    got = counting.parse(counting.render(things, frame, what), frame)
    listed = got.found.boxes if isinstance(got.found, grounding.Found) else got.found.points
    assert list(listed) == things and not got.problems
    assert got.total == got.stated == len(things)


@given(many(box), st.integers(0, 99))
def test_a_count_that_is_not_the_list_is_a_problem(made, said):
    frame, boxes = made
    reply = grounding.render(boxes, frame) + f"\n\nThere are a total of {said} mugs in the figure."
    got = counting.parse(reply, frame)
    assert (got.total, got.stated) == (said, said)
    assert bool(got.problems) == (said != len(boxes))


def row_ends(reply):
    """Where each row of a rendered list ends: rows are lines that begin with a tab."""
    at, found = 0, []
    for line in reply.split("\n"):
        if line.startswith("\t"):
            found.append(at + len(line.removesuffix(",")))
        at += len(line) + 1
    return found


def line_ends(reply):
    return [i + 1 for i, sign in enumerate(reply) if sign == "\n"]


def pair_ends(reply):
    return [found.end() for found in re.finditer(r'y\d="\d+"', reply)]


FRAME = FRAMES[1]
BOXES = [
    Box("a, [b] {c}", *FRAME.box_out((1, 2, 30, 40)), "x", (1, 2, 30, 40)),
    Box('猫 \\ "q"', *FRAME.box_out((5, 6, 70, 80)), None, (5, 6, 70, 80), {"n": [1, {"k": 2}]}),
    Box("", *FRAME.box_out((50, 60, 70, 80)), None, (50, 60, 70, 80)),
]
SPOTS = [
    Point("a", *FRAME.out((1, 2)), "head", (1, 2)),
    Point("}", *FRAME.out((3, 4)), None, (3, 4), {"k": "]"}),
]
TAGGED = [
    Point("a > b", *FRAME.out((10, 20)), None, (10, 20), {"alt": 'q" & <points x="1"'}),
    Point("a > b", *FRAME.out((30, 40)), None, (30, 40), {"alt": 'q" & <points x="1"'}),
    Point("c", *FRAME.out((50, 60)), None, (50, 60)),
]
LINES = [Line("一 line", *FRAME.box_out((1, 2, 30, 40)), (1, 2, 30, 40)), Line("", 0, 0, 50, 50)]
NAMED = [Box(f"mug {i}", 1, 2, 30, 40) for i in range(3)]
CUT = [  # and whether a cut between two things can be told
    (grounding, "boxes", BOXES, row_ends, True),
    (points, "points", SPOTS, row_ends, True),
    (ocr, "lines", LINES, row_ends, True),
    (boxlines, "boxes", NAMED, line_ends, False),
    (pointtags, "points", TAGGED, pair_ends, False),
]


@pytest.mark.parametrize(("form", "field", "things", "ends", "told"), CUT)
def test_cut_at_every_character(form, field, things, ends, told):
    """What is complete is there; what is cut is told; only the documented error is raised."""
    reply = form.render(things, FRAME)
    whole = getattr(form.parse(reply, FRAME), field)
    ended = ends(reply)
    assert len(whole) == len(things) and len(ended) >= len(things) - 1
    for cut in range(len(reply)):
        complete = sum(end <= cut for end in ended)
        try:
            got = form.parse(reply[:cut], FRAME)
        except ValueError as error:
            assert "the model's reply" in str(error) and not complete
            continue
        found = getattr(got, field)
        assert [each.raw for each in found][:complete] == [each.raw for each in whole][:complete]
        assert len(found) >= complete
        if told and cut <= reply.rindex("]"):
            assert got.problems


ENTRANCES = (grounding.parse, points.parse, ocr.parse, boxlines.parse, pointtags.parse)
PIECES = [
    *"{}[]\":,\\\n`'<>/=",
    "bbox_2d",
    "point_2d",
    "label",
    '"',
    "<points ",
    "</points>",
    "x1",
    "1",
    "2e9",
]
PIECES += [
    "```json",
    "- ",
    "NaN",
    "1e999",
    "\\ud800",
    "no ",
    "there are ",
    "total of ",
    "one",
    "&#0;",
]


@given(st.lists(st.sampled_from(PIECES) | texts, max_size=40).map("".join), frames)
def test_any_reply_is_read_or_refused(reply, frame):
    for parse in (*ENTRANCES, counting.parse):
        try:
            got = parse(reply, frame)
        except ValueError as error:
            assert "the model's reply" in str(error)
            continue
        for problem in got.problems:
            assert 0 <= problem.at <= len(reply) and str(problem)


@pytest.mark.parametrize("parse", [*ENTRANCES, counting.parse])
@pytest.mark.parametrize(
    "piece",
    [
        "{",
        "[",
        "[{",
        " ",
        "\n",
        "1,",
        "<points ",
        "<points x1=",
        "x1='1' ",
        '"',
        "there is ",
        "1 ",
        "`",
    ],
)
def test_long_replies_are_read_to_their_end(parse, piece):
    """In hundredths of a second each; what grew with the square would take minutes."""
    with suppress(ValueError):
        parse("[" + piece * 20_000, FRAME)
