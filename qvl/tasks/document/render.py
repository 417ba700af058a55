"""QwenVL HTML as the released models write it; `parse` is the inverse (report, section 2.2.1)."""

import html
import re
from collections.abc import Callable, Iterable

from qvl.tasks.document.model import (
    Author,
    Cell,
    Chart,
    Chemical,
    Element,
    Formula,
    Heading,
    Inline,
    Item,
    List,
    Mark,
    Music,
    Page,
    Paragraph,
    Picture,
    Rows,
    Separator,
    Table,
)
from qvl.tasks.place import Corners

_ENDS = re.compile(r"\A[ \t\n\r]+|[ \t\n\r]+\Z|\r")  # blanks that a reader takes for layout


def render(page: Page) -> str:
    """A fenced page, an element a line; boxes are rounded to whole pixels of the resized page."""
    lines = [_element(each) for each in page.elements]
    return "\n".join(["```html", "<html><body>", *lines, "</body></html>", "```"])


def inline_html(content: Inline) -> str:
    """Text and marks as they stand inside of an element."""
    last = len(content) - 1
    edges = [(True, True) if not last else (at == 0, at == last) for at in range(last + 1)]
    return "".join(map(_part, content, edges))


def rows_html(rows: Rows) -> str:
    """The rows of a table, a row a line."""
    return "".join(f"\n<tr>{''.join(map(_cell, row))}</tr>" for row in rows)


def escaped(text: str, begin: bool = True, end: bool = True) -> str:
    """Text for a page; at its begin and end, blanks are written as references."""

    def held(found: re.Match[str]) -> str:
        at_edge = (begin and not found.start()) or (end and found.end() == len(found.string))
        if not at_edge and found[0] != "\r":
            return found[0].replace("\r", "&#13;")
        return "".join(f"&#{ord(letter)};" for letter in found[0])

    return _ENDS.sub(held, html.escape(text, quote=False))


def _part(part: str | Mark, edge: tuple[bool, bool]) -> str:
    if isinstance(part, str):
        return escaped(part, *edge)
    if part.tag == "br":
        return "<br>"
    name = {"a": "href", "span": "style"}.get(part.tag, "")
    value = f' {name}="{html.escape(part.value)}"' if name and part.value else ""
    within = "".join(_part(each, (False, False)) for each in part.content)
    return f"<{part.tag}{value}>{within}</{part.tag}>"


def _element(part: Element) -> str:
    match part:
        case Separator():
            return "<p></p>"
        case Paragraph(box, content):
            return f"<p{_box(box)}>{inline_html(content)}</p>"
        case Heading(box, level, content):
            return f"<h{level}{_box(box)}>{inline_html(content)}</h{level}>"
        case Author(box, content):
            return f'<address class="author"{_box(box)}><p>{inline_html(content)}</p></address>'
        case List():
            return _list(part)
        case Table():
            return _table(part)
        case _:
            return _figure(part)


def _figure(part: Chart | Formula | Picture | Music | Chemical) -> str:
    match part:
        case Chart(rows=rows):
            kind, inside = 'class="chart"', f"<table>{rows_html(rows)}</table>"
        case Formula(latex=latex, written=written):
            name = f"formula.{written}" if written else "formula"
            kind, inside = f'class="{name}"', f"<div>$${escaped(latex)}$$</div>"
        case Picture(text=""):
            kind, inside = 'class="image"', ""
        case Picture(text=about, content=content):
            kind, inside = f'class="image {about}"', f"<p>{inline_html(content)}</p>"
        case Music(abc=abc):
            kind = 'class="music sheet" format="abc notation"'
            inside = f"<div>{escaped(abc)}</div>"
        case Chemical(smiles=smiles):
            kind = 'class="chemical formula" format="smile"'
            inside = f"<div>{escaped(smiles)}</div>"
    image = f"<img{_box(part.image)}/>" if part.image else ""
    return f"<div {kind}{_box(part.box)}>{image}{inside}</div>"


def _list(part: List) -> str:
    tag = "ol" if part.ordered else "ul"
    return f"<{tag}{_box(part.box)}>{_joined(_item, part.items)}\n</{tag}>"


def _item(item: Item) -> str:
    within = inline_html(item.content) + _joined(_list, item.lists)
    return f"<li{_box(item.box)}>{within}</li>"


def _table(part: Table) -> str:
    if "<" in part.style:
        raise ValueError(f"the style of a table holds a <, which would end it: {part.style!r}")
    style = f"<style>{part.style}</style>" if part.style else ""
    name = "" if part.number is None else f' class="table{part.number}"'
    return f"{style}<table{_box(part.box)}{name}>{rows_html(part.rows)}</table>"


def _cell(cell: Cell) -> str:
    tag = "th" if cell.header else "td"
    spans = "".join(
        f' {name}="{value}"'
        for name, value in (("rowspan", cell.rowspan), ("colspan", cell.colspan))
        if value != 1
    )
    return f"<{tag}{spans}>{inline_html(cell.content)}</{tag}>"


def _box(box: Corners | None) -> str:
    return f' data-bbox="{" ".join(str(round(c)) for c in box)}"' if box else ""


def _joined(write: Callable[..., str], parts: Iterable[object]) -> str:
    return "".join(f"\n{write(part)}" for part in parts)
