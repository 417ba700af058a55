"""A tolerant reader: what is taken, what is named, and that time is linear in all of it."""

import pytest

from qvl.tasks.document.model import (
    Cell,
    Formula,
    Heading,
    Item,
    List,
    Mark,
    Music,
    Paragraph,
    Picture,
    Separator,
    Table,
)
from qvl.tasks.document.parse import parse

SIZE = (1000, 1400)
BOX = (1, 2, 30, 40)
AT = 'data-bbox="1 2 30 40"'
IMG = f"<img {AT}/>"


def only(markup, size=SIZE):
    """The one element that the markup gives, and the kinds of what was named."""
    page, problems = parse(f"<html><body>{markup}</body></html>", size)
    (element,) = page.elements
    return element, {problem.kind for problem in problems}


@pytest.mark.parametrize(
    ("attribute", "box", "kinds"),
    [
        ('data-bbox="1,2,30,40"', BOX, set()),
        ('data-bbox="[1, 2, 30, 40]"', BOX, set()),
        ("data-bbox='1 2 30 40'", BOX, set()),
        ("data-bbox=1 2 30 40", BOX, set()),
        ('data-bbox="1 2 30 40', BOX, set()),
        ('data-bbox=1 2 30 40"', BOX, set()),
        ('DATA-BBOX = "1 2 30 40"', BOX, set()),
        ('data-bbox="1.5 2 30 40.25"', (1.5, 2, 30, 40.25), set()),
        ('data-bbox="30 40 1 2"', BOX, {"box-order"}),
        ('data-bbox="900 2 1100 1500"', (900, 2, 1000, 1400), {"box-outside"}),
        ('data-bbox="1 2 30"', None, {"box-count"}),
        ('data-bbox="1 2 30 40 50"', None, {"box-count"}),
        ('data-bbox=""', None, {"box-count"}),
        ('data-bbox="1 2 30 nan"', None, {"box-number"}),
        ('data-bbox="1 2 30 1e99"', None, {"box-number"}),
        ('data-polygon="1 2 30 2 30 40 1 40"', BOX, {"polygon"}),
        ('data-polygon="1 2 30 2"', None, {"polygon"}),
        ('data-bbox="1 2 30 40" data-polygon="9 9 9 9"', BOX, set()),
        ('data-bbox="1 2 30 40" style="color:red"', BOX, {"attribute"}),
    ],
)
def test_boxes(attribute, box, kinds):
    element, found = only(f"<p {attribute}>a</p>")
    assert element == Paragraph(box, ("a",)) and found == kinds


@pytest.mark.parametrize(
    ("text", "content", "kinds"),
    [
        ("a &amp; b &lt; c &#8364; &#x20AC; &copy;", ("a & b < c € € ©",), set()),
        ("a < b > c & d", ("a < b > c & d",), {"less"}),
        ("$x<y$ and $z>w$", ("$x<y$ and $z>w$",), {"less"}),
        ("AT&T; a&b;", ("AT&T; a&b;",), {"entity"}),
        ("&lt &amp", ("&lt &amp",), set()),
        ("a\x00b\ud800c\ufdd0", ("abc",), {"control-character"}),
        ("&#0; &#xD800; &#99999999;", ("&#0; &#xD800; &#99999999;",), {"entity"}),
        ("&#32;a&#10;", (" a\n",), set()),
        ("\n  a\n  b ", ("a\n  b",), set()),
        ("<B>a</B><STRONG>b</STRONG>", (Mark("b", ("a",)), Mark("b", ("b",))), set()),
        ("a<br/>b<BR>c", ("a", Mark("br"), "b", Mark("br"), "c"), set()),
        ("<foo bar='x'>a <baz>b</baz></foo>", ("a b",), {"unknown-tag"}),
        ("<b>a<i>b</b>c", (Mark("b", ("a", Mark("i", ("b",)))), "c"), {"unclosed"}),
        ('<a href="JavaScript:x()">a</a>', (Mark("a", ("a",)),), {"link"}),
        ('<a href="data:text/html,x">a</a>', (Mark("a", ("a",)),), {"link"}),
        ("a<script>b</script>c", ("ac",), {"script"}),
        ("a<!-- b -->c", ("ac",), set()),
        ("a <!-- b", ("a <!-- b",), {"less"}),
    ],
)
def test_text(text, content, kinds):
    element, found = only(f"<p {AT}>{text}</p>")
    assert element == Paragraph(BOX, content) and found == kinds


@pytest.mark.parametrize(
    ("markup", "element", "kinds"),
    [
        (f"<P {AT}>a</P>", Paragraph(BOX, ("a",)), set()),
        (f"<h9 {AT}>a</h9>", Heading(BOX, 6, ("a",)), {"heading-level"}),
        (f"<div {AT}>a</div>", Paragraph(BOX, ("a",)), {"class", "loose-text"}),
        (f'<div class="figure 8" {AT}>a</div>', Paragraph(BOX, ("a",)), {"class", "loose-text"}),
        (f"<li {AT}>a</li>", Paragraph(BOX, ("a",)), {"nesting"}),
        (IMG, Picture(BOX, BOX), {"image"}),
        ("<p></p>", Separator(), set()),
        ("words", Paragraph(None, ("words",)), {"loose-text"}),
        (
            f'<div class="machine_printed formula" {AT}>{IMG}$x$</div>',
            Formula(BOX, BOX, "x", "machine_printed"),
            {"nesting"},
        ),
        (
            f'<div class="formula" {AT}>{IMG}<div>\\[ a<b>c \\]</div></div>',
            Formula(BOX, BOX, "a<b>c"),
            {"markup", "unclosed"},
        ),
        (
            f'<div class="formula" {AT}>{IMG}<p>a & b < c</p></div>',
            Formula(BOX, BOX, "a & b < c"),
            {"less"},
        ),
        (
            f'<div class="music sheet" {AT}>{IMG}<div>X:1<br>C</div></div>',
            Music(BOX, BOX, "X:1\nC"),
            {"format"},
        ),
        (
            f'<div class="image ocr" {AT}>{IMG}<p>a</p><p>b</p></div>',
            Picture(BOX, BOX, "ocr", ("a", Mark("br"), "b")),
            {"nesting"},
        ),
        (
            f"<ul><li {AT}>a<ol><li {AT}>b</ol>",
            List(None, False, (Item(BOX, ("a",), (List(None, True, (Item(BOX, ("b",)),)),)),)),
            {"unclosed"},
        ),
        (
            f"<ul>x<li {AT}>a</li><ul><li {AT}>b</li></ul></ul>",
            List(
                None,
                False,
                (
                    Item(None, ("x",)),
                    Item(BOX, ("a",), (List(None, False, (Item(BOX, ("b",)),)),)),
                ),
            ),
            {"nesting"},
        ),
        (
            f"<table {AT}><thead><tr><th>a<tbody><tr><td>b<td colspan=2>c</table>",
            Table(BOX, ((Cell(("a",), True),), (Cell(("b",)), Cell(("c",), False, 1, 2)))),
            {"unclosed"},
        ),
        (
            f"<table {AT}><tr><td>a<table><tr><td>b</td><td>c</td></tr></table></td></tr></table>",
            Table(BOX, ((Cell(("a", Mark("br"), "b", Mark("br"), "c")),),)),
            {"nesting"},
        ),
        (
            f"<table {AT}><td>a</td><td>b</td></table>",
            Table(BOX, ((Cell(("a",)), Cell(("b",))),)),
            {"nesting"},
        ),
    ],
)
def test_elements(markup, element, kinds):
    assert only(markup) == (element, kinds)


def test_an_element_that_is_left_open_ends_where_the_next_begins():
    text = f'<table {AT}><tr><td>a<table {AT}><tr><td>b</table><div class="image" {AT}>{IMG}'
    page, problems = parse(f"<html><body>{text}<p {AT}>c<h1 {AT}>d</h1></body></html>", SIZE)
    assert page.elements == (
        Table(BOX, ((Cell(("a",)),),)),
        Table(BOX, ((Cell(("b",)),),)),
        Picture(BOX, BOX),
        Paragraph(BOX, ("c",)),
        Heading(BOX, 1, ("d",)),
    )
    assert "unclosed" in {problem.kind for problem in problems}


def test_chatter_and_fences_are_no_part_of_the_page():
    for before, after in (("", ""), ("```html\n", "\n```"), ("Here:\n\n```HTML\n", "\n```\nDone.")):
        page, problems = parse(f"{before}<html><body><p {AT}>a</p></body></html>{after}", SIZE)
        assert page.elements == (Paragraph(BOX, ("a",)),)
        assert [each.kind for each in problems] == ["chatter"] * (2 if "Here" in before else 0)
    assert parse(f"See: <p {AT}>a</p> and <p {AT}>b</p> ok", SIZE)[0].elements == (
        Paragraph(BOX, ("a",)),
        Paragraph(None, ("and",)),
        Paragraph(BOX, ("b",)),
    )


def test_ordinary_html_is_read_without_complaint_about_boxes():
    text = """<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8"><title>t</title></head>
    <body><header><nav><ul><li><a href="#">Home</a></li></ul></nav></header>
    <main><section class="x"><h2>Results</h2><article><h3><a href="#">One</a></h3>
    <p>Words</p><img src="a.png" alt="b"></article></section></main></body></html>"""
    page, problems = parse(text)
    assert [type(each).__name__ for each in page.elements] == [
        *("List", "Heading", "Heading", "Paragraph", "Picture"),
    ]
    assert {each.kind for each in problems} <= {
        *("attribute", "head", "unknown-tag", "nesting", "image", "image-source"),
    }


@pytest.mark.parametrize("text", ["", "  ", "There is no page.", "a < b", "```html\n", "<" * 100])
def test_no_markup_is_refused(text):
    with pytest.raises(ValueError, match="no markup"):
        parse(text)


PATHOLOGICAL = {
    "open marks": "<b>",
    "open paragraphs": "<p>",
    "open tables": "<table><tr><td>",
    "open lists": "<ul><li>",
    "open divs": f'<div class="chart" {AT}>',
    "ends": "</b></p>",
    "less": "<",
    "half tags": '<p data-bbox="',
    "references": "&#32;&x;&",
    "comments": "<!--",
    "styles": "<style>",
    "quotes": "<a b='\"",
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_what_no_model_should_write_is_read_to_its_end(name):
    """`benchmarks/markup.py` tells the time, which grows with the length; its square would hang."""
    piece = PATHOLOGICAL[name]
    page, problems = parse("<p>" + piece * (300_000 // len(piece)), SIZE)
    assert page.elements or problems
