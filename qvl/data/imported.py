"""Published data as a plan and a stage: rows of other people's files to records in shards.

A shard holds rows of one file. Where each shard begins is found before anything is made, so that
any worker can make any shard, and the bytes are those of one that makes them all.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from qvl.data.index import digest
from qvl.data.marks import alone
from qvl.data.pieces import Piece, Told, pieces_of
from qvl.data.readers import coco, conversations, pixmo, tars
from qvl.data.readers.conversations import Origin
from qvl.data.readers.detect import Format, detect
from qvl.data.readers.media import in_folder
from qvl.data.readers.preferences import preferences
from qvl.data.readers.stream import BadRow, Convert, converted
from qvl.data.records import Record
from qvl.data.work import Plan, Rejected, Work
from qvl.media.policy import Policy

VERSION = 1  # raised when the same rows give other records
_FAMILIES: dict[Format, str] = {
    "preferences": "preferences",
    "captions": "captions",
    "refcoco": "boxes",
    "pixmo": "points",
}


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
                mine = list(pieces_of(path.resolve(), found, told, laid_at, per_shard))
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


class _Reading:
    """The rows of a piece, one after the other, as its items are asked for."""

    def __init__(self, piece: Piece, convert: Convert) -> None:
        self.piece, self.convert = piece, convert
        self.begin()

    def begin(self) -> None:
        self.rows, self.next = self.piece.rows()(self.piece.path, self.piece.at), 0

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
        case "preferences":
            return preferences(get, origin)
        case "captions":
            return tars.captioned(origin, told.prompt)
        case "pixmo":
            return pixmo.points(root, origin, told.unit, policy)
        case "coco" | "refcoco":
            return coco.detections(get, origin, told.form)
