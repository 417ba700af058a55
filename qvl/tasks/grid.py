"""Rows of cells as a reply has them, made as wide as their header."""

from dataclasses import dataclass

from qvl.tasks.wire import Problem


@dataclass(frozen=True)
class Grid:
    """Cells as they were read; the first row is the header."""

    rows: list[list[str]]
    problems: list[Problem]


Row = tuple[str, ...]


def even(grid: Grid) -> tuple[Row, tuple[Row, ...], tuple[Problem, ...]]:
    """Header, rows of its width, and what was wrong: what is lacking is empty.

    A row with more cells widens the header with empty names, so that nothing is lost.
    """
    width = max(len(row) for row in grid.rows)
    problems = list(grid.problems)
    for number, row in enumerate(grid.rows):
        if len(row) != width:
            raw = " | ".join(row)
            problems.append(Problem(0, raw, f"row {number} has {len(row)} of {width} cells"))
    first, *others = (tuple(row) + ("",) * (width - len(row)) for row in grid.rows)
    return first, tuple(others), tuple(problems)
