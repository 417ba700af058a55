"""The costs of shards: made by several processes, and kept beside each shard.

    a-00000.tar                      the shard
    a-00000.0123456789ab.costs.npz   its costs for a model, a schema and a rule, by their hash

Made anew when the shard is another one.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from qvl.data.ahead import ahead
from qvl.data.census import ARRAYS, Census, Counted
from qvl.data.costs import Found, Rule, units
from qvl.data.drafts import draft
from qvl.data.index import BrokenShard, Entry, load_index
from qvl.data.lessons import Lessons
from qvl.data.shards import record_at

VERSION = 4  # raised when another text is written of the same record
BLOCK = 32  # records that a process counts at a time


@dataclass(frozen=True)
class Block:
    """Records of a shard that are counted at a time."""

    path: Path
    entries: tuple[Entry, ...]

    def __str__(self) -> str:
        return f"{self.path}, samples {self.entries[0].key} to {self.entries[-1].key}"


@dataclass(frozen=True)
class _Count:
    """The records of a block of a shard; it travels to other processes."""

    lessons: Lessons
    rule: Rule

    def __call__(self, block: Block) -> list[Counted]:
        return [(entry, self._found(block.path, entry)) for entry in block.entries]

    def _found(self, path: Path, entry: Entry) -> Found:
        try:
            return units(record_at(path, entry), self.lessons, self.rule)
        except (ValueError, OSError) as error:
            return Found([], [("broken", str(error))])


def censuses(paths: Sequence[Path], lessons: Lessons, rule: Rule, workers: int = 0) -> list[Census]:
    """Of each shard: what stands beside it, or made now by `workers` processes and kept there."""
    mark = marked(lessons, rule)
    found = {path: kept for path in paths if (kept := _kept(path, mark))}
    todo = [path for path in dict.fromkeys(paths) if path not in found]
    counted = ahead(_Count(lessons, rule), _blocks(todo), workers if todo else 0)
    for path, group in groupby(counted, lambda each: each[0].path):
        found[path] = Census.of(one for _, block in group for one in block)
        _keep(found[path], path, mark)
    return [found[path] if path in found else Census.of([]) for path in paths]  # of no record


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
        "sides": [lessons.config.vision.patch_size, lessons.config.vision.spatial_merge_size],
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
    arrays = {name: getattr(census, name) for name in ARRAYS}
    arrays["told"] = np.frombuffer(json.dumps(told).encode(), np.uint8)
    try:
        with draft(path_of(shard, mark)) as beside, open(beside, "wb") as file:
            np.savez(file, **arrays)
    except OSError as error:
        raise OSError(
            f"the costs of {shard} cannot be kept beside it ({error.strerror}); give its folder "
            "room and the right to write"
        ) from None


def _kept(shard: Path, mark: str) -> Census | None:
    """None where there is none, or it is of another state of the shard, or broken."""
    stamp = _stamp(shard)
    try:
        with np.load(path_of(shard, mark)) as held:
            told: dict[str, Any] = json.loads(held["told"].tobytes())
            if told["stamp"] != stamp:
                return None
            return Census(
                **{name: held[name] for name in ARRAYS},
                names=tuple(told["names"]),
                left_out=tuple((key, kind, why) for key, kind, why in told["left_out"]),
            )
    except (OSError, ValueError, KeyError, BadZipFile):
        return None
