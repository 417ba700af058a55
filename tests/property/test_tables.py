"""Markdown tables come back, however they are cut or written by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.tasks.table import Table, parse, render

words = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=8).map(str.strip)
hard = st.text("|\\ <&;-:\nbr/>alt", max_size=8).map(str.strip)


@st.composite
def tables(draw):
    width = draw(st.integers(1, 4))
    row = st.tuples(*[words | hard] * width)
    return Table(draw(row), tuple(draw(st.lists(row, max_size=4))))


@given(tables())
def test_a_table_comes_back(table):
    got = parse("Here it is:\n\n" + render(table) + "\n\nThat is all.")
    assert got == table and not got.problems


def test_every_cut_keeps_whole_rows_and_reports_the_rest():
    table = Table(("Title", "Time"), (("A | B", "00:21.00"), ("x\\", ""), ("<b>", "1")))
    reply = render(table)
    for cut in range(len(reply) + 1):
        head = reply[:cut]
        if head.count("\n") == 0 or not head.split("\n")[1].strip("| "):
            with pytest.raises(ValueError, match="holds no table"):
                parse(head)
            continue
        got = parse(head)
        whole = [
            r for r, line in zip(table.rows, reply.split("\n")[2:], strict=True) if line in head
        ]
        assert list(got.rows[: len(whole)]) == whole
        assert len(got.rows) <= len(whole) + 1
        assert len(got.rows) == len(whole) or got.problems


@pytest.mark.parametrize(
    ("reply", "rows"),
    [
        ("a | b\n--- | ---\n1 | 2\n3 | 4", [("1", "2"), ("3", "4")]),
        ("```markdown\n| a |\n|:-:|\n| 1 |\n```", [("1",)]),
        ("| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |\n", [("1", ""), ("1", "2")]),
        ("|a|b|\n|-|-|\n||2|", [("", "2")]),
        ("| a | b |\n|---|---|", []),
        ("| a | b |\n|---|---|\n| 1<br/>2 | &copy; |", [("1\n2", "&copy;")]),
    ],
)
def test_however_it_is_written(reply, rows):
    assert list(parse(reply).rows) == rows


def test_what_is_odd_is_reported_with_its_place():
    reply = "| a | b |\n|---|---|\n| 1 |\n| 1 | 2\n\n| c |\n|---|\n"
    got = parse(reply)
    assert [reply[p.at : p.at + len(p.raw)] == p.raw for p in got.problems] == [True, True]
    assert [p.reason for p in got.problems] == [
        "a row of 1 cells in a table of 2",
        "a second table, not read",
    ]


@given(st.text("|-: \\\n<br>ab", max_size=60))
def test_any_text_is_a_table_or_none(text):
    try:
        got = parse(text)
    except ValueError as error:
        assert "\n" not in str(error)
    else:
        assert all(len(row) == len(got.header) for row in got.rows)
