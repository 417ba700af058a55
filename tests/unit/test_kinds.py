"""Facts: every kind in each of its forms is read back as it was, but for whole pixels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.data import pages
from qvl.data.answers import KINDS, fault, spots, written
from qvl.data.kinds import times
from qvl.data.records import Facts
from qvl.messages import Media

TIMES = tuple(i / 2 for i in range(60))
SAME = Media((400, 300), (400, 300), 0, TIMES, 30.0)
BOX = [10, 20, 30, 40]
EXAMPLES = {
    ("text", "text"): 'One "line".\nAnother.',
    ("boxes", "json"): [
        {"label": "mug", "box": BOX, "sub_label": "full", "colour": "red"},
        {"label": "日本", "box": [0, 0, 399, 299]},
    ],
    ("boxes", "text"): [{"label": "mug", "box": BOX}],
    ("points", "json"): [{"label": "mug", "point": [10, 20], "label2": "handle"}],
    ("points", "xml"): [{"label": "mugs", "point": [1, 2]}, {"label": "a < b", "point": [3, 4]}],
    ("lines", "json"): [{"text": "Chapter 1", "box": BOX}, {"text": 'a "b" \\', "box": BOX}],
    ("count", "json"): {"what": "mugs", "boxes": [{"label": "mug", "box": BOX}] * 2},
    **{
        ("table", form): pages.plain_rows([["a", "b | c"], ["1", ""], ["x", '2 "mm"']])
        for form in pages.TABLE_FORMS
    },
    ("fields", "json"): {"total": "3.20", "date": None},
    ("fields", "located"): {
        "total": {"value": "3.20", "box": BOX},
        "date": {"value": None, "box": None},
    },
    ("page", "html"): {
        "size": [400, 300],
        "elements": [
            {
                "kind": "heading",
                "box": [10, 10, 200, 30],
                "level": 1,
                "content": "A <b>b</b> &lt;",
            },
            {"kind": "paragraph", "box": [10, 40, 200, 90], "content": "Text."},
            {
                "kind": "picture",
                "box": [10, 100, 200, 200],
                "image": [20, 110, 190, 190],
                "text": "caption",
                "content": "A mug.",
            },
        ],
    },
    **{
        ("events", form): [
            {"start": 3.0, "end": 8.0, "text": "A man sits." * form.startswith("json")},
            {"start": 11.0, "end": 12.0, "text": "He stands." * form.startswith("json")},
        ]
        for form in times.FORMS
    },
    ("actions", "computer_use"): {
        "thought": "The gear opens them.",
        "actions": [{"kind": "left_click", "point": [10, 20]}, {"kind": "type", "text": "a"}],
    },
    ("actions", "mobile_use"): {
        "actions": [{"kind": "swipe", "point": [10, 20], "point2": [30, 40]}],
        "conclusion": "I swiped.",
    },
}


def test_every_kind_has_an_example():
    assert set(EXAMPLES) == {(name, form) for name, kind in KINDS.items() for form in kind.forms}


@pytest.mark.parametrize(("kind", "form"), EXAMPLES)
def test_what_is_written_is_read_back(kind, form):
    value = EXAMPLES[kind, form]
    text = written(Facts(kind, value, form, "0.png"), SAME)
    assert KINDS[kind].read(text, form, SAME) == value
    assert fault(Facts(kind, value, form, "0.png"), SAME) == ""


@pytest.mark.parametrize(("kind", "form"), EXAMPLES)
def test_places_are_those_of_the_resized_picture(kind, form):
    value = EXAMPLES[kind, form]
    larger = Media((400, 300), (800, 600), 0, TIMES, 30.0)
    text = written(Facts(kind, value, form, "0.png"), larger)
    again = KINDS[kind].read(text, form, larger)
    far = [
        abs(a - b)
        for x, y in zip(spots(again), spots(value), strict=True)
        for a, b in zip(x, y, strict=True)
    ]
    assert max(far, default=0) <= 0.5
    assert (text == written(Facts(kind, value, form, "0.png"), SAME)) == (not far)
    assert fault(Facts(kind, value, form, "0.png"), larger) == ""


sides = st.integers(1, 5000)


@given(st.tuples(sides, sides), st.tuples(sides, sides), st.data())
def test_any_box_on_any_picture_passes(original, processed, data):
    frame = Media(original, processed, 0)
    x = sorted(data.draw(st.lists(st.floats(0, original[0]), min_size=2, max_size=2, unique=True)))
    y = sorted(data.draw(st.lists(st.floats(0, original[1]), min_size=2, max_size=2, unique=True)))
    row = {"label": "mug", "box": [x[0], y[0], x[1], y[1]]}
    assert fault(Facts("boxes", [row], "json", "0.png"), frame) == ""


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (Facts("rhymes", []), "kind 'rhymes'; known are text, boxes"),
        (Facts("boxes", [], "xml"), "boxes in the form 'xml'; it has json, text"),
        (Facts("boxes", [{"label": "a", "box": [0, 0, 401, 9]}]), "not on the 400x300 picture"),
        (Facts("points", [{"label": "a", "point": [9, 301]}]), "point .* is not on the 400x300"),
        (Facts("points", [{"label": "a"}]), "KeyError"),
        (Facts("lines", "a line"), "not as they should be"),
        (Facts("actions", {"actions": [{"kind": "fly"}]}, "mobile_use"), "'fly' is no action"),
        (Facts("actions", {"actions": [{"kind": "wait", "x": 1}]}, "mobile_use"), "field 'x'"),
        (Facts("boxes", [{"label": "a\nb", "box": BOX}], "text"), "write it as JSON"),
    ],
)
def test_what_is_wrong_is_said(facts, said):
    import re

    assert re.search(said, fault(facts, SAME))


def test_places_need_a_picture():
    with pytest.raises(ValueError, match="about no picture"):
        written(Facts("boxes", [{"label": "a", "box": BOX}]), None)
    assert written(Facts("table", EXAMPLES["table", "markdown"], "markdown"), None)


def test_spans_are_for_html():
    row = [pages.cell("Months", header=True, columns=2)]
    value = {"rows": [row, [pages.cell("May"), pages.cell("June")]]}
    assert pages.read_table(written(Facts("table", value, "html"), None), "html", SAME) == value
    assert "write it as html" in fault(Facts("table", value, "csv"), None)
