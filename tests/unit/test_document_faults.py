"""The strict reader names every planted fault, by its kind and line; a good page has none."""

import pytest

from qvl.tasks.document.faults import Fault
from qvl.tasks.document.validate import validate
from qvl.tasks.wire import Problem

SIZE = (1000, 1400)
TEXT = '<p data-bbox="10 20 30 40">{}</p>'
TABLE = '<table data-bbox="10 20 30 40">{}</table>'
CELL = TABLE.format("<tr><td>{}</td></tr>")
FORMULA = '<div class="formula" data-bbox="1 2 30 40"><img data-bbox="1 2 30 40"/>{}</div>'
IMAGE = '<img data-bbox="1 2 30 40"/>'


def page(*lines: str) -> str:
    return "\n".join(
        ["```html", "<html><body>", TEXT.format("fine"), *lines, "</body></html>", "```"]
    )


PLANTED = {  # markup on line 4 of a page, and the kinds of its faults
    "no-box": "<p>a</p>",
    "box-count": '<p data-bbox="10 20 30">a</p>',
    "box-number": '<p data-bbox="10 20 30 x">a</p>',
    "box-whole": '<p data-bbox="10 20 30 40.5">a</p>',
    "box-whole by commas": '<p data-bbox="10,20,30,40">a</p>',
    "box-order": '<p data-bbox="30 20 10 40">a</p>',
    "box-outside": '<p data-bbox="10 20 30 4000">a</p>',
    "box-outside below": '<p data-bbox="-10 20 30 40">a</p>',
    "box-area": '<p data-bbox="10 20 10 40">a</p>',
    "polygon": '<p data-polygon="1 2 30 2 30 40">a</p>',
    "class": f'<div class="picture" data-bbox="1 2 30 40">{TEXT}</div>',
    "class of a table": '<table data-bbox="1 2 3 4" class="grid"><tr><td>a</td></tr></table>',
    "class of an address": "<address><p>a</p></address>",
    "no-image": '<div class="image" data-bbox="1 2 30 40"></div>',
    "image": IMAGE,
    "image twice": f'<div class="image" data-bbox="1 2 30 40">{IMAGE}{IMAGE}</div>',
    "image-outside": '<div class="image" data-bbox="1 2 30 40"><img data-bbox="1 2 30 90"/></div>',
    "image-source": '<div class="image" data-bbox="1 2 30 40">'
    '<img src="https://example.org/a.png" data-bbox="1 2 30 40"/></div>',
    "order": f'<div class="image ocr" data-bbox="1 2 30 40"><p>a</p>{IMAGE}</div>',
    "no-table": f'<div class="chart" data-bbox="1 2 30 40">{IMAGE}</div>',
    "format": f'<div class="music sheet" data-bbox="1 2 30 40">{IMAGE}<div>X:1</div></div>',
    "format of a molecule": '<div class="chemical formula" format="mol" data-bbox="1 2 30 40">'
    f"{IMAGE}<div>CC</div></div>",
    "empty": FORMULA.format("<div>$$$$</div>"),
    "empty div": FORMULA.format(""),
    "empty caption": f'<div class="image caption" data-bbox="1 2 30 40">{IMAGE}</div>',
    "empty heading": '<h1 data-bbox="1 2 3 4"></h1>',
    "empty table": TABLE.format(""),
    "braces": FORMULA.format("<div>$$\\frac{a}{b$$</div>"),
    "markup+unclosed+unknown-tag": FORMULA.format("<div>$$a<q>b$$</div>"),
    "dollars": TEXT.format("costs $5"),
    "unclosed": '<p data-bbox="1 2 3 4">a',
    "unclosed mark": TEXT.format("a <b>b"),
    "unclosed+stray-end": TEXT.format("<b>a<i>b</b>c</i>"),
    "unclosed+stray-end nested paragraph": TEXT.format(TEXT.format("a")),
    "stray-end": TEXT.format("a</b>"),
    "self-closing": '<p data-bbox="1 2 3 4"/>',
    "loose-text": "words",
    "loose-text in a figure": FORMULA.format("<div>$$x$$</div> more"),
    "nesting li": '<li data-bbox="1 2 3 4">a</li>',
    "nesting cell": TABLE.format("<td>a</td>"),
    "nesting table": CELL.format("<table><tr><td>a</td></tr></table>"),
    "nesting list": CELL.format('<ul><li data-bbox="1 2 3 4">a</li></ul>'),
    "nesting in a list": "<ul>words</ul>",
    "heading-level": '<h7 data-bbox="1 2 3 4">a</h7>',
    "table-twice": '<table data-bbox="1 2 3 4" class="table1"><tr><td>a</td></tr></table>'
    '<table data-bbox="1 2 3 4" class="table1"><tr><td>a</td></tr></table>',
    "style": "<style>table2 {}</style>"
    '<table data-bbox="1 2 3 4" class="table1"><tr><td>a</td></tr></table>',
    "style alone": "<style>table2 {}</style>" + TEXT.format("a"),
    "style without class": f"<style>td {{}}</style>{CELL}",
    "span": TABLE.format('<tr><td colspan="0">a</td></tr>'),
    "span of letters": TABLE.format('<tr><td rowspan="two">a</td></tr>'),
    "span-overflow": TABLE.format('<tr><td rowspan="2">a</td></tr>'),
    "span-overlap": TABLE.format(
        '<tr><td>a</td><td rowspan="2">b</td></tr><tr><td colspan="2">c</td></tr>'
    ),
    "ragged": TABLE.format("<tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>"),
    "script": "<script>alert(1)</script>",
    "event-handler": '<p data-bbox="1 2 3 4" onclick="alert(1)">a</p>',
    "attribute": '<p data-bbox="1 2 3 4" id="x">a</p>',
    "attribute style": '<p data-bbox="1 2 3 4" style="color:red">a</p>',
    "attribute-twice": '<p data-bbox="1 2 3 4" data-bbox="1 2 3 4">a</p>',
    "link": TEXT.format('<a href="javascript:alert(1)">a</a>'),
    "link by references": TEXT.format('<a href="java&#115;cript&colon;alert(1)">a</a>'),
    "unknown-tag": TEXT.format("<blink>a</blink>"),
    "synonym": TEXT.format("<strong>a</strong>"),
    "case": TEXT.format("<B>a</b>"),
    "quote": "<p data-bbox=1 2 3 4>a</p>",
    "quote open": '<p data-bbox="1 2 3 4>a</p>',
    "less": TEXT.format("1 < 2"),
    "ampersand": TEXT.format("R&D"),
    "entity": TEXT.format("&nosuch;"),
    "entity of a control": TEXT.format("&#7;"),
    "control-character": TEXT.format("a\x07"),
    "comment": "<!-- a -->",
    "declaration": "<!DOCTYPE html>",
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_named(name):
    kinds = set(name.split()[0].split("+"))
    markup = PLANTED[name].replace("{}", "a").replace("{{", "{").replace("}}", "}")
    found = validate(page(markup), SIZE)
    assert {fault.kind for fault in found} == kinds, [str(fault) for fault in found]
    assert {fault.line for fault in found} == {4}
    assert all(fault.message and isinstance(fault, Problem) for fault in found)


def test_there_are_many():
    assert len(PLANTED) > 60


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("no markup here", {"no-markup"}),
        ("", {"no-markup"}),
        (TEXT.format("a"), {"no-root", "nesting"}),
        (f"<html>{TEXT}</html>", {"no-root", "nesting"}),
        (f"Here it is:\n<html><body>{TEXT}</body></html>", {"chatter"}),
        (f"<html><body>{TEXT}</body></html>\nthanks", {"chatter"}),
        (f"<html><body>{TEXT}</body></html>{TEXT}", {"nesting"}),
        (f"<html><body>{TEXT}</html></body>", {"closing-order"}),
        (f"<html><body>{TEXT}<body></body></html>", {"nesting", "unclosed"}),
        (f"<html><body>{TEXT}", {"cut"}),
        (f"<html><body>{TEXT}</bo", {"cut"}),
        (f"<html><head><title>t</title></head><body>{TEXT}</body></html>", {"head", "unknown-tag"}),
        (
            "<html><body>" + "<b>" * 60 + "</body></html>",
            {"deep", "unclosed", "nesting", "loose-text"},
        ),
    ],
)
def test_faults_of_the_whole_page(text, kinds):
    assert {fault.kind for fault in validate(text, SIZE)} == kinds


def test_a_fault_says_where():
    (fault,) = validate(page(TEXT.format("1 < 2 ")), SIZE)
    assert isinstance(fault, Fault)
    text = page(TEXT.format("1 < 2 "))
    assert text[fault.at :].startswith("< 2") and fault.raw.startswith("< 2")
    assert str(fault).startswith("line 4: at character")


def test_without_a_size_boxes_have_no_end():
    assert validate(page('<p data-bbox="10 20 30 99999">a</p>')) == []
    assert [each.kind for each in validate(page('<p data-bbox="-1 20 30 40">a</p>'))] == [
        "box-outside"
    ]


def test_many_faults_of_a_kind_are_counted():
    found = validate("<html><body>" + "</b>" * 2000 + "</body></html>")
    assert len(found) == 500 and "1500 more" in found[-1].reason
