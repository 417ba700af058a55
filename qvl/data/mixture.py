"""Which sample comes n-th, where several sets are mixed: a pure function of a seed and n.

Sets take turns by weight in blocks of BLOCK samples, so that no run is without one of them for
long; each set is read in an order of its own, another one in each of its epochs.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

BLOCK = 1024  # samples in which each set has its share; a weight is rounded to a 1024th
_ROUNDS = 6
_MASK = 2**64 - 1


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
        parts, before = _block(self, block)
        part = int(parts[i])
        drawn = block * _shares(self.weights)[part] + int(before[i])
        epoch, row = divmod(drawn, self.sizes[part])
        return Place(part, epoch, shuffled(row, self.sizes[part], (self.seed, part, epoch)))


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
def _block(mixture: Mixture, block: int) -> tuple[np.ndarray, np.ndarray]:
    """The set of each sample of a block, and how often it came before in that block."""
    shares = _shares(mixture.weights)
    order = np.random.PCG64((mixture.seed, block)).random_raw(BLOCK).argsort()
    parts = np.repeat(np.arange(len(shares)), shares)[order]
    before = np.zeros(BLOCK, dtype=int)
    for part, share in enumerate(shares):
        before[parts == part] = np.arange(share)
    return parts, before


def shuffled(i: int, size: int, key: tuple[int, ...]) -> int:
    """The i-th of range(size) in an order that `key` decides; no list of them is ever made.

    A Feistel network permutes the next power of four; what falls outside walks on until inside.
    """
    half = max((size - 1).bit_length() + 1, 2) // 2
    mask = (1 << half) - 1
    seeds = [_hash(round_, *key) for round_ in range(_ROUNDS)]
    while True:
        left, right = i >> half, i & mask
        for seed in seeds:
            left, right = right, left ^ (_hash(seed, right) & mask)
        i = (left << half) | right
        if i < size:
            return i


def _hash(*numbers: int) -> int:
    x = 0
    for number in numbers:
        x = (x + number + 0x9E3779B97F4A7C15) & _MASK
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
        x ^= x >> 31
    return x
