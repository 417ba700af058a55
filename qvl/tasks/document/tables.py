"""A table as a grid: which cell covers which place, and what its spans do wrong; CSV of it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from qvl.tasks.document.model import Cell, Rows
from qvl.tasks.document.plain import plain

LARGEST = 1_000_000  # places of a grid; in a table that claims more, spans are not followed
WIDEST = 1000  # columns; what a row holds beyond is left out of the grid


@dataclass(frozen=True)
class Slot:
    """A place in the grid and the cell that covers it; `first`: where the cell begins."""

    cell: Cell
    first: bool


@dataclass(frozen=True)
class Wrong:
    row: int
    kind: str
    reason: str


Line = list[Slot | None]  # None: no cell


def grid(rows: Rows) -> tuple[list[Line], list[Wrong]]:
    """Lines of one width, a place each for every row and column, and what is wrong with the spans.

    A span that reaches past the last row ends there; of two cells on one place the later holds.
    """
    wrong: list[Wrong] = []
    taken: list[dict[int, Slot]] = [{} for _ in rows]
    size = sum(cell.colspan * min(cell.rowspan, len(rows)) for row in rows for cell in row)
    if size > LARGEST:
        wrong.append(Wrong(0, "span", f"spans over {size} places, not followed"))
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            while column in taken[at]:
                column += 1
            high, wide = (1, 1) if size > LARGEST else (cell.rowspan, cell.colspan)
            if at + high > len(rows):
                why = f"a rowspan of {high} with {len(rows) - at} rows left"
                wrong.append(Wrong(at, "span-overflow", why))
            if column + wide > WIDEST:
                wrong.append(Wrong(at, "span-overflow", f"more than {WIDEST} columns"))
                break
            if any(place in taken[at] for place in range(column, column + wide)):
                wrong.append(Wrong(at, "span-overlap", "a cell on top of one that spans rows"))
            for down in range(at, min(at + high, len(rows))):
                for place in range(column, column + wide):
                    taken[down][place] = Slot(cell, (down, place) == (at, column))
            column += wide
    return _lines(taken, wrong), wrong


def _lines(taken: list[dict[int, Slot]], wrong: list[Wrong]) -> list[Line]:
    width = max((max(line) + 1 for line in taken if line), default=0)
    for at, line in enumerate(taken):
        if len(line) != width:
            wrong.append(Wrong(at, "ragged", f"a row of {len(line)} columns in a table of {width}"))
    return [[line.get(column) for column in range(width)] for line in taken]


def to_csv(rows: Rows, *, spreadsheet: bool = False) -> str:
    """A table as CSV; a cell that spans more places stands in the first, the others are empty.

    A value that begins with = + - @ may be run as a formula by a program that opens the file:
    `spreadsheet` puts a ' before it, which changes the value, so it is off unless asked for.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for line in grid(rows)[0]:
        writer.writerow(_guarded(value, spreadsheet) for value in _values(line))
    return out.getvalue()


def _values(line: Line) -> Iterator[str]:
    for slot in line:
        yield plain(slot.cell.content) if slot and slot.first else ""


def _guarded(value: str, spreadsheet: bool) -> str:
    risky = value.lstrip().startswith(("=", "+", "-", "@")) or value.startswith(("\t", "\r"))
    return f"'{value}" if spreadsheet and risky else value
