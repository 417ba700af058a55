"""Which samples make which pack of which step: a pure function of a seed and the step.

The stream of the mixture is packed a block at a time. Packs are numbered through; the next `packs`
of them are a step's, whatever the number of ranks. Over a stretch of steps, packs change places so
that those which run at one time cost the same (report, section 3.3): sorted by cost, cut into
groups, and each step is given one group of the dearest quarter, one of the next, and so on. Every
step sees all kinds, nothing is left out, and each sample still comes once an epoch.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

import numpy as np

from qvl.data.mixture import Mixture, hashed, mixed
from qvl.data.packing import first_fit
from qvl.data.stock import Asked, Stock

STRETCH = 8  # steps among which packs change places
_QUARTERS = 4


@dataclass(frozen=True)
class Pack:
    """Samples that are read end to end, and the operations that a step spends on them."""

    number: int  # in the stream
    samples: np.ndarray  # int64[n, 4]: part, epoch, number in its set, draw
    tokens: int
    cost: float


@dataclass(frozen=True)
class Deal:
    """How packs make steps: `packs` a step over all ranks and micro-batches.

    `abreast` of them, which should be the number of ranks, are alike in cost; None: a quarter of
    a step's.
    """

    packs: int
    seed: int = 0
    abreast: int | None = None

    def __post_init__(self) -> None:
        if self.packs < 1 or self.packs % self.together:
            raise ValueError(
                f"{self.packs} packs a step in groups of {self.together}; give packs from 1 up, "
                "and a number abreast that divides them"
            )

    @property
    def together(self) -> int:
        if self.abreast is None:
            return max(self.packs, 1) // gcd(self.packs, _QUARTERS)
        return max(self.abreast, 1)


class Plan:
    """The packs of every step. It keeps how many packs each block gave, which a resumed run
    counts again: some seconds for a million samples.
    """

    def __init__(self, stocks: Sequence[Stock], deal: Deal) -> None:
        capacities = {stock.capacity for stock in stocks}
        if len(capacities) != 1:
            raise ValueError(f"sets were counted for packs of {sorted(capacities)}; use one size")
        self.stocks, self.deal, self.capacity = tuple(stocks), deal, capacities.pop()
        weights = tuple(stock.source.weight for stock in stocks)
        self.mixture = Mixture(tuple(map(len, stocks)), weights, deal.seed)
        self.ends = list[int]()  # packs up to the end of each block
        self._block = lru_cache(4)(self._pack)  # a step may reach over the end of one
        self._steps = lru_cache(2)(self._stretch)

    def step(self, number: int) -> list[Pack]:
        """All packs of a step, counted from 0, in the order of `share`: the dearest first."""
        stretch, i = divmod(number, STRETCH)
        return self._steps(stretch)[i]

    def share(self, number: int, rank: int = 0, ranks: int = 1) -> list[Pack]:
        """The packs of a step for a rank, one a micro-batch.

        Those of one micro-batch are neighbours in cost, and who had the dearest comes last next.
        """
        if self.deal.packs % ranks:
            raise ValueError(
                f"{self.deal.packs} packs a step cannot be dealt to {ranks} ranks; "
                "give a multiple of them"
            )
        packs = self.step(number)
        rows = [packs[i : i + ranks] for i in range(0, len(packs), ranks)]
        return [row[ranks - 1 - rank if i % 2 else rank] for i, row in enumerate(rows)]

    def asked(self, pack: Pack) -> list[Asked]:
        """Where the samples of a pack stand."""
        return [self.stocks[part].asked(unit, draw) for part, _, unit, draw in pack.samples]

    def _stretch(self, number: int) -> list[list[Pack]]:
        size, group = self.deal.packs, self.deal.together
        packs = list(self._from(number * STRETCH * size, STRETCH * size))
        packs.sort(key=lambda pack: (-pack.cost, pack.number))
        steps = [list[Pack]() for _ in range(STRETCH)]
        chance = mixed(hashed(self.deal.seed, number), np.arange(STRETCH, dtype=np.uint64))
        turns = chance.argsort().tolist()
        for layer in range(size // group):
            turns.reverse()  # who had the dearest of a layer has the cheapest of the next
            for i, step in enumerate(turns):
                start = (layer * STRETCH + i) * group
                steps[step] += packs[start : start + group]
        return steps

    def _from(self, first: int, count: int) -> Iterator[Pack]:
        """`count` packs of the stream from the `first` on."""
        while not self.ends or self.ends[-1] < first + count:
            before = self.ends[-1] if self.ends else 0
            self.ends.append(before + len(self._block(len(self.ends))[1]))
        number = bisect_right(self.ends, first)
        for at in range(first, first + count):
            if at >= self.ends[number]:
                number += 1
            (samples, tokens, cost), bins = self._block(number)
            start = self.ends[number - 1] if number else 0
            held = bins[at - start]
            yield Pack(at, samples[held], int(tokens[held].sum()), float(cost[held].sum()))

    def _pack(
        self, number: int
    ) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], list[list[int]]]:
        """(samples[BLOCK, 4], tokens, costs) of a block, and which of them make a pack."""
        part, epoch, unit = self.mixture.block(number)
        draw, tokens, cost = np.zeros_like(part), np.zeros_like(part), np.zeros(len(part))
        for i, stock in enumerate(self.stocks):
            own = np.flatnonzero(part == i)
            chance = mixed(hashed(self.deal.seed, i), unit[own].astype(np.uint64))
            chance = mixed(1, chance + epoch[own].astype(np.uint64))
            draw[own] = chance % stock.count[unit[own]].astype(np.uint64)
            at = stock.first[unit[own]] + draw[own]
            tokens[own], cost[own] = stock.tokens[at], stock.cost[at]
        samples = np.stack([part, epoch, unit, draw], axis=1)
        return (samples, tokens, cost), first_fit(tokens.tolist(), self.capacity)
