"""Where things go in a scene: middles and sides, in shares of the canvas's shorter side."""

import math
from collections.abc import Callable

import numpy as np

Spot = tuple[float, float]  # 0..1 across and down
Size = tuple[int, int]


def spots(kind: str, count: int, rng: np.random.Generator, size: Size) -> list[Spot]:
    """The middles of `count` things."""
    made = LAYOUTS[kind](count, rng, size[0] / size[1])
    return [(min(max(x, 0.02), 0.98), min(max(y, 0.02), 0.98)) for x, y in made]


def _scattered(count: int, rng: np.random.Generator, _aspect: float) -> list[Spot]:
    return [(float(x), float(y)) for x, y in rng.uniform(0.06, 0.94, (count, 2))]


def _grid(count: int, rng: np.random.Generator, aspect: float) -> list[Spot]:
    across = max(1, math.ceil(math.sqrt(count * aspect)))
    down = math.ceil(count / across)
    slip = rng.uniform(0, 0.12)
    return [
        (
            (at % across + 0.5 + float(rng.uniform(-slip, slip))) / across,
            (at // across + 0.5 + float(rng.uniform(-slip, slip))) / down,
        )
        for at in range(count)
    ]


def _brick(count: int, rng: np.random.Generator, aspect: float) -> list[Spot]:
    across = max(1, math.ceil(math.sqrt(count * aspect)))
    down = math.ceil(count / across)
    return [
        ((at % across + 0.3 + 0.4 * (at // across % 2)) / across, (at // across + 0.5) / down)
        for at in range(count)
    ]


def _row(count: int, rng: np.random.Generator, _aspect: float) -> list[Spot]:
    y = float(rng.uniform(0.3, 0.7))
    return [((at + 0.5) / count, y + float(rng.uniform(-0.05, 0.05))) for at in range(count)]


def _column(count: int, rng: np.random.Generator, _aspect: float) -> list[Spot]:
    x = float(rng.uniform(0.3, 0.7))
    return [(x + float(rng.uniform(-0.05, 0.05)), (at + 0.5) / count) for at in range(count)]


def _ring(count: int, rng: np.random.Generator, aspect: float) -> list[Spot]:
    start, far = rng.uniform(0, 2 * math.pi), rng.uniform(0.28, 0.4)
    wide = far / max(aspect, 1) ** 0.5
    turns = [float(start) + 2 * math.pi * at / count for at in range(count)]
    return [(0.5 + wide * math.cos(t), 0.5 + float(far) * math.sin(t)) for t in turns]


def _pile(count: int, rng: np.random.Generator, _aspect: float) -> list[Spot]:
    middle = rng.uniform(0.35, 0.65, 2)
    return [(float(x), float(y)) for x, y in rng.normal(middle, 0.14, (count, 2))]


def _groups(count: int, rng: np.random.Generator, _aspect: float) -> list[Spot]:
    middles = rng.uniform(0.15, 0.85, (3, 2))
    near = rng.normal(0, 0.08, (count, 2))
    return [
        (float(middles[at % 3][0] + x), float(middles[at % 3][1] + y))
        for at, (x, y) in enumerate(near)
    ]


def _diagonal(count: int, rng: np.random.Generator, _aspect: float) -> list[Spot]:
    up = rng.random() < 0.5
    steps = [(at + 0.5) / count for at in range(count)]
    return [(s, 1 - s if up else s) for s in steps]


def _border(count: int, rng: np.random.Generator, _aspect: float) -> list[Spot]:
    found = []
    for at in range(count):
        along = 4 * (at + 0.5) / count
        side, share = int(along), along % 1 * 0.8 + 0.1
        found.append([(share, 0.1), (0.9, share), (1 - share, 0.9), (0.1, 1 - share)][side])
    return found


def _spiral(count: int, rng: np.random.Generator, _aspect: float) -> list[Spot]:
    start = float(rng.uniform(0, 6))
    found = []
    for at in range(count):
        turn, far = start + 2.4 * at, 0.44 * math.sqrt((at + 0.5) / count)
        found.append((0.5 + far * math.cos(turn), 0.5 + far * math.sin(turn)))
    return found


def _ground(count: int, rng: np.random.Generator, _aspect: float) -> list[Spot]:
    return [
        (float(x), float(y))
        for x, y in zip(rng.uniform(0.05, 0.95, count), rng.uniform(0.62, 0.92, count), strict=True)
    ]


LAYOUTS: dict[str, Callable[[int, np.random.Generator, float], list[Spot]]] = {
    "scattered": _scattered,
    "grid": _grid,
    "brick": _brick,
    "row": _row,
    "column": _column,
    "ring": _ring,
    "pile": _pile,
    "groups": _groups,
    "diagonal": _diagonal,
    "border": _border,
    "spiral": _spiral,
    "ground": _ground,
}
