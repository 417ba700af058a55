"""How alike two lists are whose order does not matter: each is paired with its best likeness."""

from collections.abc import Callable, Sequence
from typing import Any

from qvl.tasks.place import iou


def matched(
    found: Sequence[Any], wanted: Sequence[Any], like: Callable[[Any, Any], float]
) -> list[float]:
    """Likenesses, 0 to 1, best pairs first; 0 for each item that is left alone on either side."""
    every = sorted(
        ((like(a, b), -i, -j) for i, a in enumerate(found) for j, b in enumerate(wanted)),
        reverse=True,
    )
    taken, used, got = set[int](), set[int](), list[float]()
    for likeness, i, j in every:
        if likeness > 0 and i not in taken and j not in used:
            taken.add(i)
            used.add(j)
            got.append(likeness)
    return got + [0.0] * (max(len(found), len(wanted)) - len(got))


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two spans: start, end."""
    return iou((one[0], 0, one[1], 1), (other[0], 0, other[1], 1))


def alike(one: str, other: str) -> float:
    """1 minus the edit distance over the longer text's length. ValueError without rapidfuzz."""
    try:
        from rapidfuzz.distance import Levenshtein
    except ImportError:
        raise ValueError("texts are compared by rapidfuzz; pip install 'qvl[eval]'") from None
    return Levenshtein.normalized_similarity(one, other)
