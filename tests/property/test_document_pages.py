"""QwenVL HTML: what is rendered is parsed, and a cut page keeps all that is complete."""

import json

import pytest
from document_pages import PAGE, SIZE
from hypothesis import given, settings
from hypothesis import strategies as st

from qvl.tasks.document.model import Document, Page
from qvl.tasks.document.parse import parse
from qvl.tasks.document.plain import element_text
from qvl.tasks.document.records import from_dict
from qvl.tasks.document.render import render
from qvl.tasks.document.validate import validate
from qvl.tasks.place import Frame

TAIL = "\n</body></html>\n```"
CONTENT_RULES = {"empty", "dollars", "braces", "ragged", "span-overlap", "span-overflow"}
TABLE_RULES = {"no-box", "no-image", "table-twice", "style", "image-outside"}


def comes_back(page):
    got, problems = parse(render(page), SIZE)
    assert got == page
    assert {problem.kind for problem in problems} <= {"no-box"}


@settings(max_examples=500)
@given(PAGE)
def test_pages_come_back(page):
    comes_back(page)


@pytest.mark.slow
@settings(max_examples=100_000)
@given(PAGE)
def test_a_hundred_thousand_pages_come_back(page):
    comes_back(page)


@given(PAGE)
def test_what_is_rendered_is_valid_but_for_what_it_says(page):
    kinds = {fault.kind for fault in validate(render(page), SIZE)}
    assert kinds <= CONTENT_RULES | TABLE_RULES


@given(PAGE, st.data())
def test_a_cut_page_keeps_all_that_is_complete(page, data):
    text = render(page)
    cut = data.draw(st.integers(text.index("<body>") + 6, len(text)))
    got, problems = parse(text[:cut], SIZE)
    starts = [
        len(render(Page(page.elements[:n]))) - len(TAIL) for n in range(len(page.elements) + 1)
    ]
    complete = sum(end <= cut for end in starts[1:])
    assert got.elements[:complete] == page.elements[:complete]
    rest = got.elements[complete:]
    assert len(rest) <= 1 and all(each.cut for each in rest)
    for each in rest:
        assert type(each) is type(page.elements[complete]) or cut - starts[complete] < 9
        assert element_text(page.elements[complete]).startswith(
            element_text(each).rstrip("$ \t\n\r")
        )
    if cut < len(text) - len("</html>\n```"):
        assert any(problem.kind == "cut" for problem in problems)


@given(PAGE)
def test_records_come_back(page):
    document = Document((page, page.out(Frame((613, 871), SIZE))))
    assert from_dict(json.loads(json.dumps(document.to_dict()))) == document


@given(PAGE)
def test_every_page_can_be_shown(page):
    document = Document((page,))
    shown = document.to_html("Page", lambda number, figure: "figures/1.png")
    assert "<script" not in shown and shown.count("</body>") == 1
    assert document.to_markdown().endswith("\n")
    document.to_text()


@given(PAGE)
def test_places_go_to_the_original_and_back(page):
    frame = Frame((2000, 2800), SIZE)
    there = page.out(frame)
    assert there.size == (2000, 2800)
    back = there.into(frame)
    for old, new in zip(page.elements, back.elements, strict=True):
        if old.box:
            assert max(abs(a - b) for a, b in zip(old.box, new.box, strict=True)) <= 1


@given(st.text(st.sampled_from("<>/=\"'& pabdivtrl h1-x!?&;#\n$1 "), max_size=80))
def test_any_letters_are_read_or_refused_in_words(text):
    try:
        parse(text, SIZE)
    except ValueError as error:
        assert "no markup" in str(error)
    validate(text, SIZE)
