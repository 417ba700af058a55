"""The packs of a plan as batches, made ahead in other processes; what is broken leaves a hole."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count

import torch

from qvl.data.ahead import ahead
from qvl.data.plan import Plan
from qvl.data.reading import Reading
from qvl.data.records import Record
from qvl.data.shards import record_at
from qvl.data.stock import Asked
from qvl.sample import Batch, Sample
from qvl.tokens import IGNORE

GRACE = 50  # samples before the rate of what is skipped is judged
Encode = Callable[[Record, Reading], Sample]


class TooManySkipped(RuntimeError):
    """More samples cannot be read than was allowed; the words tell why."""


@dataclass(frozen=True)
class Skipped:
    """A sample that is left out, "set/key", and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Order:
    """A pack to be made: it goes to another process."""

    step: int
    samples: tuple[Asked, ...]

    def __str__(self) -> str:
        names = ", ".join(each.name for each in self.samples[:3])
        return f"a pack of step {self.step} ({len(self.samples)} samples: {names}, ...)"


Made = tuple[Batch, tuple[Skipped, ...]]


@dataclass(frozen=True)
class Maker:
    """An order to a batch; it travels to other processes."""

    encode: Encode

    def __call__(self, order: Order) -> Made:
        made = [self.sample(asked) for asked in order.samples]
        samples = [each for each in made if isinstance(each, Sample)]
        skipped = tuple(each for each in made if isinstance(each, Skipped))
        return Batch.of(samples or [_nothing()]), skipped

    def sample(self, asked: Asked) -> Sample | Skipped:
        """Broken media, facts or bytes are skipped, and what is not as long as was counted."""
        try:
            made = self.encode(record_at(asked.path, asked.entry), asked.reading)
        except (ValueError, OSError) as error:
            return Skipped(asked.name, str(error))
        if len(made) != asked.tokens:
            return Skipped(
                asked.name,
                f"{len(made)} tokens where {asked.tokens} were counted; delete the file of costs "
                "beside the shard",
            )
        return replace(made, name=asked.name, weight=asked.weight)


def _nothing() -> Sample:
    """What stands for a pack of which nothing can be read: a token without label or weight."""
    none = torch.zeros(0, dtype=torch.int64)
    ids, labels = torch.zeros(1, dtype=torch.int64), torch.full((1,), IGNORE)
    return Sample(ids, labels, torch.zeros(3, 1, dtype=torch.int64), (), (), none, weight=0.0)


class Loader:
    """`loader(step)` is the list of micro-batches of a step for one rank, the same whenever asked.

    `workers` processes make the steps ahead of the one that was asked for; asking for another one
    than the next starts them again there.
    """

    def __init__(
        self,
        plan: Plan,
        encode: Encode,
        *,
        rank: int = 0,
        ranks: int = 1,
        workers: int = 0,
        max_skip_rate: float = 0.05,
    ) -> None:
        self.plan, self.make, self.most = plan, Maker(encode), max_skip_rate
        self.rank, self.ranks, self.workers = rank, ranks, workers
        self.read, self.skipped, self.why = 0, Counter[str](), Counter[str]()  # by set; by reason
        self.fresh = list[Skipped]()  # of the steps since somebody looked
        self._next, self._stream = -1, iter(())

    def __call__(self, step: int) -> list[Batch]:
        """TooManySkipped above the rate; RuntimeError where a process dies."""
        if step != self._next:
            self.close()
            self._stream = ahead(self.make, self._orders(step), self.workers)
        self._next = -1  # until all has come
        batches = [self._taken(*next(self._stream)) for _ in self.plan.share(step, *self._who)]
        self._next = step + 1
        return batches

    def close(self) -> None:
        """End the processes."""
        if isinstance(self._stream, Iterator) and hasattr(self._stream, "close"):
            self._stream.close()  # type: ignore[attr-defined]
        self._next, self._stream = -1, iter(())

    @property
    def _who(self) -> tuple[int, int]:
        return self.rank, self.ranks

    def _orders(self, first: int) -> Iterator[Order]:
        for step in count(first):
            for pack in self.plan.share(step, *self._who):
                yield Order(step, tuple(self.plan.asked(pack)))

    def _taken(self, order: Order, made: Made) -> Batch:
        batch, skipped = made
        self.read += len(order.samples)
        for each in skipped:
            self.skipped[each.name.split("/")[0]] += 1
            self.why[each.reason] += 1
        self.fresh += skipped
        total = self.skipped.total()
        if skipped and self.read >= GRACE and total > self.most * self.read:
            told = "; ".join(f"{n} x {why}" for why, n in self.why.most_common(3))
            raise TooManySkipped(
                f"{total} of {self.read} samples are skipped, at most {self.most:.1%} may be: "
                f"{told}; the last one: {skipped[-1].name}"
            )
        return batch
