"""Copies within a set and of sets before it: exact ones, near texts, near pictures.

Only sidecars are read. Records without media are compared by their words, those with pictures by
all their pictures, in the same family; drawn pictures must have the same labels, too, since all
charts look alike.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qvl.data.near import BITS, Pairs, joined, picture_pairs, text_pairs
from qvl.data.phash import NONE
from qvl.data.prints import Prints

SHORTEST = 20  # words; of shorter texts only exact copies are copies


@dataclass(frozen=True)
class Copy:
    """A record that may go, and the first one that says the same."""

    key: str
    of: str
    why: str  # "exact copy", "near text" or "near picture"


def against(dataset: str, prints: Prints, memory: Path | None) -> list[Copy]:
    """The copies in a set, of its own records or of sets that `memory` knows.

    `memory` is a folder with the fingerprints of each set, numbered in the order in which they
    first came; this set's are put there, in the place of those of an earlier run.
    """
    known = _remembered(dataset, prints, memory) if memory else []
    everything = Prints.cat([*known, prints])
    own = len(everything) - len(prints)
    return [each for i, each in copies(everything) if i >= own]


def _remembered(dataset: str, prints: Prints, memory: Path) -> list[Prints]:
    """The sets that came before this one, which is added where it is new."""
    numbers = {path.stem.partition("-")[2]: path for path in sorted(memory.glob("*-*.npz"))}
    mine = numbers.get(dataset, memory / f"{len(numbers):05d}-{dataset}.npz")
    known = [Prints.load(path) for path in numbers.values() if path.name < mine.name]
    prints.save(mine)
    return known


def copies(prints: Prints) -> list[tuple[int, Copy]]:
    """All but the first of each cluster of records that are linked by any kind of pair."""
    exact, texts, pictures = _exact(prints), _texts(prints), _pictures(prints)
    reasons = {
        **dict.fromkeys((right for _, right in pictures), "near picture"),
        **dict.fromkeys((right for _, right in texts), "near text"),
        **dict.fromkeys((right for _, right in exact), "exact copy"),
    }
    first = joined(len(prints), [*exact, *texts, *pictures])
    keys = prints.keys.tolist()
    return [
        (i, Copy(keys[i], keys[one], reasons.get(i, "near text")))
        for i, one in enumerate(first)
        if i != one
    ]


def _exact(prints: Prints) -> Pairs:
    first: dict[str, int] = {}
    pairs = []
    for i, digest in enumerate(prints.digests.tolist()):
        if digest in first:
            pairs.append((first[digest], i))
        first.setdefault(digest, i)
    return pairs


def _texts(prints: Prints) -> Pairs:
    """Near copies among records without pictures."""
    alone = np.diff(prints.at) == 0
    rows = np.flatnonzero(alone & (prints.words >= SHORTEST))
    pairs = text_pairs(prints.signatures[rows])
    return [(int(rows[left]), int(rows[right])) for left, right in pairs]


def _pictures(prints: Prints) -> Pairs:
    """Near copies among records whose first picture has something in it."""
    some = np.flatnonzero(np.diff(prints.at) > 0)
    some = some[prints.pictures[prints.at[some]] != NONE]
    firsts = prints.at[some]
    aspects = prints.aspects[firsts]
    pairs = picture_pairs(prints.pictures[firsts], aspects, prints.groups[some])
    found = [(int(some[left]), int(some[right])) for left, right in pairs]
    return [pair for pair in found if _all_near(prints, *pair)]


def _all_near(prints: Prints, left: int, right: int) -> bool:
    """Whether the other pictures of two records are near copies, one by one."""
    one, other = (prints.pictures[prints.at[i] : prints.at[i + 1]] for i in (left, right))
    if len(one) != len(other):
        return False
    return all(int(a ^ b).bit_count() <= BITS for a, b in zip(one, other, strict=True))
