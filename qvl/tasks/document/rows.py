"""The rows of a table in the markup, and what else stands in it."""

from collections.abc import Iterator

from qvl.tasks.document.faults import Faults
from qvl.tasks.document.lexer import Text
from qvl.tasks.document.model import Cell, Inline, Rows
from qvl.tasks.document.phrase import is_blank, phrase
from qvl.tasks.document.tree import Node

GROUPS = ("thead", "tbody", "tfoot")
CELLS = ("td", "th")
WIDEST = 1000  # rows or columns that a cell may span, as in HTML


def rows(table: Node, faults: Faults) -> tuple[Rows, list[Node | Text]]:
    """The rows, and the parts of the table that stand in none of them."""
    found: list[tuple[Cell, ...]] = []
    loose: list[Node | Text] = []
    single: list[Cell] = []  # cells without a row around them make one
    for part in _parts(table):
        if isinstance(part, Node) and part.name in CELLS:
            faults.add("nesting", part.at, "a cell outside of a row", part.inner)
            single.append(_cell(part, faults))
            continue
        if single:
            found.append(tuple(single))
            single = []
        if isinstance(part, Node) and part.name == "tr":
            found.append(_row(part, faults, loose))
        elif not is_blank(part):
            loose.append(part)
    return (*found, *([tuple(single)] if single else [])), loose


def outline(table: Node) -> list[tuple[Node, tuple[Cell, ...]]]:
    """The rows with the spans of their cells alone."""
    silent = Faults("")
    lines = (part for part in _parts(table) if isinstance(part, Node) and part.name == "tr")
    return [
        (line, tuple(_made(part, silent) for part in line.nodes() if part.name in CELLS))
        for line in lines
    ]


def span(cell: Node, name: str, faults: Faults) -> int:
    """How many rows or columns a cell covers."""
    raw = cell.attributes.get(name, "1").strip()
    if not (raw.isascii() and raw.isdigit() and 0 < int(raw[:9]) <= WIDEST):
        faults.add("span", cell.at, f"a {name} of {raw[:20]!r}, taken as 1", cell.inner)
        return 1
    return int(raw)


def _parts(table: Node) -> Iterator[Node | Text]:
    """What stands in a table, the groups of rows opened."""
    for part in table.children:
        if isinstance(part, Node) and part.name in GROUPS:
            yield from part.children
        else:
            yield part


def _row(row: Node, faults: Faults, loose: list[Node | Text]) -> tuple[Cell, ...]:
    cells = []
    for part in row.children:
        if isinstance(part, Node) and part.name in CELLS:
            cells.append(_cell(part, faults))
        elif not is_blank(part):
            loose.append(part)
    return tuple(cells)


def _cell(cell: Node, faults: Faults) -> Cell:
    return _made(cell, faults, phrase(cell.children, faults, cell.cut))


def _made(cell: Node, faults: Faults, content: Inline = ()) -> Cell:
    wide, high = span(cell, "colspan", faults), span(cell, "rowspan", faults)
    return Cell(content, cell.name == "th", high, wide)
