"""Published data as a plan and a stage: rows of other people's files to records in shards.

A shard holds rows of one file. Where each shard begins is found before anything is made, so that
any worker can make any shard, and the bytes are those of one that makes them all.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from qvl.data.index import digest
from qvl.data.marks import alone
from qvl.data.readers import coco, conversations, laid, parquet, pixmo
from qvl.data.readers.conversations import Origin
from qvl.data.readers.detect import ROWS, Format, Found, detect
from qvl.data.readers.marked import As
from qvl.data.readers.media import in_folder
from qvl.data.readers.stream import BadRow, Convert, Rows, converted
from qvl.data.records import Record
from qvl.data.work import Plan, Rejected, Work
from qvl.media.policy import Policy

VERSION = 1  # raised when the same rows give other records
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_FAMILIES: dict[Format, str] = {"captions": "captions", "refcoco": "boxes", "pixmo": "points"}


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


@dataclass(frozen=True)
class Imported:
    """The stage: item i of shard s is row i of piece s."""

    pieces: tuple[Piece, ...]
    told: Told

    def __call__(self, work: Work) -> Iterator[Record | Rejected]:
        piece = self.pieces[work.shard]
        reading = _opened(piece, self.told)
        made = converted(reading.row(work.index), reading.convert, work.key)
        if isinstance(made, Rejected):
            where = f"{piece.source.name}, row {piece.first + work.index}"
            made = replace(made, detail=f"{where}: {made.detail}")
        yield made


@contextmanager
def imported(
    files: Sequence[Path],
    told: Told,
    folder: Path,
    per_shard: int,
    say: Callable[[str], None] = lambda line: None,
) -> Iterator[tuple[Plan, Imported]]:
    """The plan and the stage of an import, while rows that had to be laid out lie in `folder`.

    ValueError for a file of no known format, without rows, or damaged as a whole.
    """
    rows_at = folder.resolve() / f".{told.name}.rows"  # other machines may read it
    with alone(Plan(f"{told.name}.rows", ()), folder):
        shutil.rmtree(rows_at, ignore_errors=True)  # of a run that was killed
        try:
            pieces: list[Piece] = []
            for number, path in enumerate(files):
                found = detect(path)
                laid_at = rows_at / f"{number:05d}.jsonl"
                mine = list(_pieces(path.resolve(), found, told, laid_at, per_shard))
                say(f"{path}: {sum(p.count for p in mine):,} rows ({found.format})")
                pieces += mine
            yield _plan(files, told, pieces, per_shard), Imported(tuple(pieces), told)
        finally:
            shutil.rmtree(rows_at, ignore_errors=True)


def _plan(files: Sequence[Path], told: Told, pieces: Sequence[Piece], per_shard: int) -> Plan:
    beside = {"instances": digest(told.instances)} if told.instances else {}
    config = {
        "files": [digest(path) for path in files],
        "formats": [piece.format for piece in pieces],
        "per_shard": per_shard,
        "version": VERSION,
        **{name: getattr(told, name) for name in ("licence", "form", "unit", "prompt")},
        **beside,
    }
    return Plan(told.name, tuple(piece.count for piece in pieces), config=config)


def _pieces(
    source: Path, found: Found, told: Told, rows_at: Path, per_shard: int
) -> Iterator[Piece]:
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


class _Reading:
    """The rows of a piece, one after the other, as its items are asked for."""

    def __init__(self, piece: Piece, convert: Convert) -> None:
        self.piece, self.convert = piece, convert
        self.begin()

    def begin(self) -> None:
        self.rows, self.next = _rows(self.piece.holder)(self.piece.path, self.piece.at), 0

    def row(self, index: int) -> Any | BadRow:
        if index < self.next:
            self.begin()
        row: Any = None
        while self.next <= index:
            row, _ = next(self.rows, (BadRow("fewer rows", "the file has changed"), 0))
            self.next += 1
        return row


@lru_cache(2)
def _opened(piece: Piece, told: Told) -> _Reading:
    return _Reading(piece, _convert(piece, told))


def _convert(piece: Piece, told: Told) -> Convert:
    family = told.form if piece.format == "coco" else _FAMILIES.get(piece.format, "conversations")
    origin = Origin(told.name, told.licence, family)
    root = told.media or piece.source.parent
    policy = Policy() if told.download else None
    get = in_folder(root, policy)
    match piece.format:
        case "annotation":
            return conversations.annotated(get, origin)
        case "messages":
            return conversations.messages(get, origin)
        case "captions":
            return conversations.captioned(origin, told.prompt)
        case "pixmo":
            return pixmo.points(root, origin, told.unit, policy)
        case "coco" | "refcoco":
            return coco.detections(get, origin, told.form)
