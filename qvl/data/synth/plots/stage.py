"""A work item to the graph of a function with questions."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.records import Record
from qvl.data.synth.charts.figure import settings
from qvl.data.synth.charts.look import Look, look
from qvl.data.synth.maths import telling
from qvl.data.synth.plots import bent, curves, functions
from qvl.data.synth.plots.functions import Graph, crossing, line
from qvl.data.synth.talk import Said, Scene, encoded, record
from qvl.data.work import Work

FAMILY = "plots"
MAKERS = (*functions.MAKERS, *bent.MAKERS, *curves.MAKERS)
NAMES = "fgh"
AXES = ("cross", "box", "grid", "left")


def plots(work: Work) -> Iterator[Record]:
    """One record: one graph, or two lines, and one to three questions."""
    rng = work.rng()
    graphs, problems = _graphs(rng)
    named, axes = rng.random() < 0.4, AXES[int(rng.integers(len(AXES)))]
    seen = look(rng, "en")
    image, _ = draw(graphs, seen, axes, named=named)
    if named:  # the formula stands in the picture
        problems = [p for p in problems if p.kind != "formula"]
    order = rng.permutation(len(problems))[: int(rng.integers(1, 4))]
    talk: list[tuple[str, Said]] = []
    for at in order:
        talk += telling.told(rng, problems[at], "en", pictured=False)
    meta = {
        "style": f"{'+'.join(g.kind for g in graphs)}/{seen.theme}/{axes}",
        "claims": [problems[at].claim for at in order],
        "functions": [g.latex for g in graphs],
    }
    picture = encoded(image, 88 if rng.random() < 0.25 else 0)
    yield record(Scene(work.key, FAMILY, "en", meta, picture), talk)


def _graphs(rng: np.random.Generator) -> tuple[list[Graph], list[Any]]:
    if rng.random() < 0.2:
        for _ in range(20):
            pair = [line(rng), line(rng)]
            if problem := crossing(*pair):
                return pair, [problem]
    graph = MAKERS[int(rng.integers(len(MAKERS)))](rng)
    return [graph], list(graph.problems)


def draw(graphs: list[Graph], seen: Look, axes_as: str, *, named: bool) -> tuple[Image.Image, Any]:
    """The picture of the graphs on squares of one, and matplotlib's figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with settings(seen):
        sizes = tuple(side / seen.dpi for side in seen.size)
        figure = Figure(figsize=(sizes[0], sizes[1]), dpi=seen.dpi)
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0.1, 0.14, 0.86, 0.82))
        span, rows = graphs[0].span, graphs[0].rows
        for at, graph in enumerate(graphs):
            x = np.linspace(*span, 800)
            told = f"${NAMES[at]}(x) = {graph.latex}$" if named else f"${NAMES[at]}$"
            axes.plot(x, graph.curve(x), label=told, marker="", linewidth=2)
        axes.set_xlim(*span)
        axes.set_ylim(*rows)
        _ticks(axes, graphs[0])
        _axes(axes, axes_as)
        if named or len(graphs) > 1:
            axes.legend(loc="best")
        canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    return image, figure


def _ticks(axes: Any, graph: Graph) -> None:
    """Whole numbers, or quarters of pi where the function turns."""
    low, high = graph.rows
    step = 1 if high - low <= 22 else 5
    axes.set_yticks(np.arange(np.ceil(low / step) * step, high + 0.1, step))
    if not graph.turning:
        axes.set_xticks(np.arange(np.ceil(graph.span[0]), graph.span[1] + 0.1))
        return
    halves = range(-4, 5)
    names = {0: "0", 1: "\\frac{\\pi}{2}", 2: "\\pi", 3: "\\frac{3\\pi}{2}", 4: "2\\pi"}
    texts = [f"${'-' if n < 0 else ''}{names[abs(n)]}$" for n in halves]
    axes.set_xticks([n * np.pi / 2 for n in halves], texts)


def _axes(axes: Any, kind: str) -> None:
    """Axes through the origin or around, with squares or without."""
    if kind == "left":
        axes.grid(visible=False)
    else:
        axes.grid(visible=True, alpha=0.5)
    if kind == "cross":
        for side in ("left", "bottom"):
            axes.spines[side].set_position("zero")
            axes.spines[side].set_color("gray")
        for side in ("right", "top"):
            axes.spines[side].set_visible(False)
    elif kind == "left":
        for side in ("right", "top"):
            axes.spines[side].set_visible(False)
    else:
        axes.axhline(0, color="gray", linewidth=1)
        axes.axvline(0, color="gray", linewidth=1)
    axes.set_xlabel("x")
    axes.set_ylabel("y", rotation=0)
