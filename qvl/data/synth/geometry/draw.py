"""A figure of geometry drawn by matplotlib, with the boxes of its labels."""

import io
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.synth.geometry.figure import Corner, Figure, Side
from qvl.data.synth.maths.board import FACES, PAPERS
from qvl.data.synth.maths.problem import Rng

BRIGHT = ("#ff9d90", "#9accff", "#a9e5a4", "#f5d76e", "#e3b7ff", "#7fe3e0")  # on dark paper
ACCENTS = ("#c0392b", "#1f6fb2", "#2f7d4f", "#8e44ad", "#d35400", "#16808a")
HATCHES = ("", "", "", "//", "xx", "..")
Box = tuple[float, float, float, float]


def look(rng: Rng) -> dict[str, Any]:
    """How a figure is drawn; plain JSON."""
    paper = list(PAPERS)[int(rng.integers(len(PAPERS)))]
    accents = BRIGHT if paper in ("board", "slate") else ACCENTS
    return {
        "face": FACES[int(rng.integers(len(FACES)))],
        "paper": paper,
        "accent": accents[int(rng.integers(len(accents)))],
        "hatch": HATCHES[int(rng.integers(len(HATCHES)))],
        "filled": bool(rng.random() < 0.5),
        "inches": float(rng.uniform(2.6, 5.2)),
        "dpi": (80, 96, 110, 130)[int(rng.integers(4))],
        "points": float(rng.integers(10, 16)),
        "width": float(rng.uniform(1.0, 2.6)),
        "sketched": bool(rng.random() < 0.12),
        "dots": bool(rng.random() < 0.5),
    }


def draw(figure: Figure, how: dict[str, Any]) -> tuple[Image.Image, list[tuple[str, Box]], Any]:
    """The picture, each label with its box in pixels, and matplotlib's figure."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    ink, paper, _ = PAPERS[how["paper"]]
    settings: dict[Any, Any] = {"mathtext.fontset": how["face"], "pdf.fonttype": 42}
    settings["path.sketch"] = (1.2, 80, 24) if how["sketched"] else None
    with rc_context(settings):
        sheet = Canvas(figsize=(how["inches"], how["inches"]), dpi=how["dpi"], facecolor=paper)
        canvas = FigureCanvasAgg(sheet)
        axes = sheet.add_axes((0.02, 0.02, 0.96, 0.96))
        axes.set_aspect("equal")
        axes.set_facecolor(paper)
        _frame(axes, figure, ink)
        brush = _Brush(axes, figure, how)
        brush.lines()
        texts = [*brush.corners(), *brush.sides(), *brush.names()]
        held = io.BytesIO()
        sheet.savefig(held, format="png", facecolor=paper)
        canvas.draw()
        image = Image.open(held).convert("RGB")
        boxes = []
        for said, text in texts:
            extent = text.get_window_extent(canvas.get_renderer())
            box = (extent.x0, image.height - extent.y1, extent.x1, image.height - extent.y0)
            boxes.append((said, tuple(round(float(c), 2) for c in box)))
    return image, boxes, sheet


def _frame(axes: Any, figure: Figure, ink: str) -> None:
    """Limits with room for labels; squares and axes where the figure has them."""
    spots = np.array(list(figure.points.values()))
    low, high = spots.min(0), spots.max(0)
    for name, radius in figure.circles:
        low = np.minimum(low, np.subtract(figure.points[name], radius))
        high = np.maximum(high, np.add(figure.points[name], radius))
    if figure.grid:
        low, high = np.minimum(np.floor(low) - 1, -1), np.maximum(np.ceil(high) + 1, 1)
        axes.set_xticks(np.arange(low[0], high[0] + 1))
        axes.set_yticks(np.arange(low[1], high[1] + 1))
        axes.grid(visible=True, color=ink, alpha=0.2)
        axes.tick_params(colors=ink, labelsize=8)
        for side in ("left", "bottom"):
            axes.spines[side].set_position("zero")
            axes.spines[side].set_color(ink)
        for side in ("right", "top"):
            axes.spines[side].set_visible(False)
    else:
        axes.set_axis_off()
    room = 0.0 if figure.grid else 0.17 * float(max(high - low))
    axes.set_xlim(low[0] - room, high[0] + room)
    axes.set_ylim(low[1] - room, high[1] + room)


class _Brush:
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
