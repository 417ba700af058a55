"""Sets of pairs in shards: how large each picture is, and the micro-batch of a step."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from qvl.data.censuses import censuses
from qvl.data.costs import Rule
from qvl.data.index import Entry
from qvl.data.lessons import Lessons
from qvl.data.shards import record_at
from qvl.data.skips import Skipped, Skips
from qvl.data.stock import Source
from qvl.train.pairs import Pair, PairBatch, Pairs
from qvl.train.rounds import Rounds

_ANY = 2**30  # tokens: no record is too long to be counted


@dataclass(frozen=True)
class Row:
    path: Path
    entry: Entry
    name: str  # "set/key"


def counted(
    sources: Sequence[Source], pairs: Pairs, workers: int = 0
) -> tuple[list[Row], np.ndarray]:
    """All records of some sets that show something, and the patches of the first that each shows.

    `workers` processes count what was not counted yet. ValueError for a set with a weight.
    """
    lessons = Lessons(pairs.tokenizer, pairs.config, pairs.limits, "plain")
    rows, sizes = list[Row](), list[int]()
    for source in sources:
        if source.weight != 1:
            raise ValueError(
                f"{source.name} has the weight {source.weight}; pairs are told apart once an "
                "epoch each, so leave it at 1"
            )
        found = censuses(source.shards, lessons, Rule(_ANY), workers)
        for path, census in zip(source.shards, found, strict=True):
            for unit in census.units:
                draw = census.draws[int(unit["first"])]
                if draw["grids"]:
                    entry = census.entry(int(unit["row"]))
                    rows.append(Row(path, entry, f"{source.name}/{entry.key}"))
                    sizes.append(int(census.grids[int(draw["first"])].prod()))
    if not rows:
        raise ValueError("no record of these sets shows a picture; give sets with pictures")
    return rows, np.array(sizes)


@dataclass(frozen=True)
class PairSets:
    """Every pair once an epoch, whatever set it is of; `at(step)` is a rank's micro-batch."""

    rows: Sequence[Row]
    rounds: Rounds
    pairs: Pairs
    rank: int = 0
    skips: Skips = field(default_factory=Skips)

    def at(self, step: int) -> list[PairBatch]:
        """TooManySkipped where too many have no words, too long ones, or cannot be read."""
        epoch, numbers = self.rounds.at(step, self.rank)
        made = [pair for n in numbers if (pair := self._pair(self.rows[n], epoch))]
        if not made:
            raise ValueError(f"step {step} has no pair to read; make contrast.patches more")
        return [PairBatch.of(made)]

    def _pair(self, row: Row, epoch: int) -> Pair | None:
        pair, skipped = None, list[Skipped]()
        try:
            pair = self.pairs(record_at(row.path, row.entry), epoch)
        except (ValueError, OSError) as error:
            skipped.append(Skipped(row.name, str(error)))
        self.skips.take(1, skipped)
        return pair
