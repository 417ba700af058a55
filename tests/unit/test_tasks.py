"""The wire formats: what is rendered is parsed, and a cut reply keeps what is whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl.messages import Answer, Media, Settings, Usage
from qvl.tasks import grounding, ocr
from qvl.tasks.place import Frame

SAME = Media((400, 300), (400, 300), 150)
FRAME = Frame.of(SAME)
labels = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
boxes = st.tuples(
    st.integers(0, 199), st.integers(0, 149), st.integers(200, 399), st.integers(150, 299)
)
marked = st.lists(st.tuples(labels, boxes), max_size=5)


def boxed(found):
    return [grounding.Box(label, *box) for label, box in found]


@given(marked)
def test_boxes_come_back(found):
    got = grounding.parse(grounding.render(boxed(found), FRAME), FRAME)
    assert [(b.label, (b.left, b.top, b.right, b.bottom)) for b in got.boxes] == found
    assert not got.problems and not got.said


@given(marked)
def test_lines_come_back(found):
    got = ocr.parse(ocr.render([ocr.Line(text, *box) for text, box in found], FRAME), FRAME)
    assert [(x.text, (x.left, x.top, x.right, x.bottom)) for x in got.lines] == found


@given(st.lists(st.tuples(labels, boxes), min_size=1, max_size=4), st.data())
def test_a_cut_reply_keeps_its_whole_boxes(found, data):
    reply = grounding.render(boxed(found), FRAME)
    cut = data.draw(st.integers(reply.index("[") + 1, len(reply)))
    got = grounding.parse(reply[:cut], FRAME)
    assert [b.label for b in got.boxes] == [label for label, _ in found][: len(got.boxes)]
    whole = sum(1 for i in range(len(found)) if cut >= _end(reply, i))
    assert len(got.boxes) == whole
    assert bool(got.problems) == (cut <= reply.rindex("]"))  # what is cut is told


def _end(reply: str, index: int) -> int:
    """Where the object of a row ends: rows are lines of the reply."""
    at = reply.index("[\n") + 2
    for _ in range(index):
        at = reply.index("\n\t", at) + 1
    end = reply.find(",\n", at)
    return end if end >= 0 and "\n" not in reply[at:end] else reply.index("\n]", at)


@pytest.mark.parametrize(
    ("reply", "count"),
    [
        ("[]", 0),
        ("```json\n[]\n```", 0),
        ('Sure! [{"bbox_2d": [1, 2, 3, 4], "label": "a {b}"}] as asked', 1),
        ('[{"bbox_2d": [1, 2, 3], "label": "a"}]', 0),
        ('[{"bbox_2d": [1, 2, 3, "x"], "label": "a"}]', 0),
        ('[{"bbox_2d": [1, 2, 3, 4], "label": "a"}, {"bbox_2d": [5, 6', 1),
        ("[" + "{" * 5000, 0),
    ],
)
def test_odd_replies(reply, count):
    assert len(grounding.parse(reply, FRAME).boxes) == count


def test_prose_is_no_list():
    for parse in (grounding.parse, ocr.parse):
        with pytest.raises(ValueError, match="It is a sunny"):
            parse("It is a sunny day at the sea.", FRAME)


def test_corners_are_put_in_order_and_in_the_original():
    frame = Frame((100, 50), (200, 100))
    got = grounding.parse('[{"bbox_2d": [150, 80, 50, -20], "label": "a"}]', frame)
    (box,) = got.boxes
    assert (box.left, box.top, box.right, box.bottom) == (25, 0, 75, 40)
    assert box.raw == (150, 80, 50, -20)
    assert [p.reason.split()[0] for p in got.problems] == ["corners", "outside"]


def test_verbs_ask_in_the_published_words():
    asked = []

    def chat(messages, settings):
        asked.append((messages[0].content[1].text, settings.max_tokens))
        return Answer('[{"bbox_2d": [0, 0, 9, 9], "label": "mug"}]', "stop", Usage(1, 1), (SAME,))

    image = Image.new("RGB", (400, 300))
    (box,) = grounding.detect(chat, image, ["mug", "cup"], Settings(max_tokens=7)).boxes
    assert box.label == "mug"
    assert asked == [
        ("Locate every mug, cup in the image and output the coordinates in JSON format.", 7)
    ]
    assert ocr.read(lambda m, s: Answer("text", "stop", Usage(1, 1), (SAME,)), image, Settings())
