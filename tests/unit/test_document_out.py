"""Documents as HTML, Markdown, JSON, CSV and text: nothing dangerous passes, nothing is lost."""

import csv
import io
import json
import re

import pytest
from markdown_it import MarkdownIt
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from qvl.tasks.document.clean import clean
from qvl.tasks.document.figures import crop, embedded
from qvl.tasks.document.inline import inline
from qvl.tasks.document.markdown import inline_markdown, page_markdown
from qvl.tasks.document.model import (
    Author,
    Cell,
    Chart,
    Chemical,
    Document,
    Formula,
    Heading,
    Item,
    List,
    Mark,
    Music,
    Page,
    Paragraph,
    Picture,
    Separator,
    Table,
)
from qvl.tasks.document.parse import parse
from qvl.tasks.document.records import from_dict
from qvl.tasks.document.safe import safe_declarations, safe_html, safe_sheet
from qvl.tasks.document.tables import grid, to_csv
from qvl.tasks.document.web import page_html

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
BOX = (10, 20, 50, 60)
AT = 'data-bbox="10 20 50 60"'
SPANNED = ((Cell(("a",), True, 2, 1), Cell(("b",), False, 1, 2)), (Cell(("c",)), Cell(("d",))))


def one(*elements):
    return Document((Page(elements, (100, 100)),))


ATTACKS = {
    "script": "a<script>alert(1)</script>",
    "handler": '<b onclick="alert(1)">a</b>',
    "link": '<a href="javascript:alert(1)">a</a>',
    "link in capitals": '<a href=" JaVaScRiPt:alert(1)">a</a>',
    "link by references": '<a href="&#106;avascript&colon;alert(1)">a</a>',
    "link with a tab": '<a href="java&Tab;script:alert(1)">a</a>',
    "link to data": '<a href="data:text/html,<script>alert(1)</script>">a</a>',
    "remote image": '<img src="https://evil.example/a.png">a',
    "image without protocol": '<img src="//evil.example/a.png">a',
    "image of svg": '<img src="data:image/svg+xml,<svg onload=alert(1)>">a',
    "image handler": '<img src="x" onerror="alert(1)">a',
    "frame": '<iframe src="https://evil.example"></iframe>a',
    "object": '<object data="https://evil.example"></object>a',
    "embed": '<embed src="https://evil.example">a',
    "svg": '<svg onload="alert(1)"><a xlink:href="javascript:alert(1)"/></svg>a',
    "math": '<math><mi href="javascript:alert(1)">a</mi></math>',
    "refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example">a',
    "base": '<base href="https://evil.example/">a',
    "link element": '<link rel="stylesheet" href="https://evil.example/a.css">a',
    "form": '<form action="https://evil.example"><input name="x" autofocus>a</form>',
    "style url": '<span style="background-color:url(https://evil.example/a)">a</span>',
    "style expression": '<span style="width:expression(alert(1))">a</span>',
    "style escape": '<span style="width:\\65xpression(alert(1))">a</span>',
    "style cover": '<span style="position:fixed;top:0">a</span>',
    "style import": "<style>@import 'https://evil.example/a.css';</style>a",
    "unfinished": '<img src="x" onerror="alert(1)" a',
    "misnested": '<p><svg><style><img src="x" onerror="alert(1)"></style></svg>a</p>',
    "broken": "<b <script>alert(1)</script>a</b>",
    "null": "<scr\x00ipt>alert(1)</scr\x00ipt>a",
}


def threats(page: str) -> list[str]:
    """What a browser would run or load, as a real parser sees the page."""
    tree, found = LexborHTMLParser(page), []
    for node in tree.css("body, body *"):
        if node.tag in {"script", "iframe", "object", "embed", "svg", "math", "meta", "base"} | {
            *("link", "form", "input", "style"),
        }:
            found.append(node.tag)
        for name, value in node.attributes.items():
            value = (value or "").lower()
            if name.startswith("on") or "javascript" in re.sub(r"\s", "", value):
                found.append(name)
            if name == "src" and re.search(r"evil|svg", value):
                found.append(value)
            if name == "href" and value.startswith("data"):
                found.append(value)
            if name == "style" and re.search(r"url|expression|\\|position", value):
                found.append(value)
    return found


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_dangerous_is_shown(name):
    read, _ = parse(f"<html><body><p {AT}>{ATTACKS[name]}</p></body></html>")
    for shown in (
        Document((read,)).to_html(),
        safe_html(f"<p>{ATTACKS[name]}</p>"),  # and not only because the reader left it out
    ):
        assert not threats(shown), shown
    assert threats(f"<body><p>{ATTACKS[name]}</p>") or name in {"style import", "null", "broken"}


def test_a_model_that_was_made_by_hand_is_no_way_around():
    bad = Mark("a", ("x",), "javascript:alert(1)")
    page = Page((Paragraph(BOX, (bad,)), Table(BOX, ((Cell((bad,), rowspan=2),), ()))))
    for shown in (page_html(page), GITHUB.render(page_markdown(page))):
        assert not threats(shown)
    source = 'x" onerror="alert(1)'
    assert not threats(page_html(Page((Picture(BOX, BOX),)), 0, lambda number, figure: source))


def test_declarations_that_are_allowed():
    assert safe_declarations("COLOR: red; top: 0; width:12.5%;;x") == "color: red; width: 12.5%"
    assert safe_declarations("color: rgb(1, 2, 3); border: 1px solid #abc") == (
        "color: rgb(1, 2, 3); border: 1px solid #abc"
    )
    for bad in ("url(x)", "expression(1)", "\\75rl(x)", "red}</style>", "env(x)", "1/**/px"):
        assert safe_declarations(f"color: {bad}") == ""


def test_a_sheet_is_for_its_table_alone():
    sheet = (
        "/* } */ .table1 td, table1{color:red;position:fixed} body{color:blue} a[href]{color:red}"
    )
    assert safe_sheet(sheet, 1, "t") == ".t td, .t { color: red }\n.t body { color: blue }"
    assert safe_sheet("@import url(x); @media print { td { color: red } }", 1, "t") == ""


def test_pictures_of_figures():
    page = Image.new("RGB", (100, 100), "white")
    page.paste((255, 0, 0), (10, 20, 50, 60))
    cut = crop(page, Picture((0, 0, 99, 99), BOX))
    assert cut and cut.size == (40, 40) and cut.getcolors() == [(1600, (255, 0, 0))]
    assert (
        crop(page, Picture(None, None)) is None
        and crop(page, Picture((200, 0, 300, 9), None)) is None
    )
    shown = one(Picture(BOX, BOX, "caption", ("<red>",))).to_html(source=embedded([page]))
    image = LexborHTMLParser(shown).css_first("figure.image img")
    assert image.attributes["src"].startswith("data:image/png;base64,")
    assert image.attributes["alt"] == "<red>"
    saved = one(Picture(BOX, BOX)).to_html(source=lambda number, figure: f"figures/{number}.png")
    assert 'src="figures/0.png"' in saved


def test_the_page_stands_alone():
    shown = one(Heading(BOX, 1, ("A & B",))).to_html("a < b")
    assert "<title>a &lt; b</title>" in shown and "default-src 'none'" in shown
    assert "<h1>A &amp; B</h1>" in shown and "http:" not in shown


TRICKY = [
    *("*a* _b_ `c` [d](e) <f> \\g", "# not a heading", "- no list", "1. no list", "1) no list"),
    *("> no quote", "a | b", "~~a~~", "&amp; &lt;", "![x](y)", "+ a", "=== a", "---", "***"),
    *("https://example.org/a_b_c", "a\n# b", "snake_case_name", "2 * 3 * 4", "costs $5 or $6"),
    *("<b>x</b>", "^a^", "    indented", "\tindented", "```", "a  ", "!", "[ ] x", "-", "1.", "#"),
]


@pytest.mark.parametrize("text", TRICKY)
def test_markdown_says_the_text_and_nothing_else(text):
    for page, tag in (
        (Page((Paragraph(None, inline(text)),)), "p"),
        (Page((List(None, False, (Item(None, inline(text)),)),)), "li"),
        (Page((Table(None, ((Cell(inline(text), True), Cell()),)),)), "th"),
    ):
        shown = GITHUB.render(page_markdown(page))
        tree = LexborHTMLParser(shown)
        node = tree.css_first(tag)
        assert " ".join(node.text().split()) == " ".join(text.split()), shown
        assert not [each.tag for each in node.css("*") if each.tag not in (tag, "p")], shown


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (("a ", Mark("b", ("b",)), Mark("i", ("c",))), "a **b**<i>c</i>"),
        ((Mark("b", (" b ",)),), "<b> b </b>"),
        ((Mark("s", ("a",)), " ", Mark("code", ("x`y",))), "~~a~~ ``x`y``"),
        ((Mark("a", ("x]",), "https://e.org/(a) b"),), "[x\\]](<https://e.org/(a)%20b>)"),
        (("H", Mark("sub", ("2",)), "O", Mark("br"), "x"), "H<sub>2</sub>O<br>x"),
        (("$x_1 * y_2$ and x_1",), "$x_1 * y_2$ and x\\_1"),
        (("$$a_b$$",), "$$a_b$$"),
    ],
)
def test_markdown_of_marks(content, expected):
    assert inline_markdown(content) == expected


def test_markdown_of_elements():
    document = one(
        Heading(BOX, 2, ("Title",)),
        Author(None, ("A. Writer",)),
        Separator(),
        List(BOX, True, (Item(BOX, ("one",), (List(None, False, (Item(BOX, ("in",)),)),)),)),
        List(BOX, True, (Item(BOX, ("new",)),)),
        Table(BOX, ((Cell(("a|b",), True), Cell(("c",), True)), (Cell(("1",)), Cell()))),
        Table(BOX, ((Cell(("no head",)),),)),
        Table(BOX, SPANNED),
        Formula(BOX, BOX, "a\n\n b"),
        Picture(BOX, BOX, "caption", ("A *cat*.",)),
        Picture(BOX, BOX, "ocr", ("EXIT",)),
        Music(BOX, BOX, "X:1\n```"),
        Chemical(BOX, BOX, "C#N"),
        Chart(BOX, BOX, ((Cell(("y",), True),),)),
    )
    text = document.to_markdown(lambda number, figure: "f.png")
    assert text.startswith("## Title\n\nA. Writer\n\n1. one\n   - in\n\n<!-- -->\n\n1. new\n\n")
    assert "| a\\|b | c |\n| --- | --- |\n| 1 |  |\n" in text
    assert "|   |\n| --- |\n| no head |\n" in text
    assert '<th rowspan="2">a</th><td colspan="2">b</td>' in text
    assert "\n$$\na\n b\n$$\n" in text and "![A \\*cat\\*.](<f.png>)" in text
    assert "![](<f.png>)\n\nEXIT" in text and "````abc\nX:1\n```\n````" in text
    assert "`C#N`" in text and text.count("f.png") == 6
    tree = LexborHTMLParser(GITHUB.render(text))
    assert len(tree.css("table")) == 4 and len(tree.css("ol")) == 2 and len(tree.css("img")) == 6


def test_a_grid_knows_which_cell_covers_a_place():
    lines, wrong = grid(SPANNED)
    said = [[slot and (slot.cell.content[0], slot.first) for slot in line] for line in lines]
    assert not wrong
    assert said == [
        [("a", True), ("b", True), ("b", False)],
        [("a", False), ("c", True), ("d", True)],
    ]


def test_a_table_that_claims_too_much_is_kept_small():
    rows = tuple((Cell(("a",), False, 1000, 1000),) for _ in range(50))
    lines, wrong = grid(rows)
    assert len(lines) == 50 and {len(line) for line in lines} == {1}
    assert [each.kind for each in wrong] == ["span"]
    wide, wrong = grid((tuple(Cell(("a",), False, 1, 300) for _ in range(9)),))
    assert len(wide[0]) == 900 and wrong[0].kind == "span-overflow"


def test_csv():
    rows = (*SPANNED, (Cell(('say "hi", x\ny',)), Cell((" =1+1",)), Cell(("-",))))
    text = to_csv(rows)
    assert list(csv.reader(io.StringIO(text))) == [
        ["a", "b", ""],
        ["", "c", "d"],
        ['say "hi", x\ny', " =1+1", "-"],
    ]
    guarded = list(csv.reader(io.StringIO(to_csv(rows, spreadsheet=True))))
    assert guarded[2] == ['say "hi", x\ny', "' =1+1", "'-"]


def test_records_are_checked():
    record = one(Paragraph(BOX, ("a < ", Mark("b", ("b",))))).to_dict()
    assert record["pages"][0]["elements"] == [
        {"kind": "paragraph", "box": BOX, "content": "a &lt; <b>b</b>"}
    ] or json.loads(json.dumps(record))["pages"][0]["elements"][0]["box"] == list(BOX)
    for bad in (
        *({}, {"pages": 3}, {"pages": [{}]}, {"pages": [{"size": None, "elements": [{}]}]}),
        {"pages": [{"size": None, "elements": [{"kind": "poem"}]}]},
        {"pages": [{"size": None, "elements": [{"kind": "paragraph", "box": [1, 2]}]}]},
        {"pages": [{"size": None, "elements": [{"kind": "paragraph", "box": None, "x": 1}]}]},
    ):
        with pytest.raises(ValueError, match=r"document|kind|unpack"):
            from_dict(bad)


def test_plain_text():
    document = one(
        Heading(BOX, 1, ("T",)),
        Paragraph(BOX, ("a", Mark("br"), "b")),
        Table(BOX, SPANNED),
        List(BOX, True, (Item(BOX, ("x",), (List(None, False, (Item(BOX, ("y",)),)),)),)),
        Picture(BOX, BOX),
        Formula(BOX, BOX, "x^2"),
    )
    assert document.to_text() == "T\n\na\nb\n\na\tb\nc\td\n\n1. x\n  - y\n\nx^2"


def test_the_published_cleaning():
    text = f"""```html
<html><body>
<p {AT} style="color: red; background-color: blue">a &amp; b</p>
<p data-polygon="1 2 3 4 5 6" style="color:red">c</p>
<div class="formula.handwritten" {AT}><img {AT}/><div>$$x$$</div></div>
<div class="image caption" {AT}><img {AT}/><p>A cat.</p></div>
<div class="image ocr" {AT}><img {AT}/><p>EXIT</p></div>
<div class="music sheet" format="abc notation" {AT}><img {AT}/><div>X:1</div></div>
<div class="chemical formula" format="smile" {AT}><img {AT}/><div>CC</div></div>
<div class="chart" {AT}><img {AT}/><table><tr><td>1</td></tr></table></div>
<style>.table1 > td {{}}</style><table {AT} class="table1"><tr><td>x</td></tr></table>
</body></html>
```"""
    assert clean(text).splitlines() == [
        "```html",
        "<html><body>",
        '<p style="background-color: blue">a &amp; b</p>',
        "<p>c</p>",
        '<div class="formula"><img/><div>$$x$$</div></div>',
        '<div class="image"></div>',
        '<div class="image ocr"><img/><p>EXIT</p></div>',
        '<div class="music sheet"></div>',
        '<div class="chemical formula"></div>',
        '<div class="chart"></div>',
        "<style>.table1 > td {}</style>",
        '<table class="table1"><tr><td>x</td></tr></table>',
        "</body></html>",
        "```",
    ]
