"""The lines, arcs and labels of one figure of geometry, put on matplotlib's axes."""

from typing import Any

import numpy as np

from qvl.data.synth.geometry.figure import Corner, Figure, Side
from qvl.data.synth.maths.board import PAPERS


class Brush:
    """Draws the parts of one figure on its axes."""

    def __init__(self, axes: Any, figure: Figure, how: dict[str, Any]) -> None:
        self.axes, self.figure, self.how = axes, figure, how
        self.ink, self.paper, _ = PAPERS[how["paper"]]
        wide = axes.get_xlim()
        self.unit = (wide[1] - wide[0]) / 100  # a hundredth of the picture
        shown = [s for n, s in figure.points.items()]
        self.middle = np.mean(shown, axis=0)

    def lines(self) -> None:
        from matplotlib.patches import Circle, Polygon

        spots = self.figure.points
        if self.figure.filled and (self.how["filled"] or len(self.figure.circles) > 0):
            around = [spots[name] for name in self.figure.filled]
            fill = {"facecolor": self.how["accent"], "alpha": 0.25}
            self.axes.add_patch(Polygon(around, closed=True, edgecolor="none", **fill))
        for name, radius in self.figure.circles:
            edge = {"fill": False, "edgecolor": self.ink, "linewidth": self.how["width"]}
            self.axes.add_patch(Circle(spots[name], radius, **edge))
        for side in self.figure.sides:
            (x1, y1), (x2, y2) = spots[side.start], spots[side.end]
            style = {"linestyle": "--"} if side.dashed else {}
            self.axes.plot((x1, x2), (y1, y2), color=self.ink, lw=self.how["width"], **style)
        for a, b in self.figure.ticks:
            self._tick(np.array(spots[a]), np.array(spots[b]))

    def corners(self) -> list[Any]:
        return [text for corner in self.figure.corners for text in self._corner(corner)]

    def sides(self) -> list[Any]:
        return [self._label(side) for side in self.figure.sides if side.label]

    def names(self) -> list[Any]:
        """The letters of the points, outside of the figure."""
        found = []
        for name, spot in self.figure.points.items():
            if name in self.figure.hidden:
                continue
            if self.how["dots"] or self.figure.grid:
                self.axes.plot(*spot, "o", color=self.ink, ms=4)
            out = np.subtract(spot, self.middle)
            size = float(np.linalg.norm(out))
            out = out / size if size > self.unit else np.array((0.6, -0.8))
            found.append(self._text(np.add(spot, out * 5.5 * self.unit), f"${name}$", self.ink))
        return found

    def _corner(self, corner: Corner) -> list[Any]:
        from matplotlib.patches import Arc

        spots = self.figure.points
        at = np.array(spots[corner.at])
        rays = [np.subtract(spots[name], at) for name in (corner.start, corner.end)]
        rays = [ray / np.linalg.norm(ray) for ray in rays]
        size = 9 * self.unit
        if corner.square:
            path = np.array(
                [
                    at + rays[0] * size / 2,
                    at + (rays[0] + rays[1]) * size / 2,
                    at + rays[1] * size / 2,
                ]
            )
            self.axes.plot(path[:, 0], path[:, 1], color=self.how["accent"], lw=1.2)
            return []
        ends = [float(np.rad2deg(np.arctan2(ray[1], ray[0]))) for ray in rays]
        if (ends[1] - ends[0]) % 360 > 180:
            ends.reverse()
        arc = Arc(tuple(at), 2 * size, 2 * size, theta1=ends[0], theta2=ends[1])
        arc.set(color=self.how["accent"], lw=1.4)
        self.axes.add_patch(arc)
        if not corner.label:
            return []
        wide = (ends[1] - ends[0]) % 360
        middle = np.deg2rad(ends[0] + wide / 2)
        reach = size + (5.5 if wide > 35 else 10) * self.unit
        spot = at + reach * np.array((np.cos(middle), np.sin(middle)))
        return [self._text(spot, f"${corner.label}$", self.how["accent"])]

    def _label(self, side: Side) -> Any:
        """Beside the middle of a line, on the outer side."""
        a, b = (np.array(self.figure.points[name]) for name in (side.start, side.end))
        middle, along = (a + b) / 2, (b - a) / np.linalg.norm(b - a)
        out = np.array((-along[1], along[0]))
        if np.dot(out, middle - self.middle) < 0:
            out = -out
        text = f"${side.label}$"
        reach = (3.5 + 1.1 * len(side.label) * abs(out[0])) * self.unit
        return self._text(middle + out * reach, text, self.ink)

    def _tick(self, a: np.ndarray, b: np.ndarray) -> None:
        along = (b - a) / np.linalg.norm(b - a)
        out = np.array((-along[1], along[0])) * 2 * self.unit
        ends = np.array([(a + b) / 2 - out, (a + b) / 2 + out])
        self.axes.plot(ends[:, 0], ends[:, 1], color=self.ink, lw=1.4)

    def _text(self, spot: np.ndarray, text: str, colour: str) -> Any:
        how: dict[str, Any] = {"ha": "center", "va": "center", "color": colour}
        how["bbox"] = {"boxstyle": "square,pad=0.05", "fc": self.paper, "ec": "none", "alpha": 0.75}
        shown = text.replace("°", "^\\circ")
        drawn = self.axes.text(*spot, shown, fontsize=self.how["points"], **how)
        return text.strip("$"), drawn
