"""Where a loader stands: enough to go on with the very next sample, on any number of ranks.

Samples are numbered over all ranks; a rank reads every `stride`-th from `next` on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, count
from typing import Any


@dataclass(frozen=True)
class Cursor:
    """Numbers of samples only, so it stays small: a few dozen of them."""

    next: int
    stride: int = 1
    backlog: tuple[int, ...] = ()  # to be read before `next`
    bins: tuple[tuple[int, ...], ...] = ()  # read, and waiting in packs that are open
    read: int = 0  # how many this rank has read
    skipped: int = 0  # and how many of these were left out

    def numbers(self) -> Iterator[int]:
        """Those that are still to be read."""
        return chain(self.backlog, count(self.next, self.stride))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Cursor":
        bins = tuple(tuple(each) for each in raw["bins"])
        return cls(**{**raw, "backlog": tuple(raw["backlog"]), "bins": bins})


def start(rank: int = 0, ranks: int = 1) -> Cursor:
    return Cursor(rank, ranks)


def dealt(cursors: Sequence[Cursor], ranks: int) -> list[Cursor]:
    """The cursors of all ranks as those of another number of ranks.

    Every sample is still read once: what waits in open packs is read again first.
    """
    top = max(each.next for each in cursors)
    left = set[int]()
    for each in cursors:
        left.update(each.backlog, chain.from_iterable(each.bins))
        left.update(range(each.next, top, each.stride))
    again = sorted(left)
    return [Cursor(top + rank, ranks, tuple(again[rank::ranks])) for rank in range(ranks)]
