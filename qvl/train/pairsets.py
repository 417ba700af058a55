"""Sets of pairs in shards: how large each picture is, and the micro-batch of a step."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from qvl.data.censuses import censuses
from qvl.data.costs import Rule
from qvl.data.index import Entry
from qvl.data.lessons import Lessons
from qvl.data.loader import TooManySkipped
from qvl.data.shards import record_at
from qvl.data.stock import Source
from qvl.train.pairs import Pair, PairBatch, Pairs
from qvl.train.rounds import Rounds

GRACE = 50  # pairs before the share of those that cannot be read is judged
_ANY = 2**30  # tokens: no record is too long to be counted


@dataclass(frozen=True)
class Row:
    path: Path
    entry: Entry
    source: str


@dataclass
class PairSets:
    """All records of some sets that show something; `at(step)` is a rank's micro-batch.

    Every pair comes once an epoch, whatever set it is of. ValueError for a set with a weight.
    """

    sources: Sequence[Source]
    pairs: Pairs
    budget: int  # patches of a micro-batch
    workers: int = 0  # that count
    most: float = 0.05  # share of pairs that may be skipped
    rank: int = 0
    ranks: int = 1
    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    @cached_property
    def _counted(self) -> tuple[list[Row], np.ndarray]:
        lessons = Lessons(self.pairs.tokenizer, self.pairs.config, self.pairs.limits, "plain")
        rows, sizes = list[Row](), list[int]()
        for source in self.sources:
            if source.weight != 1:
                raise ValueError(
                    f"{source.name} has the weight {source.weight}; pairs are told apart once an "
                    "epoch each, so leave it at 1"
                )
            found = censuses(source.shards, lessons, Rule(_ANY), self.workers)
            for path, census in zip(source.shards, found, strict=True):
                for unit in census.units:
                    draw = census.draws[int(unit["first"])]
                    if draw["grids"]:
                        grid = census.grids[int(draw["first"])]
                        rows.append(Row(path, census.entry(int(unit["row"])), source.name))
                        sizes.append(int(grid.prod()))
        if not rows:
            raise ValueError("no record of these sets shows a picture; give sets with pictures")
        return rows, np.array(sizes)

    @cached_property
    def rounds(self) -> Rounds:
        return Rounds(self._counted[1], self.budget, self.ranks, self.pairs.seed)

    def at(self, step: int) -> list[PairBatch]:
        """TooManySkipped where too many have no words, too long ones, or cannot be read."""
        epoch, numbers = self.rounds.at(step, self.rank)
        made = [pair for n in numbers if (pair := self._pair(n, epoch))]
        if not made:
            raise ValueError(f"step {step} has no pair to read; make contrast.patches more")
        return [PairBatch.of(made)]

    def _pair(self, n: int, epoch: int) -> Pair | None:
        row = self._counted[0][n]
        self.read += 1
        try:
            return self.pairs(record_at(row.path, row.entry), epoch)
        except (ValueError, OSError) as error:
            self.skipped[str(error)] += 1
        total = self.skipped.total()
        if self.read >= GRACE and total > self.most * self.read:
            told = "; ".join(f"{n} x {why}" for why, n in self.skipped.most_common(3))
            raise TooManySkipped(f"{total} of {self.read} pairs are skipped: {told}")
        return None
