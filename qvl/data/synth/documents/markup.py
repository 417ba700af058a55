"""HTML of documentation to elements without places: text, lists, tables, code, pictures."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qvl.tasks.document.model import (
    Cell,
    Element,
    Heading,
    Inline,
    Item,
    List,
    Mark,
    Paragraph,
    Picture,
    Table,
    inline,
)

_BLOCKS = frozenset(
    (
        *("p", "div", "ul", "ol", "dl", "dt", "dd", "pre", "table", "blockquote", "figure"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
    )
)
_MARKS = {"b": "b", "strong": "b", "i": "i", "em": "i"}
_MARKS |= dict.fromkeys(("code", "tt", "kbd", "samp"), "code")
LONGEST = 1500  # characters of a paragraph


def plain_parts(part: Any) -> Iterator[str]:
    """The text of each block in an element, without marks."""
    if isinstance(part, List):
        for item in part.items:
            yield flat(item.content)
            for inner in item.lists:
                yield from plain_parts(inner)
    elif isinstance(part, Table):
        for row in part.rows:
            yield from (flat(cell.content) for cell in row)
    elif isinstance(part, Heading | Paragraph | Picture):
        yield flat(part.content)


def flat(content: Inline) -> str:
    """Text without its marks."""
    return "".join(
        p if isinstance(p, str) else "\n" if p.tag == "br" else flat(p.content) for p in content
    )


def blocks(node: Any, page: Path) -> Iterator[tuple[Element, Path | None]]:
    """The elements below a node of a page in order, a picture with its file."""
    for child in node.iter(include_text=False):
        whole = child.tag in ("img", "ul", "ol", "table", "pre")
        if not whole and any(d.tag in _BLOCKS or d.tag == "img" for d in _below(child)):
            yield from blocks(child, page)
        elif child.tag == "img":
            if picture := _picture(child, page):
                yield Picture(None, None), picture
        else:
            yield from ((each, None) for each in _leaf(child))


def _leaf(node: Any) -> Iterator[Element]:
    """The elements of a block without other blocks in it."""
    tag = node.tag
    if tag in ("ul", "ol"):
        yield _list(node, 0)
    elif tag == "table":
        if table := _table(node):
            yield table
    elif tag == "pre":
        yield from _code(node)
    elif tag in _BLOCKS and (content := content_of(node)):
        if re.fullmatch("h[1-6]", tag):
            yield Heading(None, int(tag[1]), inline(flat(content)))
        else:
            yield Paragraph(None, _bold(content) if tag == "dt" else content)


def _below(node: Any) -> Iterator[Any]:
    for child in node.iter():
        yield child
        yield from _below(child)


def _bold(content: Inline) -> Inline:
    return (Mark("b", inline(flat(content))),)


def content_of(node: Any, skip: frozenset[str] = frozenset()) -> Inline:
    """The text in a node with the marks b, i and code, blanks as HTML shows them."""
    parts = _tidy(_inline(node, skip))
    return parts if flat(parts).strip() else ()


def _inline(node: Any, skip: frozenset[str]) -> Iterator[str | Mark]:
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            yield re.sub(r"\s+", " ", _clear(child.text_content or ""))
        elif child.tag in skip or child.tag == "img":
            continue
        elif child.tag == "br":
            yield " "
        elif mark := _MARKS.get(child.tag):
            inner = "".join(p if isinstance(p, str) else flat((p,)) for p in _inline(child, skip))
            yield from _marked(mark, inner)
        else:
            yield from _inline(child, skip)


def _marked(mark: Any, text: str) -> Iterator[str | Mark]:
    """A mark with the blanks at its ends outside of it."""
    if not text.strip():
        yield text
        return
    yield text[: len(text) - len(text.lstrip())]
    yield Mark(mark, (text.strip(),))
    yield text[len(text.rstrip()) :]


def _clear(text: str) -> str:
    text = unicodedata.normalize("NFC", text).replace("\u00ad", "").replace("\ufeff", "")
    return text.replace("\u200b", "").replace("\u00a0", " ")


def _tidy(parts: Iterator[str | Mark]) -> Inline:
    merged = inline(*parts)
    return tuple(re.sub(r"\s+", " ", p) if isinstance(p, str) else p for p in merged)


def _list(node: Any, depth: int) -> List:
    items = []
    for each in node.iter():
        if each.tag != "li":
            continue
        content = content_of(each, frozenset(("ul", "ol", "pre", "table")))
        inner = [d for d in _below(each) if d.tag in ("ul", "ol")]
        below = (_list(inner[0], depth + 1),) if inner and depth < 1 else ()
        if content and len(flat(content)) <= LONGEST:
            items.append(Item(None, content, tuple(b for b in below if b.items)))
    return List(None, node.tag == "ol", tuple(items[:12]))


def _table(node: Any) -> Table | None:
    """A table of data of up to twelve rows and six columns; None for any other."""
    rows = []
    for line in (d for d in _below(node) if d.tag == "tr"):
        cells = [c for c in line.iter() if c.tag in ("td", "th")]
        rows.append(tuple(_cell(c) for c in cells))
    widths = {sum(c.colspan for c in row) for row in rows}
    long = any(len(flat(c.content)) > 160 for row in rows for c in row)
    spans = any(c.rowspan > 1 for row in rows for c in row)
    inner = any(d.tag in ("table", "img", "pre") for d in _below(node))
    if long or spans or inner or len(widths) != 1 or not 2 <= len(rows) <= 12:
        return None
    return Table(None, tuple(rows)) if 2 <= widths.pop() <= 6 else None


def _cell(node: Any) -> Cell:
    wide = node.attributes.get("colspan") or "1"
    return Cell(content_of(node), node.tag == "th", colspan=int(wide) if wide.isdigit() else 1)


def _code(node: Any) -> Iterator[Paragraph]:
    """Up to fourteen lines, each as it stands."""
    text = _clear(node.text_content or "" if node.tag == "-text" else node.text())
    lines = [line.rstrip().expandtabs(4) for line in text.strip("\n").splitlines()]
    lines = [line for line in lines if line.strip()][:14]
    if not lines or any(len(line) > 90 for line in lines):
        return
    parts: list[str | Mark] = []
    for at, line in enumerate(lines):
        parts += [Mark("br")] if at else []
        parts.append(re.sub(r"\s+", " ", line.strip()))
    yield Paragraph(None, (Mark("code", inline(*parts)),))


def _picture(node: Any, page: Path) -> Path | None:
    """The file of a picture; of one that is no letter or button."""
    path = page.parent / (node.attributes.get("src") or "")
    good = path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp") and path.is_file()
    return path if good and path.stat().st_size > 2500 else None
