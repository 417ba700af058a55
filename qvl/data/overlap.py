"""What training and tests have in common, word 5-grams and pictures: it must be nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qvl.data import sidecar
from qvl.data.minhash import GRAM, chained, words_of
from qvl.data.near import nearest
from qvl.data.phash import NONE
from qvl.data.shards import stream
from qvl.data.wording import answer_text


@dataclass(frozen=True)
class Shared:
    """A record for tests and the first one of training that has something of it."""

    held_out: str  # key
    train: str
    what: str  # "text" or "picture"
    share: float  # of the text's 5-grams; 1 for a picture


def overlap(train: Sequence[Path], held_out: Sequence[Path], allowed: float = 0.0) -> list[Shared]:
    """All that is shared by shards of training and shards for tests.

    A text counts where more than `allowed` of its 5-grams stand in answers of training, a picture
    where its perceptual hash is near one of training. Questions, which are asked in the same
    words everywhere, do not count.
    """
    return [*_texts(train, held_out, allowed), *_pictures(train, held_out)]


def _texts(train: Sequence[Path], held_out: Sequence[Path], allowed: float) -> Iterable[Shared]:
    keys, counts, parts = [], [], []
    for record, _ in stream(list(held_out)):
        grams = np.unique(_grams(answer_text(record)))
        if len(grams):
            keys.append(record.key)
            counts.append(len(grams))
            parts.append(grams)
    if not keys:
        return
    owner = np.repeat(np.arange(len(keys)), counts)
    every = np.concatenate(parts)
    order = np.argsort(every, kind="stable")
    known, by = np.unique(every[order], return_index=True)
    hit = np.zeros(len(every), dtype=bool)
    first: dict[int, str] = {}
    for record, _ in stream(list(train)):
        found = np.intersect1d(_grams(answer_text(record)), known, assume_unique=False)
        for at in np.searchsorted(known, found).tolist():
            end = by[at + 1] if at + 1 < len(by) else len(every)
            rows = order[by[at] : end]
            hit[rows] = True
            for each in owner[rows].tolist():
                first.setdefault(each, record.key)
    shares = np.bincount(owner, hit, len(keys)) / np.array(counts)
    for i in np.flatnonzero(shares > allowed).tolist():
        yield Shared(keys[i], first[i], "text", round(float(shares[i]), 4))


def _grams(text: str) -> np.ndarray:
    words = words_of(text)
    return chained(words, GRAM) if len(words) >= GRAM else words[:0]


def _pictures(train: Sequence[Path], held_out: Sequence[Path]) -> Iterable[Shared]:
    keys, hashes = _hashes(train)
    for key, bits in zip(*_hashes(held_out), strict=True):
        near = nearest(hashes, int(bits))
        if near is not None:
            yield Shared(key, keys[near], "picture", 1.0)


def _hashes(shards: Sequence[Path]) -> tuple[list[str], np.ndarray]:
    """The pictures in which something is to be seen: keys of their records, and uint64 hashes."""
    rows = [row for path in shards for row in sidecar.rows_of(path)]
    told = [(row["key"], bits) for row in rows for bits in row["phashes"] if bits != NONE]
    return [key for key, _ in told], np.array([bits for _, bits in told], dtype=np.uint64)
