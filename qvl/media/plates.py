"""Where plates go: apart from one another, off the things where there is room, near their own."""

from collections.abc import Sequence

import numpy as np

Plate = tuple[float, float, float, float]  # left, top, right, bottom
FEW = 30  # plates up to which every free corner between them is tried
_CROWD = 300  # plates from which on one without room beside its box covers others
_STEPS = 60  # places tried across and down, at most
_FAR = 0.35  # what a plate's height of distance costs, in plates' areas of covered things


def spot(
    size: tuple[int, int],
    box: Plate,
    taken: Sequence[Plate],
    things: Sequence[Plate],
    within: Plate,
) -> Plate:
    """A place for a plate of `size` that names `box`, inside `within`.

    With few plates taken it overlaps none as long as there is room anywhere; among the free places
    near its box it takes one that covers little of `things`.
    """
    beside = _inside(_beside(size, box), size, within)
    found = _cheapest(beside, size, box, taken, things)
    if found is None and len(taken) < _CROWD:
        found = _nearest(_corners(size, taken, within), size, box, taken, things)
    if found is None:
        found = beside[_covered(_plates(beside, size), taken).argmin()]
    x, y = map(float, found)
    return x, y, x + size[0], y + size[1]


def _cheapest(
    at: np.ndarray,
    size: tuple[int, int],
    box: Plate,
    taken: Sequence[Plate],
    things: Sequence[Plate],
) -> np.ndarray | None:
    """The best of the places that are free; None if there is none."""
    at = at[_covered(_plates(at, size), taken) == 0]
    if not len(at):
        return None
    plates = _plates(at, size)
    width, height = size
    cost = _covered(plates, things) / (width * height) + _FAR * gap(plates, box) / height
    return at[cost.argmin()]


def _nearest(
    at: np.ndarray,
    size: tuple[int, int],
    box: Plate,
    taken: Sequence[Plate],
    things: Sequence[Plate],
) -> np.ndarray | None:
    """The best of the nearest places that are free, without a look at those farther away."""
    at = at[gap(_plates(at, size), box).argsort(kind="stable")]
    start, count = 0, 128
    while start < len(at):
        found = _cheapest(at[start : start + count], size, box, taken, things)
        if found is not None:
            return found
        start, count = start + count, 2 * count
    return None


def gap(plates: np.ndarray, box: Plate) -> np.ndarray:
    """Pixels between each plate and a box; 0 where they touch."""
    left, top, right, bottom = box
    x = np.maximum(np.maximum(left - plates[:, 2], plates[:, 0] - right), 0)
    y = np.maximum(np.maximum(top - plates[:, 3], plates[:, 1] - bottom), 0)
    return np.hypot(x, y)


def _beside(size: tuple[int, int], box: Plate) -> np.ndarray:
    """Above the box, below, left, right, then in its corners."""
    (width, height), (left, top, right, bottom) = size, box
    middle = (left + right - width) / 2
    outside = [(left, top - height), (right - width, top - height), (middle, top - height)]
    outside += [(left, bottom), (right - width, bottom), (middle, bottom)]
    outside += [(left - width, top), (right, top)]
    outside += [(left - width, bottom - height), (right, bottom - height)]
    inside = [(left, top), (right - width, top), (left, bottom - height)]
    return np.array([*outside, *inside, (right - width, bottom - height)], float)


def _corners(size: tuple[int, int], taken: Sequence[Plate], within: Plate) -> np.ndarray:
    """Places all over; with few plates, one of them is free if any place at all is.

    A free plate can be pushed to the left and up until it meets others or the border.
    """
    width, height = size
    left, top, right, bottom = within
    across = max(width / 2, (right - left) / _STEPS, 1)
    down = max(height, (bottom - top) / _STEPS, 1)
    x = set(np.arange(left, max(right - width, left) + 1, across))
    y = set(np.arange(top, max(bottom - height, top) + 1, down))
    if len(taken) <= FEW:
        x |= {plate[2] for plate in taken}
        y |= {plate[3] for plate in taken}
    places = np.array([(at, row) for at in sorted(x) for row in sorted(y)], float)
    return _inside(places, size, within)


def _inside(at: np.ndarray, size: tuple[int, int], within: Plate) -> np.ndarray:
    left, top, right, bottom = within
    x = np.clip(at[:, 0], left, max(right - size[0], left))
    y = np.clip(at[:, 1], top, max(bottom - size[1], top))
    return np.stack([x, y], 1).round()


def _plates(at: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return np.concatenate([at, at + np.array(size)], 1)


def _covered(plates: np.ndarray, others: Sequence[Plate]) -> np.ndarray:
    """How many square pixels of `others` each plate covers."""
    if not others:
        return np.zeros(len(plates))
    other = np.array(others, float)
    low = np.maximum(plates[:, None, :2], other[None, :, :2])
    high = np.minimum(plates[:, None, 2:], other[None, :, 2:])
    return np.maximum(high - low, 0).prod(2).sum(1)


def beyond(plate: Plate, box: Plate) -> tuple[float, float, float, float] | None:
    """A line from a plate to its box, where they do not touch: from x, y to x, y."""
    ends = []
    for low in (0, 1):
        first, last = max(plate[low], box[low]), min(plate[low + 2], box[low + 2])
        if first <= last:
            ends.append(((first + last) / 2, (first + last) / 2))
        elif plate[low] > box[low + 2]:
            ends.append((plate[low], box[low + 2]))
        else:
            ends.append((plate[low + 2], box[low]))
    (x1, x2), (y1, y2) = ends
    return None if max(abs(x1 - x2), abs(y1 - y2)) <= 2 else (x1, y1, x2, y2)
