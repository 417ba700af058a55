"""Rules: each leaves out what it is for, with its reason, and lets the innocent pass."""

import io

import pytest
from PIL import Image

from qvl.data.filters import RULES, Filtered, verdict
from qvl.data.records import Facts, Picture, Record, Turn
from qvl.data.rules.language import Language
from qvl.data.rules.length import Length
from qvl.data.rules.repetition import Repetition, loop, repeated_grams, repeated_lines
from qvl.data.rules.toxicity import clean, listed, toxic
from qvl.data.rules.truncation import truncated
from qvl.data.work import Rejected, Work
from qvl.messages import Text
from tests.records import BOX, boxes, picture, prose

LONG = "The quick brown fox jumps over the lazy dog while seven wizards watch it from afar"


def reason(record: Record, rules=RULES) -> str:
    found = verdict(record, rules)
    assert found is None or found.record is record
    return found.reason if found else ""


@pytest.mark.parametrize(
    "text",
    [
        "Yes.",
        "42",
        LONG + ".",
        LONG + "!”",
        LONG + " 😀",
        "它位于 北京 市 中心 的 一 条 小 街 上 面 非 常 安 静。",
        "Here it is:\n```python\nx = [1, 2\n```\nDone.",
        "- one\n- two\n- three things in a list that has no end of a sentence in its last line",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "The interval [0, 1) and (0, 1] are half open, and so is the smile :(",
        "1000000000000 is a number, and ---------------------------------------- a rule.",
        "First line.\nSecond line.\nThird line.\nFirst line.",
        '```json\n[{"a": 1}]\n```',
        "<table><tr><td>1<td>2</table>",
        "x < y and y > z, so that x < z; everything else follows from that in the same way.",
    ],
)
def test_what_is_fine_passes(text):
    assert reason(prose(text=text)) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "short answer"),
        ("  \n", "short answer"),
        (LONG, "no end of the sentence"),
        (LONG + ",", "no end of the sentence"),
        ("Here it is:\n```python\nx = 1", "open fence"),
        ("It has three parts (the first of which is the longest.", "open bracket"),
        ('```json\n[{"a": 1},\n```', "broken JSON"),
        ("<table><tr><td>1</td>", "open tag"),
        ("<html><body><p>one<p>two", "open tag"),
        ("<div><p>one</p></div><di", "open tag"),
        ("a line\n" * 6, "repeated lines"),
        ("one two three four five six seven eight nine. " * 4, "repeated words"),
        ("一二三四五六七八九十。" * 5, "repeated words"),
        ("It goes on" + "ab1" * 20, "loop"),
        ("What the fuck is it.", "toxic word"),
    ],
)
def test_what_is_not_is_left_out_with_its_reason(text, why):
    assert reason(prose(text=text)) == why


def test_thai_sentences_end_with_a_space():
    text = " ".join(["ประโยค"] + [f"คำ{i}" for i in range(14)])
    assert truncated(prose(text=text, language="th")) is None
    assert truncated(prose(text=text, language="en")) is not None


def test_a_page_may_end_anywhere():
    turns = (Turn("assistant", (Facts("text", LONG + " (and", "text"),)),)
    assert truncated(Record("a", "ocr", turns, {}, "MIT", ("made:x",))) is None


def test_measures_of_repetition():
    assert repeated_lines("ab\ncd\nab\nef") == pytest.approx(2 / 8)
    assert repeated_lines("ab\nab\nab") == 0
    assert repeated_grams("a b c d e f g h i j") == 0
    assert repeated_grams("a b c d e f g h " * 2) == pytest.approx(0.5)
    assert loop("x" * 39) == "" and loop("x" * 40) == "x"
    assert loop("abcde" * 9) == "" and loop("ab cde" * 10 + "!") == "ab cde"
    assert Repetition(grams=1.0, lines=1.0)(prose(text="a b c d e f g h. " * 3)) is None


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe, Penistone and Clitheroe are towns.",
        "Dickens met the cockatoo of Essex in Middlesex.",
        "Shuttlecock, cocktail, assassin, class, Fukuoka, niggardly, snigger.",
        "Er hat die Fötzelschnitte gegessen; el negro y el cabrón.",
    ],
)
def test_a_town_is_no_abuse(text):
    assert toxic(text) == ""


def test_abuse_is_found_in_any_case_and_width():
    assert toxic("You ASSHOLE!") == "asshole"
    assert toxic("ｆｕｃｋ") == "fuck"
    assert toxic("Иди на хуй") == "хуй"
    assert all(word == word.casefold() and word.isalpha() for word in listed())
    found = clean(prose(text="A whore."))
    assert found and "whore" not in found.detail


def test_length():
    assert reason(prose(text="a" * 11), (Length(most=10),)) == "long answer"
    assert reason(boxes(rows=()), (Length(),)) == ""  # nothing is there, which is an answer


def test_language():
    calls = []

    def identify(text):
        calls.append(text)
        return ("en", 0.9) if "the" in text else ("pt_BR", 0.5)

    rule = Language(identify)
    assert reason(prose(text=LONG, language="zh-Hans"), (rule,)) == "other language"
    assert reason(prose(text=LONG, language="en-GB"), (rule,)) == ""
    assert reason(prose(text="x" * 50, language="en"), (rule,)) == ""  # not sure
    assert len(calls) == 3
    assert reason(prose(text=LONG, language="und"), (rule,)) == ""
    assert reason(prose(text="short", language="zh"), (rule,)) == ""
    assert len(calls) == 3


def with_facts(value, kind="boxes", form="json", size=(112, 84)) -> Record:
    parts = (Picture("0.png"), Text("Where?"))
    turns = (Turn("user", parts), Turn("assistant", (Facts(kind, value, form, "0.png"),)))
    return Record("a", "f", turns, {"0.png": picture(size=size)}, "MIT", ("made:x",))


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (with_facts([{"label": "a", "box": [10, 10, 120, 50]}]), "not on the 112x84 picture"),
        (with_facts([{"label": "a", "box": [-1, 10, 20, 50]}]), "not on the 112x84 picture"),
        (with_facts([{"label": "a", "box": [30, 10, 20, 50]}]), "no area"),
        (with_facts([{"label": "a", "box": [30, 10, 20]}]), "expected 4, got 3"),
        (with_facts([{"name": "a", "box": [1, 1, 2, 2]}]), "KeyError"),
        (with_facts([BOX], "rhymes"), "kind 'rhymes'; known are text, boxes"),
        (with_facts([BOX], form="xml"), "boxes in the form 'xml'"),
        (with_facts([{"label": "a", "box": [1, 1, 40, 50]}], size=(12, 5000)), "over 200 times"),
    ],
)
def test_wrong_facts_are_named(record, said):
    found = verdict(record, RULES[2:])
    assert found and found.reason in ("wrong facts", "broken media") and said in found.detail


def test_right_facts_pass():
    assert reason(with_facts([BOX])) == ""
    assert reason(with_facts([BOX], size=(1500, 2100))) == ""
    assert reason(with_facts([{"text": 'a "b" \\ 日本', "box": [0, 0, 112, 84]}], "lines")) == ""


def _file(image: Image.Image, form: str = "png") -> bytes:
    held = io.BytesIO()
    image.save(held, form)
    return held.getvalue()


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (picture()[:400], "broken picture"),
        (b"", "broken picture"),
        (_file(Image.new("RGB", (80, 60), "teal")), "empty picture"),
        (_file(Image.new("RGB", (80, 8), "teal")), "small picture"),
        (_file(Image.new("1", (20_000, 20_000))), "broken picture"),  # a bomb
    ],
)
def test_pictures_without_a_picture_in_them(held, why):
    turns = (Turn("user", (Picture("0.png"),)), Turn("assistant", (Text("A mug."),)))
    assert reason(Record("a", "f", turns, {"0.png": held}, "MIT", ("made:x",))) == why


def test_a_filtered_stage_gives_both():
    def made(work):
        yield prose("a-0", "Fine.")
        yield prose("a-1", "")
        yield Rejected("a-2", "dull")

    first, second, third = Filtered(made)(Work("a", 0, 0))
    assert isinstance(first, Record)
    assert isinstance(second, Rejected) and second.reason == "short answer" and second.record
    assert third == Rejected("a-2", "dull")


def test_cells_may_say_the_same_again():
    rows = [[{"text": day}, *[{"text": "Physics and chemistry"}] * 5] for day in "ABCDEF"]
    turns = (
        Turn("user", (Picture("0.png"), Text("The table."))),
        Turn("assistant", (Facts("table", {"rows": rows}, "html", "0.png"),)),
    )
    media = {"0.png": picture()}
    table = Record("t", "tables", turns, media, "CC0-1.0", ("made:test",), "en")
    assert Repetition()(table) is None
