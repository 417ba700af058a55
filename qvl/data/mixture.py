"""Which sample comes n-th, where several sets are mixed: a pure function of a seed and n.

Sets take turns by weight in blocks of BLOCK samples, so that no run is without one of them for
long; each set is read in an order of its own, another one in each of its epochs.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

BLOCK = 4096  # samples in which each set has its share; a weight is rounded to a 4096th
_ROUNDS = 6
_MASK, _STEP = 2**64 - 1, 0x9E3779B97F4A7C15


@dataclass(frozen=True)
class Place:
    """A sample: which set, which time that set is gone through, which of its records."""

    part: int
    epoch: int
    row: int


@dataclass(frozen=True)
class Mixture:
    """Sets by their sizes (records) and weights (of samples; only their proportions count)."""

    sizes: tuple[int, ...]
    weights: tuple[float, ...]
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.sizes or len(self.sizes) != len(self.weights):
            raise ValueError(f"{len(self.sizes)} sets with {len(self.weights)} weights")
        if min(self.sizes) < 1:
            raise ValueError(f"a set of {min(self.sizes)} records; leave empty sets out")
        if not all(0 < w < float("inf") for w in self.weights):
            raise ValueError(f"weights are {self.weights}; give numbers above 0")
        if len(self.sizes) > BLOCK:
            raise ValueError(f"{len(self.sizes)} sets, at most {BLOCK} can be mixed; join some")

    def at(self, n: int) -> Place:
        """The n-th sample, counted from 0, of all ranks together."""
        block, i = divmod(n, BLOCK)
        return Place(*(int(each[i]) for each in self.block(block)))

    def block(self, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The part, epoch and row of each of BLOCK samples, from number * BLOCK on."""
        return _places(self, number)


@lru_cache
def _shares(weights: tuple[float, ...]) -> tuple[int, ...]:
    """Samples of each set in a block, at least one: largest remainders first."""
    exact = np.array(weights) / sum(weights) * BLOCK
    counts = np.maximum(exact.astype(int), 1)
    while counts.sum() < BLOCK:
        counts[np.argmax(exact - counts)] += 1
    while counts.sum() > BLOCK:  # of tiny weights that were given one
        counts[np.argmax(np.where(counts > 1, counts - exact, -np.inf))] -= 1
    return tuple(counts.tolist())


@lru_cache(maxsize=64)
def _places(mixture: Mixture, block: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shares = _shares(mixture.weights)
    order = np.random.PCG64((mixture.seed, block)).random_raw(BLOCK).argsort()
    parts = np.repeat(np.arange(len(shares)), shares)[order]
    epochs, rows = np.zeros_like(parts), np.zeros_like(parts)
    for part, share in enumerate(shares):
        size = mixture.sizes[part]
        drawn = block * share + np.arange(share)  # counted over all blocks
        epoch, row = np.divmod(drawn, size)
        for each in np.unique(epoch):
            key = (mixture.seed, part, int(each))
            row[epoch == each] = shuffled(row[epoch == each], size, key)
        epochs[parts == part], rows[parts == part] = epoch, row
    return parts, epochs, rows


def shuffled(places: np.ndarray, size: int, key: tuple[int, ...]) -> np.ndarray:
    """What stands at these places of range(size) in an order that `key` decides.

    No list of all is ever made: a Feistel network permutes the next power of four; what falls
    outside walks on until it is inside.
    """
    half = max((size - 1).bit_length() + 1, 2) // 2
    mask = np.uint64((1 << half) - 1)
    seeds = [hashed(round_, *key) for round_ in range(_ROUNDS)]
    out = np.array(places, np.uint64)
    walking = np.arange(len(out))
    while len(walking):
        i = out[walking]
        left, right = i >> np.uint64(half), i & mask
        for seed in seeds:
            left, right = right, left ^ (mixed(seed, right) & mask)
        out[walking] = i = (left << np.uint64(half)) | right
        walking = walking[i >= size]
    return out.astype(np.int64)


def mixed(seed: int, numbers: Any) -> Any:
    """A number below 2**64, or uint64 of them, to what looks like chance, by a seed."""
    x = (numbers + ((seed + _STEP) & _MASK)) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def hashed(*numbers: int) -> int:
    """All of them to one number that looks like chance."""
    x = 0
    for number in numbers:
        x = mixed(number, x)
    return x
