"""Shards: tars that WebDataset reads, with an index beside them for reading at random.

    a-00000.tar         KEY.json, KEY.0.jpg, ...: one record after the other, USTAR, no clock
    a-00000.index.json  sha256 and size of the tar; each member's offset, size and CRC-32

The bytes of a shard are a function of its records and their order.
"""

import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from qvl.data import records
from qvl.data.drafts import draft
from qvl.data.index import BrokenShard, Entry, Index, Member, digest, index_of, load_index, save
from qvl.data.records import Record

_BLOCK = 512  # bytes that a tar counts in
_END = b"\0" * (2 * _BLOCK)
_JSON = "json"


def write(path: Path, rows: Iterable[Record]) -> Index:
    """A shard of all records; nothing is under its name before it is whole."""
    with draft(path) as beside:
        with open(beside, "wb") as file:
            writer = Writer(file)
            for record in rows:
                writer.add(record)
            index = writer.end()
        index_of(path).unlink(missing_ok=True)  # of a former shard of this name
    save(index, index_of(path))
    return index


class Writer:
    """Records to an open file, one by one; `end` makes it a tar and gives the index."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest, self.at = file, sha256(), 0
        self.entries: dict[str, Entry] = {}

    def add(self, record: Record) -> None:
        """ValueError for a key that the shard has already."""
        if record.key in self.entries:
            raise ValueError(f"two records have the key {record.key!r}; keys must differ")
        parts = {_JSON: records.dumps(record), **dict(sorted(record.media.items()))}
        members = tuple(self._member(record.key, name, held) for name, held in parts.items())
        self.entries[record.key] = Entry(record.key, members)

    def _member(self, key: str, name: str, held: bytes) -> Member:
        info = tarfile.TarInfo(f"{key}.{name}")  # its clock stands at 0, its owner is 0
        info.size = len(held)
        self._put(info.tobuf(tarfile.USTAR_FORMAT))
        member = Member(name, self.at, len(held), zlib.crc32(held))
        self._put(held)
        self._put(b"\0" * (-len(held) % _BLOCK))
        return member

    def end(self) -> Index:
        self._put(_END)
        self.file.flush()
        return Index(self.digest.hexdigest(), self.at, tuple(self.entries.values()))

    def _put(self, held: bytes) -> None:
        self.file.write(held)
        self.digest.update(held)
        self.at += len(held)


def verify(path: Path) -> None:
    """BrokenShard names the first sample and member that is not what was written."""
    shard = Shard(path)
    for i in range(len(shard)):
        shard[i]
    found, told = digest(path), shard.index.sha256
    if found != told:  # between the members
        raise BrokenShard(f"{path} has the sha256 {found}, its index tells {told}")


class Shard:
    """A shard to be read: `shard[i]`, or `shard.keyed(key)`.

    Its index is in memory, about half a kilobyte a record. The file is open only while a record
    is read, so that any number of shards can be at hand; threads may share it.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.index = path, load_index(path)

    def __len__(self) -> int:
        return len(self.index.entries)

    def __getitem__(self, i: int) -> Record:
        """BrokenShard names the member whose bytes are not those that were written."""
        return record_at(self.path, self.index.entries[i])

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {entry.key: i for i, entry in enumerate(self.index.entries)}

    def keyed(self, key: str) -> Record:
        if key not in self.numbers:
            raise KeyError(f"{self.path} has no sample {key!r}")
        return self[self.numbers[key]]


def record_at(path: Path, entry: Entry) -> Record:
    """The record that stands in a shard at these places, for who has no index at hand."""
    with open(path, "rb", buffering=0) as file:
        held = {m.name: _bytes(path, file.fileno(), entry.key, m) for m in entry.members}
    try:
        return records.loads(held.pop(_JSON), held)
    except KeyError:
        raise BrokenShard(f"{path}: sample {entry.key} has no {_JSON}") from None


def _bytes(path: Path, handle: int, key: str, member: Member) -> bytes:
    held = os.pread(handle, member.size, member.offset)
    if len(held) != member.size or zlib.crc32(held) != member.crc:
        raise BrokenShard(
            f"{path}: {key}.{member.name} at byte {member.offset} is damaged; "
            "make or fetch the shard again"
        )
    return held


@dataclass(frozen=True)
class Cursor:
    """The sample that comes next: which of the shards, which of its samples."""

    shard: int = 0
    sample: int = 0


def stream(paths: list[Path], cursor: Cursor | None = None) -> Iterator[tuple[Record, Cursor]]:
    """Every record in order from `cursor` on, each with the cursor that goes on after it."""
    start = cursor or Cursor()
    for number in range(start.shard, len(paths)):
        shard = Shard(paths[number])
        for i in range(start.sample if number == start.shard else 0, len(shard)):
            yield shard[i], Cursor(number, i + 1)
