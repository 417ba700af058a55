"""A document as one web page that loads nothing: text to read and to search, figures in place."""

import html

from qvl.tasks.document.figures import Source
from qvl.tasks.document.model import (
    Author,
    Chart,
    Chemical,
    Document,
    Element,
    Figure,
    Formula,
    Heading,
    List,
    Music,
    Page,
    Picture,
    Separator,
    Table,
)
from qvl.tasks.document.plain import plain
from qvl.tasks.document.render import inline_html, rows_html
from qvl.tasks.document.safe import safe_html, safe_sheet

POLICY = "default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'"
SHEET = """\
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff;
  font: 1rem/1.55 Georgia, "Noto Serif", serif }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.6em 0 .6em; font-family: sans-serif }
table { border-collapse: collapse; margin: 1em 0; font-size: .95em }
td, th { border: 1px solid #bbb; padding: .25em .6em; text-align: left; vertical-align: top }
th { background: #f2f2f2 }
figure { margin: 1.2em 0 }
figcaption { color: #555; font-size: .9em }
img { max-width: 100%; height: auto }
pre { overflow-x: auto; padding: .5em .8em; background: #f6f6f6; white-space: pre-wrap }
address { font-style: normal; color: #555 }
section + section { border-top: 1px solid #ccc; margin-top: 3em; padding-top: 1em }
@media (prefers-color-scheme: dark) {
  body { color: #e4e4e4; background: #181818 }
  th, pre { background: #262626 }
  td, th { border-color: #555 }
  figcaption, address { color: #aaa }
}"""


def web_page(document: Document, title: str, source: Source | None) -> str:
    """The whole document; only allowed markup is in it, and its policy forbids to load more.

    `source` gives the address of a figure's picture: a data: address, or a path beside the page.
    """
    sections, sheets = [], [SHEET]
    for number, page in enumerate(document.pages):
        sections.append(page_html(page, number, source))
        sheets += [
            safe_sheet(each.style, each.number, _scope(number, each))
            for each in page.elements
            if isinstance(each, Table) and each.style
        ]
    head = [
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{html.escape(title)}</title>",
        "<style>\n" + "\n".join(filter(None, sheets)) + "\n</style>",
    ]
    lines = ["<!DOCTYPE html>", "<html>", "<head>", *head, "</head>", "<body>"]
    return "\n".join([*lines, *sections, "</body>", "</html>", ""])


def page_html(page: Page, number: int = 0, source: Source | None = None) -> str:
    """One page as a <section> of allowed markup."""
    parts = [_element(each, number, source) for each in page.elements]
    body = "\n".join(filter(None, parts))
    return safe_html(f'<section class="page" id="page-{number + 1}">\n{body}\n</section>')


def table_html(part: Table | Chart, scope: str = "") -> str:
    name = f' class="{scope}"' if scope else ""
    return f"<table{name}>{rows_html(part.rows)}\n</table>"


def _scope(number: int, table: Table) -> str:
    """A class that no other page's table has."""
    return f"page-{number + 1}-table{'' if table.number is None else table.number}"


def _element(part: Element, number: int, source: Source | None) -> str:
    match part:
        case Separator():
            return ""
        case Heading(level=level):
            return f"<h{level}>{inline_html(part.content)}</h{level}>"
        case Author():
            return f"<address>{inline_html(part.content)}</address>"
        case List():
            return _list(part)
        case Table():
            return table_html(part, _scope(number, part) if part.style else "")
        case Chart() | Formula() | Picture() | Music() | Chemical():
            return _figure(part, source(number, part) if source else None)
        case _:
            return f"<p>{inline_html(part.content)}</p>"


def _list(part: List) -> str:
    tag = "ol" if part.ordered else "ul"
    items = (
        f"\n<li>{inline_html(item.content)}{''.join(map(_list, item.lists))}</li>"
        for item in part.items
    )
    return f"<{tag}>{''.join(items)}\n</{tag}>"


def _figure(part: Figure, address: str | None) -> str:
    match part:
        case Chart():
            kind, about, inside = "chart", "chart", table_html(part)
        case Formula(latex=text):
            kind, about, inside = "formula", text, _code(text)
        case Music(abc=text):
            kind, about, inside = "music", "music sheet", _code(text)
        case Chemical(smiles=text):
            kind, about, inside = "chemical", text, _code(text)
        case Picture(content=content):
            kind, about = "image", plain(content)
            inside = f"<figcaption>{inline_html(content)}</figcaption>" if content else ""
    image = ""
    if address:
        image = f'<img src="{html.escape(address)}" alt="{html.escape(about)}">'
    return f'<figure class="{kind}">{image}{inside}</figure>'


def _code(text: str) -> str:
    return f"<pre><code>{html.escape(text, quote=False)}</code></pre>"
