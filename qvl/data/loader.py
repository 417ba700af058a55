"""Shards to packed batches: a mixture of sets, skipping what is broken, going on from a cursor."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

from qvl.data.ahead import ahead
from qvl.data.cursor import Cursor
from qvl.data.mixture import Mixture
from qvl.data.packing import place
from qvl.data.records import Record
from qvl.data.shards import Shard
from qvl.sample import Batch, Sample

GRACE = 50  # samples before the rate of what is skipped is judged
Encode = Callable[[Record], Sample]


class TooManySkipped(RuntimeError):
    """More samples cannot be read than was allowed; the words tell why."""


@dataclass(frozen=True)
class Part:
    """A set of a mixture: its shards, and its weight in samples."""

    shards: tuple[Path, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Skipped:
    """A sample that is left out, where it stands, and why."""

    where: str
    reason: str


class Source:
    """The n-th sample of a mixture: reads and encodes it; it travels to other processes."""

    def __init__(self, parts: Sequence[Part], encode: Encode, capacity: int, seed: int = 0) -> None:
        self.parts, self.encode, self.capacity = tuple(parts), encode, capacity
        self.shards = [[Shard(path) for path in part.shards] for part in self.parts]
        self.ends = [list(accumulate(map(len, shards))) for shards in self.shards]
        weights = tuple(part.weight for part in self.parts)
        self.mixture = Mixture(tuple(ends[-1] for ends in self.ends), weights, seed)

    def __reduce__(self) -> tuple[type["Source"], tuple[object, ...]]:
        return type(self), (self.parts, self.encode, self.capacity, self.mixture.seed)

    def __call__(self, n: int) -> Sample | Skipped:
        """What cannot be read or is longer than a pack is skipped with its reason."""
        found = self.mixture.at(n)
        ends = self.ends[found.part]
        number = bisect_right(ends, found.row)
        shard = self.shards[found.part][number]
        i = found.row - (ends[number - 1] if number else 0)
        where = f"{shard.path.name}, sample {shard.index.entries[i].key}"
        try:
            sample = self.encode(shard[i])
        except (ValueError, OSError) as error:  # broken media, facts, bytes
            return Skipped(where, str(error))
        if len(sample) > self.capacity:
            return Skipped(where, f"{len(sample)} tokens, more than a pack of {self.capacity}")
        return sample


@dataclass(frozen=True)
class Pack:
    """A batch, the numbers of its samples, and the cursor that goes on after it."""

    batch: Batch
    numbers: tuple[int, ...]
    cursor: Cursor
    skipped: tuple[Skipped, ...] = ()  # since the pack before


@dataclass
class _Bin:
    numbers: list[int] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    tokens: int = 0

    def add(self, n: int, sample: Sample) -> None:
        self.numbers.append(n)
        self.samples.append(sample)
        self.tokens += len(sample)


def packs(
    source: Source, cursor: Cursor, *, workers: int = 0, max_skip_rate: float = 0.05
) -> Iterator[Pack]:
    """Packed batches without end, a function of the source and the cursor alone.

    A loader that goes on from the cursor of any pack gives the same packs as this one.
    """
    bins = [_restored(source, numbers) for numbers in cursor.bins]
    at, fresh, reasons = replace(cursor, bins=()), list[Skipped](), Counter[str]()
    for n, made in ahead(source, cursor.numbers(), workers):
        at = _past(at, n)
        if isinstance(made, Skipped):
            at = replace(at, skipped=at.skipped + 1)
            fresh.append(made)
            reasons[made.reason] += 1
            _judge(at, max_skip_rate, reasons, made)
            continue
        close, into = place([each.tokens for each in bins], len(made), source.capacity)
        full = bins.pop(close) if close is not None else None
        if into is None:
            bins.append(_Bin())
        bins[-1 if into is None else into].add(n, made)
        if full:
            here = replace(at, bins=tuple(tuple(each.numbers) for each in bins))
            yield Pack(Batch.of(full.samples), tuple(full.numbers), here, tuple(fresh))
            fresh = []


def _restored(source: Source, numbers: Sequence[int]) -> _Bin:
    """A pack that was open, with its samples read again."""
    again = _Bin()
    for n in numbers:
        sample = source(n)
        if isinstance(sample, Skipped):
            raise ValueError(
                f"sample {n} was read before and cannot be now ({sample.where}: {sample.reason}); "
                "the shards are not those of the cursor"
            )
        again.add(n, sample)
    return again


def _past(at: Cursor, n: int) -> Cursor:
    """The cursor once sample n is read."""
    if at.backlog:
        return replace(at, backlog=at.backlog[1:], read=at.read + 1)
    return replace(at, next=n + at.stride, read=at.read + 1)


def _judge(at: Cursor, most: float, reasons: Counter[str], newest: Skipped) -> None:
    if at.read < GRACE or at.skipped <= most * at.read:
        return
    told = "; ".join(f"{n} x {why}" for why, n in reasons.most_common(3))
    raise TooManySkipped(
        f"{at.skipped} of {at.read} samples are skipped, at most {most:.1%} may be: {told}; "
        f"the last one: {newest.where}"
    )
