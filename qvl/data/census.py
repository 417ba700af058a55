"""The costs of all records of a shard, beside it on disk, and as arrays in memory.

    a-00000.tar                      the shard
    a-00000.0123456789ab.costs.npz   its costs for a model, a schema and a rule, by their hash

Row: a record and where its bytes stand. Unit: a sample, which the plan draws. Draw: one way to
read it. Made anew when the shard changes; about 150 bytes a sample.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np

from qvl.data.ahead import ahead
from qvl.data.costs import Found, Rule, units
from qvl.data.drafts import draft
from qvl.data.index import BrokenShard, Entry, Member, load_index
from qvl.data.lessons import Lessons
from qvl.data.reading import Reading
from qvl.data.shards import record_at

VERSION = 1  # raised when another text is written of the same record
BLOCK = 32  # records that a process counts at a time

_ROW = [("first", "i8"), ("members", "i4")]
_MEMBER = [("name", "i4"), ("offset", "i8"), ("size", "i8"), ("crc", "u4")]
_UNIT = [("row", "i4"), ("first", "i8"), ("draws", "i4")]
_DRAW = [
    *(("tokens", "i4"), ("labels", "i4"), ("start", "i4"), ("stop", "i4")),  # stop -1: the end
    *(("fps", "f8"), ("max_pixels", "i8"), ("first", "i8"), ("grids", "i4")),  # 0: none
]
Counted = tuple[Entry, Found]


@dataclass(frozen=True)
class Census:
    """Arrays of structured rows; `first` and the number after it tell a span of the next array."""

    rows: np.ndarray
    keys: np.ndarray
    members: np.ndarray
    units: np.ndarray
    draws: np.ndarray
    grids: np.ndarray  # int32[media, 3]
    names: tuple[str, ...]  # of members
    left_out: tuple[tuple[str, str, str], ...]  # key, kind, reason

    @classmethod
    def of(cls, counted: Iterable[Counted]) -> Self:
        rows, keys, members, samples, draws, grids, left_out = [], [], [], [], [], [], []
        names: dict[str, int] = {}
        for entry, found in counted:
            for each in found.units:
                samples.append((len(rows), len(draws), len(each)))
                for one in each:
                    read = one.reading
                    stop = -1 if read.stop is None else read.stop
                    spans = (one.tokens, one.labels, read.start, stop)
                    rates = (read.fps or 0, read.max_pixels or 0)
                    draws.append((*spans, *rates, len(grids), len(one.grid_thw)))
                    grids += one.grid_thw
            left_out += [(entry.key, *each) for each in found.left_out]
            rows.append((len(members), len(entry.members)))
            keys.append(entry.key)
            for m in entry.members:
                members.append((names.setdefault(m.name, len(names)), m.offset, m.size, m.crc))
        return cls(
            np.array(rows, _ROW),
            np.array(keys, "S"),
            np.array(members, _MEMBER),
            np.array(samples, _UNIT),
            np.array(draws, _DRAW),
            np.array(grids, "i4").reshape(-1, 3),
            tuple(names),
            tuple(left_out),
        )

    def entry(self, row: int) -> Entry:
        """Where the bytes of a record stand."""
        first, count = self.rows[row].tolist()
        found = self.members[first : first + count].tolist()
        members = tuple(Member(self.names[name], *rest) for name, *rest in found)
        return Entry(self.keys[row].decode(), members)

    def reading(self, draw: int) -> Reading:
        one = self.draws[draw]
        stop = int(one["stop"])
        rate, area = float(one["fps"]) or None, int(one["max_pixels"]) or None
        return Reading(rate, area, int(one["start"]), None if stop < 0 else stop)

    def told(self, rule: Rule) -> Counter[str]:
        """How many samples there are, and what became of the records that did not fit."""
        smaller = ~np.isin(self.draws["max_pixels"], (0, *rule.max_pixels))
        pieces = self.units[self.draws["stop"][self.units["first"]] >= 0]["row"]
        kinds = Counter(kind for _, kind, _ in self.left_out)
        cut = {"split": len(np.unique(pieces)), "pieces": len(pieces)}
        return Counter({"samples": len(self.units), **cut, "shrunk": int(smaller.sum()), **kinds})


@dataclass(frozen=True)
class _Count:
    """The records of a block of a shard; it travels to other processes."""

    lessons: Lessons
    rule: Rule

    def __call__(self, block: "Block") -> list[Counted]:
        return [(entry, self._found(block.path, entry)) for entry in block.entries]

    def _found(self, path: Path, entry: Entry) -> Found:
        try:
            return units(record_at(path, entry), self.lessons, self.rule)
        except (ValueError, OSError) as error:
            return Found([], [("broken", str(error))])


@dataclass(frozen=True)
class Block:
    """Records of a shard that are counted at a time."""

    path: Path
    entries: tuple[Entry, ...]

    def __str__(self) -> str:
        return f"{self.path}, samples {self.entries[0].key} to {self.entries[-1].key}"


def censuses(paths: Sequence[Path], lessons: Lessons, rule: Rule, workers: int = 0) -> list[Census]:
    """Of each shard: what stands beside it, or made now by `workers` processes and kept there."""
    mark = marked(lessons, rule)
    found = {path: _kept(path, mark) for path in paths}
    todo = [path for path, kept in found.items() if kept is None]
    counted = ahead(_Count(lessons, rule), _blocks(todo), workers if todo else 0)
    for path, group in groupby(counted, lambda each: each[0].path):
        found[path] = Census.of(one for _, block in group for one in block)
        _keep(found[path], path, mark)
    return [found[path] or Census.of([]) for path in paths]


def _blocks(paths: Iterable[Path]) -> Iterator[Block]:
    for path in paths:
        entries = load_index(path).entries
        for i in range(0, len(entries), BLOCK):
            yield Block(path, entries[i : i + BLOCK])


def marked(lessons: Lessons, rule: Rule) -> str:
    """A hash of all that decides the costs of a record."""
    told = {
        "version": VERSION,
        "tokenizer": hashlib.sha256(lessons.tokenizer.inner.to_str().encode()).hexdigest(),
        "vision": asdict(lessons.config.vision),
        "limits": asdict(lessons.limits),
        "schema": lessons.schema,
        "rule": asdict(rule),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def path_of(shard: Path, mark: str) -> Path:
    return shard.with_suffix(f".{mark}.costs.npz")


def _stamp(shard: Path) -> list[int]:
    """Of the bytes of a shard, without reading them."""
    if not shard.is_file():
        raise BrokenShard(f"{shard} is no shard: there is no such file")
    told = shard.stat()
    return [told.st_size, told.st_mtime_ns]


def _keep(census: Census, shard: Path, mark: str) -> None:
    told = {"stamp": _stamp(shard), "names": census.names, "left_out": census.left_out}
    arrays = {name: getattr(census, name) for name in _ARRAYS}
    arrays["told"] = np.frombuffer(json.dumps(told).encode(), np.uint8)
    try:
        with draft(path_of(shard, mark)) as beside, open(beside, "wb") as file:
            np.savez(file, **arrays)
    except OSError as error:
        raise OSError(
            f"the costs of {shard} cannot be kept beside it ({error.strerror}); give its folder "
            "room and the right to write"
        ) from None


_ARRAYS = ("rows", "keys", "members", "units", "draws", "grids")


def _kept(shard: Path, mark: str) -> Census | None:
    """None where there is none, or it is of another state of the shard, or broken."""
    stamp = _stamp(shard)
    try:
        with np.load(path_of(shard, mark)) as held:
            told: dict[str, Any] = json.loads(held["told"].tobytes())
            if told["stamp"] != stamp:
                return None
            left_out = tuple((key, kind, why) for key, kind, why in told["left_out"])
            return Census(*(held[name] for name in _ARRAYS), tuple(told["names"]), left_out)
    except (OSError, ValueError, KeyError, BadZipFile):
        return None
