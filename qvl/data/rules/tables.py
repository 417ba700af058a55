"""Which recognised tables are kept: the report's three rules (section 2.2.1, OCR data).

A recogniser finds tables in real pages and may be wrong. Dropped is what it is unsure of, what
lies on another table, and what has few cells for its size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qvl.data.records import Record
from qvl.data.rules.verdict import against
from qvl.data.work import Rejected
from qvl.tasks.place import Corners

FOUND = "tables"  # under which name a record's meta tells of recognised tables


@dataclass(frozen=True)
class Recognised:
    """A table as a recogniser found it; boxes in pixels of the page, confidences from 0 to 1.

    `words` are texts of the cells, "" where a cell is empty; `slots` is rows times columns.
    """

    box: Corners
    cells: tuple[Corners, ...]
    words: tuple[str, ...]
    confidence: float
    slots: int


@dataclass(frozen=True)
class Limits:
    """What a table must reach."""

    confidence: float = 0.8
    overlap: float = 0.05  # of the smaller box, with another table or between two cells
    filled: float = 0.3  # of the slots, cells with words
    cells: int = 4
    pixels: float = 40_000.0  # of the table a cell with words, at most


def unsure(table: Recognised, limits: Limits) -> str:
    """Why a table is not certain enough, or ""."""
    if table.confidence >= limits.confidence:
        return ""
    return f"confidence {table.confidence:.2f} below {limits.confidence:.2f}"


def overlapping(table: Recognised, others: Sequence[Recognised], limits: Limits) -> str:
    """Which other table, or which of its own cells, a table lies on, or ""."""
    for at, other in enumerate(others):
        if (share := shared(table.box, other.box)) > limits.overlap:
            return f"{share:.0%} of it shared with table {at}"
    for at, cell in enumerate(table.cells):
        for after, other in enumerate(table.cells[at + 1 :], at + 1):
            if shared(cell, other) > limits.overlap:
                return f"cells {at} and {after} lie on each other"
    return ""


def sparse(table: Recognised, limits: Limits) -> str:
    """Why a table has too few cells with words, for its grid or for its size, or ""."""
    written = sum(bool(words.strip()) for words in table.words)
    if written < limits.cells:
        return f"{written} cells with words"
    if table.slots and written / table.slots < limits.filled:
        return f"{written} of {table.slots} slots with words"
    if area(table.box) / written > limits.pixels:
        return f"{area(table.box) / written:.0f} pixels a cell with words"
    return ""


def reason(at: int, tables: Sequence[Recognised], limits: Limits) -> tuple[str, str]:
    """Why the table number `at` of a page is dropped, and details; two empty texts: it is kept."""
    table, others = tables[at], [*tables[:at], *tables[at + 1 :]]
    for name, why in (
        ("unsure table", unsure(table, limits)),
        ("overlapping table", overlapping(table, others, limits)),
        ("sparse table", sparse(table, limits)),
    ):
        if why:
            return name, why
    return "", ""


def tables_kept(record: Record, limits: Limits | None = None) -> Rejected | None:
    """A rule: every recognised table that the record's meta tells of passes all three."""
    found = [recognised(each) for each in record.meta.get(FOUND, [])]
    for at in range(len(found)):
        name, why = reason(at, found, limits or Limits())
        if name:
            return against(record, name, f"table {at}: {why}")
    return None


def recognised(told: dict[str, Any]) -> Recognised:
    """A table from plain JSON: box, cells of {"box", "text"}, confidence, rows, columns."""
    cells = told["cells"]
    return Recognised(
        box=_corners(told["box"]),
        cells=tuple(_corners(cell["box"]) for cell in cells),
        words=tuple(cell.get("text", "") for cell in cells),
        confidence=float(told["confidence"]),
        slots=int(told["rows"]) * int(told["columns"]),
    )


def _corners(box: Sequence[float]) -> Corners:
    left, top, right, bottom = box
    return left, top, right, bottom


def area(box: Corners) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def shared(one: Corners, other: Corners) -> float:
    """The part of the smaller of two boxes that lies on the other: 0 to 1."""
    least = min(area(one), area(other))
    low = max(one[0], other[0]), max(one[1], other[1])
    high = min(one[2], other[2]), min(one[3], other[3])
    return area((*low, *high)) / least if least else 0.0
