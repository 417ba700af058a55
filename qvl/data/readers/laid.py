"""Rows of files that have no places to go on from, laid out once as lines that have them."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qvl.data.drafts import draft
from qvl.data.readers import jsonl
from qvl.data.readers.stream import BadRow, Rows


def lay(source: Path, rows: Rows, path: Path) -> None:
    """Every row of `source` as a line of `path`, and why others are none.

    ValueError where the whole is not what `rows` reads.
    """
    with draft(path) as beside, beside.open("w", encoding="utf-8") as file:
        try:
            for row, _ in rows(source, 0):
                bad = isinstance(row, BadRow)
                file.write(json.dumps([row.reason, row.detail] if bad else [row]) + "\n")
        except (KeyError, TypeError, AttributeError, sqlite3.Error) as error:
            said = f"{type(error).__name__}: {error}"
            raise ValueError(f"{source} is not what its first rows are ({said})") from None


def rows(path: Path, at: int) -> Iterator[tuple[Any | BadRow, int]]:
    """What was laid out, from byte `at` on."""
    for told, after in jsonl.lines(path, at):
        yield (told if isinstance(told, BadRow) else _row(told)), after


def _row(told: list[Any]) -> Any | BadRow:
    return BadRow(*told) if len(told) == 2 else told[0]
