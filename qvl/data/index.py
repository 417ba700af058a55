"""The index of a shard: where each file of each sample stands, so that any one is read alone."""

import json
import os
import tarfile
import zlib
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

from qvl.data.drafts import draft

VERSION = 1


class BrokenShard(ValueError):
    """A shard whose bytes are not those that were written; one sentence names the place."""


@dataclass(frozen=True)
class Member:
    """A file of a shard: its name without the key, and where its bytes stand."""

    name: str
    offset: int
    size: int
    crc: int


@dataclass(frozen=True)
class Entry:
    key: str
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Index:
    sha256: str  # of the whole tar
    bytes: int
    entries: tuple[Entry, ...]


def index_of(path: Path) -> Path:
    return path.with_suffix(".index.json")


def save(index: Index, path: Path) -> None:
    rows = [[e.key, [[m.name, m.offset, m.size, m.crc] for m in e.members]] for e in index.entries]
    told = {"version": VERSION, "sha256": index.sha256, "bytes": index.bytes, "samples": rows}
    with draft(path) as beside:
        beside.write_text(json.dumps(told, separators=(",", ":")) + "\n")


def load_index(path: Path) -> Index:
    """The index beside a tar, or a fresh one where it has none. BrokenShard where they disagree."""
    beside = index_of(path)
    if not path.is_file():
        raise BrokenShard(f"{path} is no shard: there is no such file")
    if not beside.is_file():
        return scan(path)
    try:
        raw: dict[str, Any] = json.loads(beside.read_text())
        rows = tuple(
            Entry(key, tuple(Member(*each) for each in members)) for key, members in raw["samples"]
        )
        index = Index(raw["sha256"], raw["bytes"], rows)
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenShard(f"{beside} is no index ({error!r}); delete it to have it anew") from None
    if raw.get("version") != VERSION:
        raise BrokenShard(f"{beside} has version {raw.get('version')!r}, this reads {VERSION}")
    size = path.stat().st_size
    if size != index.bytes:
        raise BrokenShard(
            f"{path} has {size} bytes, its index tells {index.bytes}; make or fetch the shard again"
        )
    return index


def scan(path: Path) -> Index:
    """The index of a tar that has none. BrokenShard for what is no tar or ends early."""
    entries: dict[str, list[Member]] = {}
    try:
        with tarfile.open(path, "r:") as tar, open(path, "rb") as file:
            for info in tar:
                key, _, name = info.name.partition(".")
                file.seek(info.offset_data)
                held = file.read(info.size)
                member = Member(name, info.offset_data, info.size, zlib.crc32(held))
                entries.setdefault(key, []).append(member)
            size = file.seek(0, os.SEEK_END)
    except tarfile.TarError as error:
        raise BrokenShard(f"{path} is no whole tar ({error}); make or fetch it again") from None
    rows = tuple(Entry(key, tuple(members)) for key, members in entries.items())
    return Index(digest(path), size, rows)


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()
