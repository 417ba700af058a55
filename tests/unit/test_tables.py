"""Tables of replies in four forms, conversations about them, and verdicts."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl.messages import Answer, Settings, Text, Usage
from qvl.tasks import markdown, prompts, verification
from qvl.tasks.questions import converse
from qvl.tasks.table import Table, parse, tabulate

PAGE = Image.new("RGB", (28, 28))
signs = st.sampled_from(["|", "\\", "\n", "<br>", "&amp;", "&", "<", "-", ":", " ", "`", "a", "é"])
cells = st.lists(signs, max_size=6).map("".join).map(lambda text: text.strip(" \t\r\x0b\x0c\n"))
odd = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8).map(
    lambda text: text.replace("\r\n", "\n").replace("\r", "\n").strip(" \t\x0b\x0c\n")
)


@given(st.integers(1, 4), st.data())
def test_tables_come_back_from_markdown_and_csv(width, data):
    row = st.tuples(*[cells | odd] * width)
    table = Table(data.draw(row), tuple(data.draw(st.lists(row, max_size=4))))
    assert parse(table.to_markdown()) == table
    assert parse(f"It is:\n\n{table.to_markdown()}\nThat is all.") == table
    written = csv.reader(io.StringIO(table.to_csv(), newline=""))
    assert list(map(tuple, written)) == [table.header, *table.rows]


@given(st.integers(1, 3), st.data())
def test_a_cut_markdown_table_keeps_whole_rows(width, data):
    row = st.tuples(*[cells] * width)
    header, rows = data.draw(row), data.draw(st.lists(row, min_size=1, max_size=4))
    reply = markdown.render(header, rows)
    start = len(markdown.render(header, []))
    cut = data.draw(st.integers(start, len(reply)))
    found = parse(reply[:cut])
    ends = [len(markdown.render(header, rows[: i + 1])) - 1 for i in range(len(rows))]
    whole = sum(cut >= end for end in ends)
    assert found.header == header and list(found.rows[:whole]) == rows[:whole]
    if cut in (start, *ends):
        assert len(found.rows) == whole and not found.problems


HTML = (
    '<table data-bbox="1 2 3 4"><thead><tr><th>Year</th><th colspan="2">Sales &amp; more</th></tr>'
    '</thead><tbody><tr><td rowspan="2">2024</td><td>a</td><td>b <b>c</b></td></tr>'
    "<tr><td>d</td><td></td></tr></tbody></table>"
)


@pytest.mark.parametrize(
    ("reply", "header", "rows"),
    [
        (HTML, ("Year", "Sales & more", "Sales & more"), (("2024", "a", "b c"), ("2024", "d", ""))),
        (f"```html\n<html><body>{HTML}", ("Year",) + ("Sales & more",) * 2, None),
        ("a | b\n--- | ---\n1 | 2", ("a", "b"), (("1", "2"),)),
        ("| a |\r\n|:-:|\r\n| 1 |\r\n", ("a",), (("1",),)),
        ('```csv\na,b\n1,"2, 3"\n```', ("a", "b"), (("1", "2, 3"),)),
        ("a,b\n1,2\n", ("a", "b"), (("1", "2"),)),
        ('[{"a": 1, "b": "x"}, {"a": null}]', ("a", "b"), (("1", "x"), ("", ""))),
        ('```json\n[["a"], [1.5]]\n```', ("a",), (("1.5",),)),
        ('{"columns": ["a"], "data": [[true]]}', ("a",), (("true",),)),
        ('{"columns": ["a"], "rows": [[{"b": [1]}]]}', ("a",), (('{"b": [1]}',),)),
    ],
)
def test_every_form_is_read(reply, header, rows):
    table = parse(reply)
    assert table.header == header and not table.problems
    assert rows is None or table.rows == rows


@pytest.mark.parametrize(
    ("reply", "rows", "told"),
    [
        ("| a | b |\n| --- | --- |\n| 1 |\n", (("1", ""),), "row 1 has 1 of 2 cells"),
        ("| a |\n| --- |\n| 1 | 2 |\n", (("1", "2"),), "row 0 has 1 of 2 cells"),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 |", (("1", "2"), ("3", "")), "row 2 has 1"),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4", (("1", "2"),), "cut off"),
        ("<table><tr><td>a<tr><td>1<tr><td>2", (("1",),), "cut off"),
        ("<table><tr><td>a</td></tr><tr><td>1</td></tr><tr><td>2", (("1",),), "cut off"),
        ('[{"a": 1}, {"a": 2}, {"a": "un', (("1",), ("2",), ("",)), "cut off"),
    ],
)
def test_what_is_wrong_is_reported_and_nothing_is_lost(reply, rows, told):
    table = parse(reply)
    assert table.rows == rows
    assert told in " ".join(p.reason for p in table.problems)


@pytest.mark.parametrize(
    "reply", ["", "No table here.", "a | b\nc | d", "{}", "[]", "3, 4", "<table>"]
)
def test_prose_is_no_table(reply):
    with pytest.raises(ValueError, match="holds no table"):
        parse(reply)


def test_a_cell_that_spans_everything_takes_no_memory():
    table = parse('<table><tr><td rowspan="999999" colspan="99999999">a</td></tr></table>')
    assert len(table.header) == 1000 and not table.rows


def test_csv_quotes_what_it_must():
    table = Table(("a", "b,c"), (('say "x"', "one\ntwo"),))
    assert table.to_csv() == 'a,"b,c"\n"say ""x""","one\ntwo"\n'


def test_a_picture_s_table_is_asked_for():
    asked = []

    def chat(messages, settings):
        asked.append(messages[0].content[1].text)
        return Answer("| a |\n| --- |\n| 1 |", "stop", Usage(1, 1))

    assert tabulate(chat, PAGE, Settings()).rows == (("1",),)
    assert tabulate(chat, PAGE, Settings(), prompts.CHART).header == ("a",)
    assert asked == [prompts.TABLE, prompts.CHART]


def test_later_questions_know_the_picture_and_the_answers():
    seen = []

    def chat(messages, settings):
        seen.append(
            [(m.role, [p.text for p in m.content if isinstance(p, Text)]) for m in messages]
        )
        return Answer(f"answer {len(seen)}", "stop", Usage(1, 1))

    answers = [a.text for a in converse(chat, PAGE, ["Sum?", "Mean?", "Why?"], Settings())]
    assert answers == ["answer 1", "answer 2", "answer 3"]
    assert seen[2] == [
        ("user", ["Sum?"]),
        ("assistant", ["answer 1"]),
        ("user", ["Mean?"]),
        ("assistant", ["answer 2"]),
        ("user", ["Why?"]),
    ]


def test_verdicts_come_back():
    sections = {"Label": "12 High Street", "House number": "14", "Verdict": "mismatch"}
    asked = []

    def chat(messages, settings):
        asked.append(messages)
        return Answer(verification.render(sections), "stop", Usage(1, 1))

    checked = verification.verify(chat, [PAGE, PAGE], Settings())
    assert checked == verification.Checked("mismatch", sections)
    assert asked[0][0].role == "system" and len(asked[0][1].content) == 3


@pytest.mark.parametrize(
    "reply", ["", "They match.", "## Verdict\n", "## Verdict\nmatch or mismatch", "## Label\nmatch"]
)
def test_no_verdict_is_an_error(reply):
    with pytest.raises(ValueError, match="no verdict"):
        verification.parse(reply)


@pytest.mark.parametrize(
    "reply", ["## Verdict\n**Match.**", "Well.\n# Verdict:\nmatch", "### VERDICT ##\nmatch"]
)
def test_verdicts_are_read_as_models_write_them(reply):
    assert verification.parse(reply).verdict == "match"
