"""Problems as pictures: typed formulas on paper, a board, squared paper, in many faces."""

import io
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.synth.maths.problem import Problem, Rng

FACES = ("dejavusans", "dejavuserif", "cm", "stix", "stixsans")
PAPERS = {  # ink, paper, lines of squares or ""
    "white": ("#111111", "#ffffff", ""),
    "cream": ("#2a1e12", "#fbf4e4", ""),
    "board": ("#f4f4ee", "#23423a", ""),
    "slate": ("#eeeeee", "#2b2f36", ""),
    "squared": ("#1b2f6b", "#fdfdfd", "#cfe0ee"),
    "lined": ("#15254f", "#fffef8", "#d6d6e6"),
    "grey": ("#222222", "#dcdcdc", ""),
    "blue": ("#0b2a4a", "#e6f0fa", ""),
}


def look(rng: Rng) -> dict[str, Any]:
    """How a picture is drawn; plain JSON."""
    return {
        "face": FACES[int(rng.integers(len(FACES)))],
        "paper": list(PAPERS)[int(rng.integers(len(PAPERS)))],
        "points": float(rng.integers(15, 35)),
        "turn": float(rng.normal(0, 1.2)) if rng.random() < 0.3 else 0.0,
        "numbered": int(rng.integers(1, 30)) if rng.random() < 0.3 else 0,
    }


def picture(problem: Problem, how: dict[str, Any]) -> Image.Image:
    """The formula of a problem, `problem.shown`, on paper as large as it needs."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    ink, paper, lines = PAPERS[how["paper"]]
    text = f"${problem.shown}$"
    if how["numbered"]:
        text = f"{how['numbered']})  {text}"
    with rc_context({"mathtext.fontset": how["face"], "savefig.facecolor": paper}):
        figure = Figure(figsize=(6, 2), dpi=100, facecolor=paper)
        canvas = FigureCanvasAgg(figure)
        said = figure.text(0, 0, text, fontsize=how["points"], color=ink, rotation=how["turn"])
        extent = said.get_window_extent(canvas.get_renderer())
        margin = 14 + how["points"]
        wide, high = extent.width + 2 * margin, extent.height + 2 * margin
        figure.set_size_inches(wide / 100, high / 100)
        said.set_position(((margin - extent.x0) / wide, (margin - extent.y0) / high))
        _rule(figure, lines, how["paper"])
        held = io.BytesIO()
        canvas.draw()
        figure.savefig(held, format="png")
    return Image.open(held).convert("RGB")


def _rule(figure: Any, colour: str, paper: str) -> None:
    """Squares or lines behind the words, 20 pixels apart."""
    if not colour:
        return
    from matplotlib.lines import Line2D

    wide, high = figure.get_size_inches() * figure.dpi
    for y in np.arange(0, high, 20):
        line = Line2D((0, 1), (y / high, y / high), color=colour, lw=0.7, zorder=-1)
        figure.add_artist(line)
    for x in np.arange(0, wide, 20) if paper == "squared" else ():
        figure.add_artist(Line2D((x / wide, x / wide), (0, 1), color=colour, lw=0.7, zorder=-1))
