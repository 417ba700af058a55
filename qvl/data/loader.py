"""The packs of a plan as batches, made ahead in other processes; what is broken leaves a hole."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from itertools import count

import torch

from qvl.data.ahead import ahead
from qvl.data.plan import Plan
from qvl.data.reading import Reading
from qvl.data.records import Record
from qvl.data.shards import record_at
from qvl.data.skips import Skipped, Skips
from qvl.data.stock import Asked
from qvl.sample import Batch, Sample
from qvl.tokens import IGNORE

Encode = Callable[[Record, Reading], Sample]


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


def _none() -> Generator[tuple[Order, Made], None, None]:
    """A stream before it is asked for."""
    yield from ()


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
        self.plan, self.make, self.skips = plan, Maker(encode), Skips(max_skip_rate)
        self.rank, self.ranks, self.workers = rank, ranks, workers
        self._next, self._stream = -1, _none()

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
        self._stream.close()
        self._next, self._stream = -1, _none()

    @property
    def _who(self) -> tuple[int, int]:
        return self.rank, self.ranks

    def _orders(self, first: int) -> Iterator[Order]:
        for step in count(first):
            for pack in self.plan.share(step, *self._who):
                yield Order(step, tuple(self.plan.asked(pack)))

    def _taken(self, order: Order, made: Made) -> Batch:
        batch, skipped = made
        self.skips.take(len(order.samples), skipped)
        return batch
