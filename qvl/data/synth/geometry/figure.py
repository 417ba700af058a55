"""A figure of plane geometry as data: points, lines, circles, and the labels that stand at them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

Spot = tuple[float, float]


@dataclass(frozen=True)
class Corner:
    """The angle at `at` from `start` to `end`, and its label; "square" marks a right angle."""

    at: str
    start: str
    end: str
    label: str = ""
    square: bool = False


@dataclass(frozen=True)
class Side:
    """A line between two points and its label."""

    start: str
    end: str
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Figure:
    """Points have coordinates in units of the labels; y goes up.

    `lengths` and `angles` are what the labels say of points, in units and degrees, so that a
    test can measure them.
    """

    points: Mapping[str, Spot]
    sides: tuple[Side, ...] = ()
    corners: tuple[Corner, ...] = ()
    circles: tuple[tuple[str, float], ...] = ()  # middle and radius
    filled: tuple[str, ...] = ()  # points around what is shaded
    hidden: tuple[str, ...] = ()  # points without a name
    grid: bool = False  # squares and axes, whose numbers are the coordinates
    lengths: tuple[tuple[str, str, float], ...] = ()
    angles: tuple[tuple[str, str, str, float], ...] = ()  # the middle one is the vertex
    ticks: tuple[tuple[str, str], ...] = field(default=())  # sides marked as equally long

    def turned(self, degrees: float, flipped: bool) -> "Figure":
        """The same figure turned about the origin, mirrored before if so told."""
        turn = np.deg2rad(degrees)
        cos, sin = float(np.cos(turn)), float(np.sin(turn))

        def at(spot: Spot) -> Spot:
            x, y = (-spot[0] if flipped else spot[0]), spot[1]
            return x * cos - y * sin, x * sin + y * cos

        return replace(self, points={name: at(spot) for name, spot in self.points.items()})

    def length(self, a: str, b: str) -> float:
        return float(np.hypot(*np.subtract(self.points[a], self.points[b])))

    def angle(self, a: str, at: str, b: str) -> float:
        """Degrees of the angle at the middle point, at most 180."""
        one, two = (np.subtract(self.points[n], self.points[at]) for n in (a, b))
        cosine = np.dot(one, two) / (np.linalg.norm(one) * np.linalg.norm(two))
        return float(np.rad2deg(np.arccos(np.clip(cosine, -1, 1))))


def away(degrees: float, length: float = 1.0, start: Spot = (0.0, 0.0)) -> Spot:
    """The point at a distance from another in a direction."""
    turn = np.deg2rad(degrees)
    return start[0] + length * float(np.cos(turn)), start[1] + length * float(np.sin(turn))
