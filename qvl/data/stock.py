"""A set of a mixture, and what all of its samples cost, in memory."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from qvl.config import Config
from qvl.data.census import Census
from qvl.data.censuses import censuses
from qvl.data.costs import Overflow, Rule
from qvl.data.index import Entry
from qvl.data.lessons import Lessons
from qvl.data.reading import Reading
from qvl.model.flops import Factors, decoder_flops, head_flops, merger_flops, tower_flops
from qvl.model.parts import PARTS


@dataclass(frozen=True)
class Source:
    """A set: its shards, its share of the mixture, and how its records are read.

    `fps` and `max_pixels` (pixels, after the resize) are what is drawn from whenever a record
    comes; `loss_weight` is that of each sample.
    """

    name: str
    shards: tuple[Path, ...]
    weight: float = 1.0  # of samples
    overflow: Overflow = "drop"
    fps: tuple[float, ...] = ()
    max_pixels: tuple[int, ...] = ()
    loss_weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.name or "/" in self.name:
            raise ValueError(f"a set is called {self.name!r}; give it a name without a slash")
        if not self.loss_weight >= 0:
            raise ValueError(f"{self.name} has the loss weight {self.loss_weight}; give 0 or more")

    def rule(self, capacity: int) -> Rule:
        return Rule(capacity, self.overflow, self.fps, self.max_pixels)


@dataclass(frozen=True)
class Asked:
    """Where a sample stands, and how it is to be read; small, for it goes to other processes."""

    path: Path
    entry: Entry
    reading: Reading
    tokens: int
    source: str
    weight: float

    @property
    def name(self) -> str:
        return f"{self.source}/{self.entry.key}"


@dataclass(frozen=True)
class Stock:
    """The samples of a source, numbered over its shards, and all draws of each."""

    source: Source
    capacity: int
    shards: tuple[Census, ...]
    ends: tuple[int, ...]  # samples up to the end of each shard
    first: np.ndarray  # int64[samples]: the first draw of each, and
    count: np.ndarray  # int64[samples]: how many there are
    tokens: np.ndarray  # int64[draws]
    cost: np.ndarray  # float64[draws]: floating-point operations of a step

    @classmethod
    def of(
        cls,
        source: Source,
        lessons: Lessons,
        capacity: int,
        learns: Collection[str] = PARTS,
        workers: int = 0,
    ) -> "Stock":
        """Reads the costs of all shards, or counts them. ValueError where no sample is left."""
        found = censuses(source.shards, lessons, source.rule(capacity), workers)
        draws = [0, *accumulate(len(each.draws) for each in found)]
        shifted = [each.units["first"] + start for each, start in zip(found, draws, strict=False)]
        stock = cls(
            source,
            capacity,
            tuple(found),
            tuple(accumulate(len(each.units) for each in found)),
            np.concatenate([*shifted, np.zeros(0, np.int64)]),
            np.concatenate([*(c.units["draws"] for c in found), np.zeros(0, np.int64)]),
            np.concatenate([*(c.draws["tokens"] for c in found), np.zeros(0, np.int64)]),
            np.concatenate([*(weighed(c, lessons.config, learns) for c in found), np.zeros(0)]),
        )
        if not len(stock):
            raise ValueError(
                f"{source.name} has no sample that fits {capacity} tokens and has labels "
                f"({dict(stock.told())}); give other shards or leave the set out"
            )
        return stock

    def __len__(self) -> int:
        return len(self.first)

    def asked(self, unit: int, draw: int) -> Asked:
        """A sample by its number, and which of its draws."""
        number = bisect_right(self.ends, unit)
        census = self.shards[number]
        one = census.units[unit - (self.ends[number - 1] if number else 0)]
        at = int(one["first"]) + draw
        return Asked(
            self.source.shards[number],
            census.entry(int(one["row"])),
            census.reading(at),
            int(census.draws[at]["tokens"]),
            self.source.name,
            self.source.loss_weight,
        )

    def told(self) -> Counter[str]:
        """Samples, and how many records were split, made smaller, or left out, by kind."""
        rule = self.source.rule(self.capacity)
        return sum((each.told(rule) for each in self.shards), Counter[str]())

    def left_out(self) -> list[tuple[str, str, str]]:
        """Name, kind and reason of what does not fit, has no label or is broken."""
        found = (each for census in self.shards for each in census.left_out)
        return [(f"{self.source.name}/{key}", kind, why) for key, kind, why in found]


def weighed(census: Census, cfg: Config, learns: Collection[str]) -> np.ndarray:
    """float64[draws]: operations of a training step, all draws at a time."""
    factors, draws = Factors.of(learns), census.draws
    tokens: Any = draws["tokens"].astype(float)
    labels: Any = draws["labels"].astype(float)
    grids: Any = tuple(census.grids.astype(float).T)
    units = census.grids.astype(float).prod(1) / cfg.vision.spatial_merge_size**2
    seen = factors.tower * tower_flops(cfg.vision, grids)
    seen = seen + factors.merger * merger_flops(cfg.vision) * units
    upto = np.concatenate([[0.0], np.cumsum(seen)])
    media = upto[draws["first"] + draws["grids"]] - upto[draws["first"]]
    read = decoder_flops(cfg.text, tokens) + head_flops(cfg.text, labels)
    return factors.llm * read + media


def stocks(
    sources: Sequence[Source],
    lessons: Lessons,
    capacity: int,
    learns: Collection[str] = PARTS,
    workers: int = 0,
) -> list[Stock]:
    """Of all sets of a mixture. ValueError for two of one name."""
    names = Counter(source.name for source in sources)
    if twice := next((name for name, n in names.items() if n > 1), None):
        raise ValueError(f"two sets are called {twice!r}; give each its own name")
    return [Stock.of(source, lessons, capacity, learns, workers) for source in sources]
