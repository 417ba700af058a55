"""Room for keys and values of many sequences, allocated once.

A sequence owns one run of slots, a token each: on a CPU a copy of scattered pages would cost more
than the attention that reads it. Runs are handed out in pages, grow where they lie or move to a
larger gap, and all are moved together where only the sum of the gaps would do.

K key/value heads, E head width.
"""

from dataclasses import dataclass
from typing import Self

from torch import Tensor

from qvl.config import TextConfig

PAGE = 32  # slots


@dataclass(eq=False)
class Extent:
    """Slots [start, start + size) of an arena; `start` changes where the arena moves it."""

    start: int
    size: int


class Arena:
    def __init__(self, keys: Tensor, values: Tensor) -> None:
        self.keys = keys  # [layers, K, slots, E]
        self.values = values  # [layers, K, slots, E]
        self.slots = keys.shape[2]
        self.taken: list[Extent] = []  # by start

    @classmethod
    def of(cls, cfg: TextConfig, tokens: int, like: Tensor) -> Self:
        """Room for `tokens` tokens, at least, of the type and on the device of `like`."""
        slots = _paged(tokens)
        shape = (cfg.num_hidden_layers, cfg.num_key_value_heads, slots, cfg.head_dim)
        return cls(like.new_empty(shape), like.new_empty(shape))

    @property
    def free(self) -> int:
        """Slots that nobody owns."""
        return self.slots - sum(extent.size for extent in self.taken)

    def take(self, tokens: int) -> Extent | None:
        """The first gap that is large enough, or None."""
        size = _paged(tokens)
        at, start = self._gap(size)
        if start is None:
            return None
        self.taken.insert(at, extent := Extent(start, size))
        return extent

    def grow(self, extent: Extent, tokens: int) -> bool:
        """Make it hold `tokens`, where it is or in a larger gap; False if there is none."""
        size = _paged(tokens)
        at = self.taken.index(extent)
        if self._end(at) - extent.start < size:
            _, start = self._gap(size)
            if start is None:
                return False
            self._move(extent, start)
            self.taken.sort(key=lambda each: each.start)
        extent.size = max(size, extent.size)
        return True

    def give(self, extent: Extent) -> None:
        self.taken.remove(extent)

    def shrink(self, extent: Extent, tokens: int) -> None:
        """Give back what lies beyond `tokens`."""
        extent.size = min(extent.size, _paged(tokens))

    def copy(self, source: Extent, target: Extent, tokens: int) -> None:
        """The first `tokens` of a sequence as those of another."""
        for held in (self.keys, self.values):
            held[:, :, target.start : target.start + tokens] = held[
                :, :, source.start : source.start + tokens
            ]

    def _gap(self, size: int) -> tuple[int, int | None]:
        start = 0
        for at, extent in enumerate(self.taken):
            if extent.start - start >= size:
                return at, start
            start = extent.start + extent.size
        return len(self.taken), start if self.slots - start >= size else None

    def _end(self, at: int) -> int:
        """Where the extent behind the one at `at` begins."""
        return self.taken[at + 1].start if at + 1 < len(self.taken) else self.slots

    def part(self, extent: Extent | None = None) -> None:
        """Bring all that is free into one gap, behind `extent` or at the end."""
        at = self.taken.index(extent) + 1 if extent else len(self.taken)
        start, end = 0, self.slots
        for each in self.taken[:at]:
            self._move(each, start)
            start += each.size
        for each in reversed(self.taken[at:]):
            end -= each.size
            self._move(each, end)

    def _move(self, extent: Extent, start: int) -> None:
        if start != extent.start:
            for held in (self.keys, self.values):  # a copy first: the runs may overlap
                moved = held[:, :, extent.start : extent.start + extent.size].clone()
                held[:, :, start : start + extent.size] = moved
            extent.start = start


def _paged(tokens: int) -> int:
    return -(-tokens // PAGE) * PAGE
