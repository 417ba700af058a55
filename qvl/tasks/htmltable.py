"""Tables in HTML, with cells that span rows and columns."""

from typing import TYPE_CHECKING

from qvl.tasks.grid import Grid
from qvl.tasks.wire import Problem

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

WIDEST = 1000  # rows or columns that one cell may span


def grid_of(reply: str) -> Grid | None:
    """The first table of a reply, or None. What spans cells stands in each of them.

    A reply that ends within a row keeps the rows before it.
    """
    start = reply.lower().find("<table")
    if start < 0:
        return None
    from selectolax.lexbor import LexborHTMLParser

    text, problems = reply[start:], []
    lower = text.lower()
    if "</table" not in lower:
        row = lower.rfind("<tr")
        end = row if row > lower.rfind("</tr") else len(text)
        problems.append(Problem(start + end, text[end:], "cut off before its end"))
        text = text[:end]
    table = LexborHTMLParser(text).css_first("table")
    rows = _laid([[_cell(c) for c in tr.css("th, td")] for tr in table.css("tr")]) if table else []
    return Grid(rows, problems) if rows else None


def _cell(node: "LexborNode") -> tuple[str, int, int]:
    """A cell's text, and the rows and columns it spans."""
    text = " ".join(node.text(separator=" ").split())
    return text, _span(node.attributes.get("rowspan")), _span(node.attributes.get("colspan"))


def _span(told: str | None) -> int:
    return min(max(int(told), 1), WIDEST) if told and told.isascii() and told.isdigit() else 1


def _laid(rows: list[list[tuple[str, int, int]]]) -> list[list[str]]:
    """Rows of plain cells; a span past the last row ends there."""
    laid: list[dict[int, str]] = [{} for _ in rows]
    for at, row in enumerate(rows):
        column = 0
        for text, down, across in row:
            while column in laid[at]:
                column += 1
            for below in laid[at : at + down]:
                below.update({column + i: text for i in range(across)})
    return [[row.get(i, "") for i in range(max(row) + 1)] for row in laid if row]
