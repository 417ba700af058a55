"""Every pair once, in packs (report, section 2.3.4): what a step sees is a function of the step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qvl.data.mixture import shuffled
from qvl.data.packing import first_fit
from qvl.data.pairs import Pair, Pairs
from qvl.train.parallel import ALONE, World
from qvl.train.preference import Preference
from qvl.train.references import Cache, Reference, Source, compute


def plan(references: Sequence[Reference], capacity: int, seed: int) -> list[tuple[int, ...]]:
    """Packs of pairs by number: each pair once, in an order of the seed, first fit.

    Those that are left out of the references are left out here.
    """
    count = len(references)
    order = shuffled(np.arange(count), count, (seed, count)).tolist() if count else []
    kept = [n for n in order if not references[n].left_out]
    packs = first_fit([references[n].rows for n in kept], capacity)
    return [tuple(kept[i] for i in pack) for pack in packs]


@dataclass(frozen=True)
class OnePass:
    """The packs of a rank by step; `at_once` packs are a step, of all ranks together.

    The same pairs meet in a step on any number of ranks that divides `at_once`. Where packs run
    out in the last step, a pair of weight 0 stands in, so that ranks take equally many.
    """

    source: Source
    references: tuple[Reference, ...]
    packs: tuple[tuple[int, ...], ...]
    at_once: int
    world: World = ALONE

    def __post_init__(self) -> None:
        if self.at_once < 1 or self.at_once % self.world.size:
            raise ValueError(
                f"{self.at_once} packs a step for {self.world.size} ranks; give a multiple of them"
            )

    @property
    def steps(self) -> int:
        return -(-len(self.packs) // self.at_once)

    def __call__(self, step: int) -> list[Pairs]:
        """The micro-batches of this rank. ValueError for a pair that has changed."""
        first, size = step * self.at_once, self.world.size
        mine = range(first + self.world.rank, first + self.at_once, size)
        return [self._pack(i) for i in mine]

    def _pack(self, i: int) -> Pairs:
        if i < len(self.packs):
            return self._made([self._pair(n) for n in self.packs[i]], self.packs[i])
        shortest = min(self.packs[-1], key=lambda n: self.references[n].rows)
        pair = self._pair(shortest)
        first, second = (replace(each, weight=0.0) for each in (pair.first, pair.second))
        return self._made([replace(pair, first=first, second=second)], [shortest])

    def _made(self, pairs: Sequence[Pair], numbers: Iterable[int]) -> Pairs:
        known = [self.references[n] for n in numbers]
        return Pairs.pack(pairs, [(each.chosen, each.rejected) for each in known])

    def _pair(self, n: int) -> Pair:
        pair, known = self.source(n), self.references[n]
        if pair.digest() != known.digest:
            raise ValueError(
                f"{known.name} is not the pair that the start model has seen; remove the folder of "
                "references to have them anew"
            )
        return pair


def one_pass(
    objective: Preference,
    source: Source,
    cache: Cache,
    at_once: int,
    seed: int = 0,
    world: World = ALONE,
) -> OnePass:
    """What a run needs: the references, computed now where they are not there yet, and the plan.

    Call it with the start model, before a checkpoint is restored; `Cache.weights` names it.
    """
    known = compute(objective, source, cache, world)
    return OnePass(source, tuple(known), tuple(plan(known, cache.capacity, seed)), at_once, world)
