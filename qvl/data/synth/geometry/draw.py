"""A figure of geometry drawn by matplotlib, with the boxes of its labels."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.synth.geometry.brush import Brush
from qvl.data.synth.geometry.figure import Figure
from qvl.data.synth.maths.board import FACES, PAPERS
from qvl.data.synth.maths.problem import Rng

BRIGHT = ("#ff9d90", "#9accff", "#a9e5a4", "#f5d76e", "#e3b7ff", "#7fe3e0")  # on dark paper
ACCENTS = ("#c0392b", "#1f6fb2", "#2f7d4f", "#8e44ad", "#d35400", "#16808a")
Box = tuple[float, float, float, float]


def look(rng: Rng) -> dict[str, Any]:
    """How a figure is drawn; plain JSON."""
    paper = list(PAPERS)[int(rng.integers(len(PAPERS)))]
    accents = BRIGHT if paper in ("board", "slate") else ACCENTS
    return {
        "face": FACES[int(rng.integers(len(FACES)))],
        "paper": paper,
        "accent": accents[int(rng.integers(len(accents)))],
        "filled": bool(rng.random() < 0.5),
        "inches": float(rng.uniform(2.6, 5.2)),
        "dpi": (80, 96, 110, 130)[int(rng.integers(4))],
        "points": float(rng.integers(10, 16)),
        "width": float(rng.uniform(1.0, 2.6)),
        "sketched": bool(rng.random() < 0.12),
        "dots": bool(rng.random() < 0.5),
    }


@dataclass(frozen=True)
class Drawn:
    """The picture, its labels with their boxes, and where named points are, all in pixels.

    `canvas` is matplotlib's figure.
    """

    image: Image.Image
    labels: list[tuple[str, Box]]
    points: dict[str, tuple[float, float]]
    canvas: Any


def draw(figure: Figure, how: dict[str, Any]) -> Drawn:
    """A figure on square paper of `how["inches"]`."""
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
        brush = Brush(axes, figure, how)
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
        named = {n: axes.transData.transform(s) for n, s in figure.points.items()}
    points = {
        name: (round(float(x), 2), round(float(image.height - y), 2))
        for name, (x, y) in named.items()
        if name not in figure.hidden
    }
    return Drawn(image, boxes, points, sheet)


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
