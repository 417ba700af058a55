"""Pairs of records that are nearly the same: by MinHash bands, by bits of perceptual hashes.

N records; a pair is (earlier, later).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from qvl.data.minhash import PERMUTATIONS, bands_of

TEXT = 0.65  # of the permutations that agree, from which on two texts are near copies
BITS = 4  # of 64 that two hashes of pictures may differ in
_ASPECT = 0.05  # by which the sides of two near copies may differ in proportion
_CHUNKS = ((0, 13), (13, 13), (26, 13), (39, 13), (52, 12))  # BITS + 1: one of them is equal
Pairs = list[tuple[int, int]]


def text_pairs(signatures: np.ndarray) -> Pairs:
    """Near copies among uint32[N, 112]. In a band, each is compared with the first and the last."""
    pairs: set[tuple[int, int]] = set()
    bands = bands_of(signatures)
    for band in range(bands.shape[1]):
        for run in _runs(bands[:, band]):
            pairs.update(zip(run[:-1].tolist(), run[1:].tolist(), strict=True))
            pairs.update((int(run[0]), other) for other in run[2:].tolist())
    if not pairs:
        return []
    left, right = np.array(sorted(pairs)).T
    close = (signatures[left] == signatures[right]).sum(axis=1) >= TEXT * PERMUTATIONS
    return list(zip(left[close].tolist(), right[close].tolist(), strict=True))


def picture_pairs(hashes: np.ndarray, aspects: np.ndarray, groups: np.ndarray) -> Pairs:
    """Near copies among uint64[N] of the same group and nearly the same width over height.

    Two hashes that differ in at most BITS bits have one of _CHUNKS in common.
    """
    pairs: set[tuple[int, int]] = set()
    for shift, width in _CHUNKS:
        chunk = (hashes >> np.uint64(shift)) & np.uint64(2**width - 1)
        for run in _runs(groups ^ (chunk * np.uint64(0x9E3779B97F4A7C15))):
            for i, one in enumerate(run[:-1].tolist()):
                others = run[i + 1 :]
                near = _differing(hashes[others], hashes[one]) <= BITS
                near &= np.abs(np.log(aspects[one] / aspects[others])) <= _ASPECT
                near &= groups[one] == groups[others]
                pairs.update((one, other) for other in others[near].tolist())
    return sorted(pairs)


def _runs(values: np.ndarray) -> Iterator[np.ndarray]:
    """The places of equal values, two or more, each run in ascending order."""
    order = np.argsort(values, kind="stable")
    edges = np.flatnonzero(np.diff(values[order])) + 1
    starts, ends = np.append(0, edges), np.append(edges, len(values))
    for i in np.flatnonzero(ends - starts > 1).tolist():
        yield order[starts[i] : ends[i]]


_SET = np.array([bin(i).count("1") for i in range(1 << 16)], dtype=np.uint8)  # bits of a number


def _differing(hashes: np.ndarray, one: Any) -> np.ndarray:
    """How many bits of each of uint64[N] are not those of one."""
    return _SET[(hashes ^ one)[:, None].view(np.uint16)].sum(axis=1)


def nearest(hashes: np.ndarray, one: int) -> int | None:
    """The place of the first of uint64[N] that is a near copy of a hash, if there is one."""
    near = np.flatnonzero(_differing(hashes, np.uint64(one)) <= BITS) if len(hashes) else hashes
    return int(near[0]) if len(near) else None


def joined(count: int, pairs: Pairs) -> list[int]:
    """For each of `count` records the first one that it is linked to, itself if there is none."""
    first = list(range(count))

    def root(i: int) -> int:
        while first[i] != i:
            first[i] = first[first[i]]
            i = first[i]
        return i

    for left, right in pairs:
        one, other = sorted((root(left), root(right)))
        first[other] = one
    return [root(i) for i in range(count)]
