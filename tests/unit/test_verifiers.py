"""Verifiers: right answers in other clothes are right, near misses are wrong."""

import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.data.answers import written
from qvl.data.records import Facts, Picture, Record, Turn
from qvl.data.reject.matching import alike, matched
from qvl.data.reject.quantities import last, quantity, same
from qvl.data.reject.texts import final
from qvl.data.reject.verify import verify
from qvl.messages import Media, Text
from qvl.tasks.place import iou
from tests.records import picture, prose

SEEN = Media((112, 84), (112, 84), 12)


def facts(kind: str, value, form: str = "json") -> Record:
    turns = (
        Turn("user", (Picture("0.png"), Text("Well?"))),
        Turn("assistant", (Facts(kind, value, form, "0.png"),)),
    )
    return Record("a", "some", turns, {"0.png": picture()}, "CC0-1.0", ("made:noise",))


@pytest.mark.parametrize(
    "text, value, unit",
    [
        ("1,250", 1250, ""),
        ("1,234,567.5", Fraction("1234567.5"), ""),
        ("3,5", Fraction("3.5"), ""),
        ("-12", -12, ""),
        ("−12", -12, ""),
        ("$\\frac{3}{4}$", Fraction(3, 4), ""),
        ("1 1/2", Fraction(3, 2), ""),
        ("-1 1/2", Fraction(-3, 2), ""),
        ("3/4", Fraction(3, 4), ""),
        ("12.5 cm", Fraction("12.5"), "cm"),
        ("$12.5\\,\\text{cm}^{2}$", Fraction("12.5"), "cm^2"),
        ("12 cm²", 12, "cm^2"),
        ("50%", 50, "%"),
        ("50\\%", 50, "%"),
        ("$5.20", Fraction("5.2"), "dollar"),
        ("2.5e3", 2500, ""),
        ("2.5 \\times 10^{3}", 2500, ""),
        ("60^\\circ", 60, "degree"),
        ("x = 5", 5, ""),
        ("3 + 4 = 7.", 7, ""),
        ("**7**", 7, ""),
        (".5", Fraction(1, 2), ""),
    ],
)
def test_numbers_are_read(text, value, unit):
    found = quantity(text)
    assert found and (found.value, found.unit) == (value, unit)


@pytest.mark.parametrize("text", ["", "seven", "x = 5, y = 2", "3:4", "1/0", "12 apples left"])
def test_what_is_no_number(text):
    assert quantity(text) is None


@pytest.mark.parametrize(
    "one, other, right",
    [
        ("200 cm", "2 m", True),
        ("2 h", "120 min", True),
        ("2 kg", "2 m", False),
        ("12", "12 cm", True),
        ("0.5", "50%", True),
        ("50", "50%", True),
        ("50%", "0.5", True),
        ("0.75", "3/4", True),
        ("0.333", "1/3", True),
        ("0.33", "1/3", False),
        ("1001", "1000", False),
        ("3.1416", "3.1415", True),
        ("0", "0", True),
        ("1e-9", "0", False),
    ],
)
def test_numbers_are_compared(one, other, right):
    found, wanted = quantity(one), quantity(other)
    assert found and wanted and same(found, wanted, 0.001) is right


@given(st.integers(-(10**6), 10**6), st.integers(1, 999))
def test_fractions_are_read_exactly(above, below):
    found = quantity(f"{above}/{below}")
    assert found and found.value == Fraction(above, below)
    grouped = quantity(f"{above:,}")
    assert grouped and grouped.value == above and last(f"It is {above}.") == quantity(str(above))


@pytest.mark.parametrize(
    "text, told",
    [
        ("3 + 4 = 7\nAnswer: $7$", "$7$"),
        ("So \\boxed{\\frac{1}{2}} it is", "\\frac{1}{2}"),
        ("a\n答案：12", "12"),
        ("The answer is 12.", "12."),
        ("At 12:30", "At 12:30"),
        ("**Red**", "Red"),
        ("", ""),
    ],
)
def test_the_answer_stands_at_the_end(text, told):
    assert final(text) == told


@pytest.mark.parametrize(
    "wanted, reply, right",
    [
        ("7", "Three and four are seven: 3 + 4 = 7", True),
        ("7", "The total is 7 apples.", True),
        ("7", "It is 8.", False),
        ("7", "No idea", False),
        ("$x^2 = 4$\nAnswer: 2", "We take the root.\nAnswer: 2", True),
        ("Red", " red. ", True),
        ("Red", "Answer: Red", True),
        ("Red", "Dark red", False),
        ("a" * 60 + " and " + "b" * 60, "a" * 60 + " and " + "b" * 59 + "c", True),
        ("a" * 60 + " and " + "b" * 60, "a" * 60, False),
    ],
)
def test_words(wanted, reply, right):
    assert verify(prose(text=wanted), reply, {}).right is right


def test_a_record_says_how_it_is_checked():
    one = prose(text="It is a red one.", meta={"check": {"answer": "red"}})
    assert verify(one, "I see.\nAnswer: Red", {}).right
    near = {"check": {"kind": "number", "answer": "10", "tolerance": 0.1}}
    assert not verify(prose(meta=near), "10.5", {}).right  # a whole number is exact
    near["check"]["answer"] = "10.0"
    assert verify(prose(meta=near), "10.5", {}).right
    letters = prose(text="Total: 12", meta={"check": {"kind": "letters"}})
    assert not verify(letters, "12", {}).right
    for odd in ({"kind": "taste"}, {"anser": "1"}):
        with pytest.raises(ValueError, match="has the check"):
            verify(prose(meta={"check": odd}), "1", {})


BOXES = [{"label": "mug", "box": [10, 12, 60, 50]}, {"label": "pen", "box": [70, 10, 100, 40]}]


@pytest.mark.parametrize(
    "found, right, score",
    [
        (BOXES[::-1], True, 1.0),
        ([{"label": "Mug", "box": [12, 12, 60, 50]}, BOXES[1]], True, 0.98),
        ([{"label": "mug", "box": [40, 12, 90, 50]}, BOXES[1]], False, 0.625),
        (BOXES[:1], False, 0.5),
        ([{"label": "pen", "box": BOXES[0]["box"]}, BOXES[1]], False, 0.5),
        ([*BOXES, BOXES[0]], False, 2 / 3),
    ],
)
def test_boxes_by_overlap(found, right, score):
    record = facts("boxes", BOXES)
    reply = written(Facts("boxes", found, of="0.png"), SEEN)
    got = verify(record, f"Here they are:\n{reply}", {"0.png": SEEN})
    assert got.right is right and got.score == pytest.approx(score, abs=0.01)
    (part,) = got.parts
    assert isinstance(part, Facts) and len(part.value) == len(found) and part.of == "0.png"


def test_boxes_are_read_in_the_pixels_of_the_original():
    half = Media((224, 168), (112, 84), 12)
    doubled = [{**row, "box": [2 * side for side in row["box"]]} for row in BOXES]
    reply = written(Facts("boxes", BOXES, of="0.png"), SEEN)
    assert verify(facts("boxes", doubled), reply, {"0.png": half}).score == pytest.approx(1)


CASES = {
    "points": (
        [{"label": "mug", "point": [30, 30]}],
        [{"label": "mug", "point": [60, 30]}],
        "json",
    ),
    "lines": (
        [{"text": "Chapter one", "box": [1, 2, 90, 20]}],
        [{"text": "Chanter two", "box": [1, 2, 90, 20]}],
        "json",
    ),
    "count": ({"what": "mugs", "boxes": BOXES}, {"what": "mugs", "boxes": BOXES[:1]}, "json"),
    "fields": ({"total": "3.20", "date": None}, {"total": "3.21", "date": None}, "json"),
    "table": (
        {"rows": [[{"text": "a", "header": True}], [{"text": "one long cell"}]]},
        {"rows": [[{"text": "a", "header": True}], [{"text": "another cell"}]]},
        "html",
    ),
    "text": ("Some line of words", "Some lime of worms", "text"),
    "actions": (
        {"actions": [{"kind": "left_click", "point": [20, 20]}]},
        {"actions": [{"kind": "left_click", "point": [90, 70]}]},
        "computer_use",
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_facts_are_right_as_they_are_and_wrong_otherwise(kind):
    wanted, other, form = CASES[kind]
    record = facts(kind, wanted, form)
    same_one, other_one = (
        verify(record, written(Facts(kind, value, form, "0.png"), SEEN), {"0.png": SEEN})
        for value in (wanted, other)
    )
    assert same_one.right and same_one.score == pytest.approx(1, abs=0.05)
    assert not other_one.right and other_one.score < same_one.score and other_one.parts


def test_what_is_not_in_the_format_has_no_parts():
    for kind in ("table", "fields"):
        wanted, _, form = CASES[kind]
        found = verify(facts(kind, wanted, form), "I cannot see any.", {"0.png": SEEN})
        assert not found.right and not found.parts


def test_what_cannot_be_compared_is_told():
    record = prose()
    unanswered = Record("b", "x", record.turns[:1], {}, "CC0-1.0", ("made:words",))
    with pytest.raises(ValueError, match="record b ends without an answer"):
        verify(unanswered, "x", {})
    with pytest.raises(ValueError, match="does not tell the size"):
        verify(facts("boxes", BOXES), "[]", {})


def test_a_library_that_is_missing_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidfuzz.distance", None)
    with pytest.raises(ValueError, match="pip install"):
        verify(facts("text", "some words", "text"), "some words", {"0.png": SEEN})


boxes_of = st.tuples(*[st.floats(0, 50)] * 2, *[st.floats(51, 99)] * 2)


@given(st.lists(boxes_of, max_size=6), st.randoms())
def test_matching_does_not_mind_the_order(boxes, random):
    others = list(boxes)
    random.shuffle(others)
    assert matched(boxes, others, iou) == pytest.approx([1.0] * len(boxes))
    more = matched([*boxes, (0, 0, 1, 1)], others, iou)
    assert len(more) == len(boxes) + 1 and all(0 <= each <= 1 + 1e-9 for each in more)


def test_overlaps():
    assert iou((0, 0, 2, 1), (1, 0, 3, 1)) == pytest.approx(1 / 3)
    assert iou((0, 0, 1, 1), (1, 1, 2, 2)) == 0 and alike("abcd", "abxd") == 0.75
