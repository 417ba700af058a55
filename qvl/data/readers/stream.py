"""Rows of other people's files, one after the other, as records: sharded, resumable, never silent.

A reader is two functions. `Rows` opens a file at a place and gives its rows, each with the place
behind it; `Convert` makes a record of a row. What joins them here counts and skips bad rows, deals
them out to ranks and says where to go on.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from qvl.data.records import Record
from qvl.data.work import Rejected

FEWEST = 20  # faults before their share stops a run


class BadRow(ValueError):
    """A row that gives no record. The reason is one of few, the detail is its own."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Cursor:
    """Where reading goes on: a file, a place in it, and the number of the next row of all."""

    file: int = 0
    at: int = 0  # bytes or rows, as the reader of that file counts
    row: int = 0
    read: int = 0  # rows of this rank so far
    faults: int = 0  # of these


class Rows(Protocol):
    """The rows of a file from a place on, each with the place of the next; or why there is none."""

    def __call__(self, path: Path, at: int, /) -> Iterator[tuple[Any | BadRow, int]]: ...


class Convert(Protocol):
    """A row to a record with this key; BadRow says why not."""

    def __call__(self, row: Any, key: str, /) -> Record: ...


@dataclass(frozen=True)
class Share:
    """Which rows are read: number n by rank n % world. All by default."""

    rank: int = 0
    world: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.world:
            raise ValueError(f"rank {self.rank} of {self.world}; it must be below the world's size")


ALL = Share()
START = Cursor()


def read(
    files: Sequence[Path],
    rows: Rows,
    convert: Convert,
    share: Share = ALL,
    cursor: Cursor = START,
    most_faults: float = 0.05,
) -> Iterator[tuple[Record | Rejected, Cursor]]:
    """Every row of this rank in order, as a record or with the reason it is none.

    Each comes with the cursor that goes on after it. ValueError when more than `most_faults` of
    the rows are at fault, with the reasons counted.
    """
    reasons: Counter[str] = Counter()
    for number in range(cursor.file, len(files)):
        path = files[number]
        start = cursor.at if number == cursor.file else 0
        for row, after in rows(path, start):
            mine = cursor.row % share.world == share.rank
            faults, counted = cursor.faults, cursor.read + mine
            cursor = Cursor(number, after, cursor.row + 1, counted, faults)
            if not mine:
                continue
            found = converted(row, convert, f"{stem(path)}-{cursor.row - 1:08d}")
            if isinstance(found, Rejected):
                where = f"{path.name}, row {cursor.row - 1}"
                found = replace(found, detail=f"{where}: {found.detail}")
                reasons[found.reason] += 1
                cursor = replace(cursor, faults=cursor.faults + 1)
            yield found, cursor
            if cursor.faults >= FEWEST and cursor.faults > most_faults * cursor.read:
                told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
                raise ValueError(
                    f"{cursor.faults} of {cursor.read} rows are bad, the last in {path}: {told}"
                )


def converted(row: Any | BadRow, convert: Convert, key: str) -> Record | Rejected:
    """A row as a record, or as a fault with the reason why it is none."""
    try:
        if isinstance(row, BadRow):
            raise row
        return convert(row, key)
    except BadRow as error:
        return Rejected(key, error.reason, error.detail, fault=True)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return Rejected(key, "not in the format", f"{type(error).__name__}: {error}", fault=True)


def stem(path: Path) -> str:
    """A file's name as keys and sets may have it."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", path.name.split(".")[0])[:60] or "rows"
