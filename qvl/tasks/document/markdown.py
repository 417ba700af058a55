"""A document as Markdown, in the dialect of GitHub: formulas in dollars, tables where they fit."""

import re

from qvl.tasks.document.figures import Source
from qvl.tasks.document.inline import Inline, Mark
from qvl.tasks.document.model import (
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
    Rows,
    Separator,
    Table,
)
from qvl.tasks.document.phrase import SAFE_ADDRESS
from qvl.tasks.document.plain import plain
from qvl.tasks.document.safe import safe_html
from qvl.tasks.document.tables import grid
from qvl.tasks.document.web import table_html

_FORMULA = re.compile(r"(\$\$[^$]+\$\$|\$(?![\s$])(?:[^$\\]|\\.)*?(?<!\s)\$(?!\d))", re.DOTALL)
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~$&!]")
_LINE_START = re.compile(r"^(#+|[-+=]+|\d{1,9}(?=[.)]))")
_SIGNS = {"b": "**", "i": "*", "s": "~~"}
_WORD = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)


def markdown(document: Document, source: Source | None = None) -> str:
    """Pages one after the other; `source` gives the address of a figure's picture."""
    pages = (page_markdown(page, at, source) for at, page in enumerate(document.pages))
    return "\n\n".join(filter(None, pages)) + "\n"


def page_markdown(page: Page, number: int = 0, source: Source | None = None) -> str:
    parts: list[str] = []
    before: Element | None = None
    for each in page.elements:
        if isinstance(each, List) and isinstance(before, List):
            parts.append("<!-- -->")  # else they would be one list
        if text := _element(each, number, source):
            parts.append(text)
            before = each
    return "\n\n".join(parts)


def inline_markdown(content: Inline) -> str:
    """One line; formulas in dollars stay as they are."""
    return _LINE_START.sub(_guarded, _flow(content).strip())


def _flow(content: Inline) -> str:
    out = ""
    for part in content:
        out += escaped(part) if isinstance(part, str) else _mark(part, out[-1:] in ("*", "~"))
    return out


def escaped(text: str) -> str:
    """Text whose letters mean nothing to Markdown, on one line; formulas are left as they are."""
    pieces = _FORMULA.split(text)
    return "".join(
        piece if at % 2 else _SPECIAL.sub(r"\\\g<0>", piece) for at, piece in enumerate(pieces)
    ).replace("\n", " ")


def _guarded(found: re.Match[str]) -> str:
    sign = found[1]
    return f"{sign}\\" if sign.isdigit() else f"\\{sign}"


def _mark(mark: Mark, touching: bool) -> str:
    within = _flow(mark.content)
    text = plain(mark.content)
    match mark.tag:
        case "br":
            return "<br>"
        case "span":
            return within
        case "code" if text.strip() and "\n" not in text:
            return _code(text)
        case "a" if mark.value and SAFE_ADDRESS.match(mark.value.strip()):
            address = re.sub(r"[<>\s\\]", lambda found: f"%{ord(found[0]):02X}", mark.value)
            return f"[{within}](<{address}>)"
        case "a":
            return within
        case "b" | "i" | "s" if not touching and _plain_word(mark):
            return f"{_SIGNS[mark.tag]}{within}{_SIGNS[mark.tag]}"
    return f"<{mark.tag}>{within}</{mark.tag}>"


def _plain_word(mark: Mark) -> bool:
    """Whether the signs of Markdown hold: text alone, a letter or digit at both ends."""
    text = plain(mark.content)
    return all(isinstance(each, str) for each in mark.content) and bool(_WORD.fullmatch(text))


def _code(text: str) -> str:
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if text[0] in " `" or text[-1] in " `" else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _element(part: Element, number: int, source: Source | None) -> str:
    match part:
        case Separator():
            return ""
        case Heading(level=level, content=content):
            return f"{'#' * level} {inline_markdown(content)}".rstrip()
        case List():
            return "\n".join(_items(part))
        case Table():
            return table_markdown(part)
        case Chart() | Formula() | Picture() | Music() | Chemical():
            return _figure(part, source(number, part) if source else None)
        case _:
            return inline_markdown(part.content)


def table_markdown(part: Table | Chart) -> str:
    """A table of pipes; where cells span or rows are uneven, an HTML table."""
    lines, wrong = grid(part.rows)
    spans = any(cell.rowspan * cell.colspan > 1 for row in part.rows for cell in row)
    if spans or wrong or not lines:
        return re.sub(r"\n\s*\n", "\n", safe_html(table_html(part))) if lines else ""
    rows = part.rows
    headed = any(cell.header for cell in rows[0])
    head = _row(rows[:1]) if headed else "|" + "   |" * len(rows[0])
    body = [_row((row,)) for row in rows[headed:]]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body])


def _row(rows: Rows) -> str:
    return "|" + "".join(f" {inline_markdown(cell.content)} |" for row in rows for cell in row)


def _items(part: List) -> list[str]:
    lines = []
    for at, item in enumerate(part.items, 1):
        sign = f"{at}." if part.ordered else "-"
        lines.append(f"{sign} {inline_markdown(item.content)}".rstrip())
        for inner in item.lists:
            lines += [" " * (len(sign) + 1) + line for line in _items(inner)]
    return lines


def _figure(part: Figure, address: str | None) -> str:
    about = ""
    if isinstance(part, Picture) and part.text == "caption":
        about = plain(part.content)
    image = f"![{escaped(about)}](<{address}>)" if address else ""
    match part:
        case Chart():
            text = table_markdown(part)
        case Formula(latex=latex):
            text = f"$$\n{_solid(latex)}\n$$" if latex else ""
        case Music(abc=abc):
            text = _fenced("abc", abc)
        case Chemical(smiles=smiles):
            text = _code(smiles) if smiles.strip() else ""
        case Picture(text="caption"):
            text = "" if image else inline_markdown(part.content)
        case Picture(content=content):
            text = inline_markdown(content)
    return "\n\n".join(filter(None, (image, text)))


def _solid(latex: str) -> str:
    """Without empty lines, which would end the formula."""
    return "\n".join(line for line in latex.splitlines() if line.strip())


def _fenced(name: str, text: str) -> str:
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{ticks}{name}\n{text}\n{ticks}"
