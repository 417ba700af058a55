"""Files cut into the rows of each shard, with the place that each begins at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qvl.data.readers import coco, laid, parquet
from qvl.data.readers.detect import ROWS, Format, Found
from qvl.data.readers.marked import As
from qvl.data.readers.stream import Rows

_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")


@dataclass(frozen=True)
class Told:
    """What no file tells of itself."""

    name: str  # of the set
    licence: str
    prompt: str  # before a caption that comes without a question
    media: Path | None = None  # the folder of pictures and clips; None: that of each file
    instances: Path | None = None  # the COCO file that RefCOCO's numbers are of
    form: As = "boxes"  # what is asked of COCO's things
    unit: Literal["percent", "pixels"] = "percent"  # of PixMo's points
    download: bool = False  # fetch pictures that have an address alone

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"a set cannot be called {self.name!r}; use letters, digits, - and _")
        if not self.licence.strip():
            raise ValueError("the licence is empty; name the one that the data came with")


@dataclass(frozen=True)
class Piece:
    """The rows of one shard: of a file, from a place on."""

    source: Path
    format: Format
    holder: str  # how `path` holds them: a name of ROWS, or "laid"
    path: Path  # `source`, or its rows laid out as lines
    at: int
    first: int  # number of the first row
    count: int

    def rows(self) -> Rows:
        return _rows(self.holder)


def pieces_of(
    source: Path, found: Found, told: Told, rows_at: Path, per_shard: int
) -> Iterator[Piece]:
    """The shards of a file; `rows_at` is where its rows are laid out, if they have no places."""
    holder, path = str(found.holder), source
    if found.holder in ("items", "coco", "references"):
        laid.lay(source, _whole(found, told, source), rows_at)
        holder, path = "laid", rows_at
    starts, total = _starts(path, holder, per_shard)
    if not total:
        raise ValueError(f"{source} has no rows that can be imported")
    for i, at in enumerate(starts):
        first = i * per_shard
        count = min(per_shard, total - first)
        yield Piece(source, found.format, holder, path, at, first, count)


def _whole(found: Found, told: Told, source: Path) -> Rows:
    if found.holder == "items":
        return ROWS["items"]
    if found.holder == "coco":
        return coco.pictures
    if told.instances is None:
        raise ValueError(f"{source} names things by number; give the COCO file with --instances")
    return coco.expressions(told.instances)


def _starts(path: Path, holder: str, per_shard: int) -> tuple[list[int], int]:
    """The places where shards begin, and the number of rows."""
    if holder == "parquet":
        total = parquet.count(path)
        return list(range(0, total, per_shard)), total
    starts, total, at = [], 0, 0
    for _, after in _rows(holder)(path, 0):
        if total % per_shard == 0:
            starts.append(at)
        total, at = total + 1, after
    return starts, total


def _rows(holder: str) -> Rows:
    return laid.rows if holder == "laid" else ROWS[holder]  # pyright: ignore[reportArgumentType]
