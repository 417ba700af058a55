"""What a generator or a filter is: a pure function from a work item to records and rejections.

The seed of an item depends on the data set, the shard and the index alone, so that any number of
workers, in any order, makes the same shards.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from qvl.data.records import Record


@dataclass(frozen=True)
class Work:
    """One item: the `index`-th of a shard of a data set."""

    dataset: str
    shard: int
    index: int
    seed: int = 0

    @property
    def key(self) -> str:
        """A key for the item's record; where it makes several, put -0, -1, ... after it."""
        return f"{self.dataset}-{self.shard:05d}-{self.index:06d}"

    def rng(self) -> np.random.Generator:
        """Fresh random numbers of this item, the same on every machine with the same numpy."""
        name = int.from_bytes(hashlib.sha256(self.dataset.encode()).digest()[:8], "big")
        return np.random.default_rng((self.seed, name, self.shard, self.index))


@dataclass(frozen=True)
class Rejected:
    """A sample that is left out. `reason` is short and of few kinds, since reasons are counted.

    A `fault` is something broken (a corrupt file, a dead browser): above a rate of faults a run
    stops. What a filter leaves out is none.
    """

    key: str
    reason: str
    detail: str = ""
    record: Record | None = None  # kept beside the shard, to be looked at
    fault: bool = False


class Stage(Protocol):
    """Makes what comes of a work item: nothing, one or several records or rejections.

    Pure but for caches: a top-level function, a `functools.partial` or a frozen dataclass, so
    that it can be sent to other processes. What is dear to open (a browser, fonts) is opened
    once a process by a cached function that the stage calls. What it raises is a fault.
    """

    def __call__(self, work: Work, /) -> Iterator[Record | Rejected]: ...


@dataclass(frozen=True)
class Plan:
    """A data set to be made: how many work items each shard has, and all that decides its bytes.

    `config` is plain JSON: parameters, versions of generators and sources. A shard that was made
    with another config is noticed.
    """

    dataset: str  # letters, digits, - and _; names the shards
    items: tuple[int, ...]  # of each shard
    seed: int = 0
    config: Mapping[str, Any] = field(default_factory=dict)
    held_out: bool = False  # made of what is kept for tests (`qvl.data.provenance`), and only of it

    def work(self, shard: int) -> Iterator[Work]:
        return (Work(self.dataset, shard, i, self.seed) for i in range(self.items[shard]))

    def mark(self, shard: int) -> str:
        """A hash of everything that decides the bytes of a shard; other shards do not."""
        told = {
            "dataset": self.dataset,
            "shard": shard,
            "items": self.items[shard],
            "seed": self.seed,
            "config": dict(self.config),
            "held_out": self.held_out,
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
