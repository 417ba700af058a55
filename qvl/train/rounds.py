"""Which pairs a step tells apart: as many as a budget of patches holds, whatever their sizes.

A pure function of the step, so a run goes on from a step number alone.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Rounds:
    """Pairs dealt to steps and ranks, each pair once an epoch, all shares within the budget.

    A share is a stretch of the epoch's own order, cut where the sum of patches has grown by the
    same amount; it is at most one picture over that.
    """

    sizes: np.ndarray  # int64[N]: patches of each pair's picture
    budget: int  # patches of a share at most
    ranks: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if not len(self.sizes) or int(self.sizes.min()) < 1:
            raise ValueError(f"{len(self.sizes)} pairs, some of no patches; leave those out")
        largest = int(self.sizes.max())
        if 2 * largest > self.budget:
            raise ValueError(
                f"a picture of {largest} patches in a budget of {self.budget}; "
                f"set it to {2 * largest} or more, or lower max_pixels"
            )
        if self._total < self._shares * largest:
            raise ValueError(
                f"{len(self.sizes)} pairs are too few for {self.ranks} ranks with pictures of "
                f"{largest} patches; take fewer ranks or more pairs"
            )

    @cached_property
    def _total(self) -> int:
        return int(self.sizes.sum())

    @property
    def _shares(self) -> int:
        """Shares an epoch: the same number for each rank."""
        return self.ranks * self.steps_an_epoch

    @cached_property
    def steps_an_epoch(self) -> int:
        room = self.budget - int(self.sizes.max())
        return math.ceil(self._total / (room * self.ranks))

    def at(self, step: int, rank: int = 0) -> tuple[int, list[int]]:
        """-> the epoch of a step, and which pairs this rank reads in it."""
        epoch, i = divmod(step, self.steps_an_epoch)
        order = np.random.default_rng((self.seed, epoch)).permutation(len(self.sizes))
        starts = self.sizes[order].cumsum() - self.sizes[order]
        share = starts * self._shares // self._total
        return epoch, order[share == i * self.ranks + rank].tolist()
