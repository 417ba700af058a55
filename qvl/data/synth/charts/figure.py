"""Figures: one or several panels with titles and legends, drawn by matplotlib and seaborn."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from qvl.data.synth.charts import bars, lines, shares
from qvl.data.synth.charts.chart import Chart
from qvl.data.synth.charts.look import Look
from qvl.data.synth.charts.panel import Mark, Panel

DRAW: dict[str, Callable[[Panel], None]] = {
    **dict.fromkeys(("bar", "barh"), bars.bar),
    **dict.fromkeys(("grouped", "groupedh"), bars.grouped),
    **dict.fromkeys(("stacked", "stackedh", "percent"), bars.stacked),
    **dict.fromkeys(("line", "multiline", "step"), lines.line),
    **dict.fromkeys(("pie", "donut"), shares.pie),
    **dict.fromkeys(("box", "violin"), shares.boxes),
    **dict.fromkeys(("scatter", "bubble"), shares.scatter),
    "lollipop": bars.lollipop,
    "waterfall": bars.waterfall,
    "gantt": bars.gantt,
    "area": lines.area,
    "stackedarea": lines.stacked_area,
    "slope": lines.slope,
    "dumbbell": lines.dumbbell,
    "errorbar": lines.errorbar,
    "radar": lines.radar,
    "candlestick": lines.candlestick,
    "heatmap": shares.heatmap,
    "histogram": shares.histogram,
    "relation": shares.relation,
}
NUMBERED = ("heatmap", "violin", "waterfall", "percent")  # cannot be read without their numbers
_SHIFT = 0.273  # so that halves and wholes, which layouts are full of, are no border
NO_GRID = ("pie", "donut", "heatmap", "radar", "relation", "gantt")


def figure(charts: Sequence[Chart], look: Look, title: str = "") -> tuple[Any, list[list[Mark]]]:
    """A matplotlib figure of a panel a chart, and the marks of each panel.

    To be called, drawn and saved within `settings(look)`, since matplotlib reads them late.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sizes = tuple(side / look.dpi for side in look.size)
    drawn = Figure(figsize=(sizes[0], sizes[1]), dpi=look.dpi, layout="constrained")
    FigureCanvasAgg(drawn)
    across = 1 if len(charts) == 1 else 2
    down = -(len(charts) // -across)
    panels = []
    for at, chart in enumerate(charts):
        polar = {"projection": "polar"} if chart.kind == "radar" else {}
        axes = drawn.add_subplot(down, across, at + 1, **polar)
        panels.append(_panel(axes, chart, look))
    found = [panel.marks for panel in panels]
    if title:
        found[0].insert(0, Mark("figure title", title, drawn.suptitle(title)))
    if note := charts[0].note:
        text = drawn.text(0.01, 0.005, note, fontsize=look.points - 1.5, va="bottom")
        engine: Any = drawn.get_layout_engine()
        engine.set(rect=(0, 0.05, 1, 0.95))
        found[-1].append(Mark("note", note, text))
    _settle(drawn)
    return drawn, found


def _settle(drawn: Any) -> None:
    """Lay the figure out once, on a grid of sixteenths of a pixel.

    The solver of the layout adds up in the order of addresses, so that its last bits, and pixels
    with them, differ from process to process.
    """
    drawn.draw_without_rendering()
    drawn.set_layout_engine("none")
    width, height = drawn.get_size_inches() * drawn.dpi

    def on_grid(share: float, side: float) -> float:
        return float(np.floor(share * side * 16 + _SHIFT) / 16 / side)

    for axes in drawn.axes:
        left, bottom, right, top = axes.get_position().extents
        left, right = on_grid(left, width), on_grid(right, width)
        bottom, top = on_grid(bottom, height), on_grid(top, height)
        axes.set_position((left, bottom, right - left, top - bottom))
    if title := drawn._suptitle:
        title.set_y(on_grid(title.get_position()[1], height))


def settings(look: Look) -> Any:
    """A context in which matplotlib draws by this look."""
    from matplotlib import rc_context, style

    # "default" stands for matplotlib's own start, which a themed call before must not change
    theme = style.library.get(look.theme, {})
    told: dict[Any, Any] = {**_start(), **theme, **look.settings()}
    return rc_context(told)


def _start() -> dict[Any, Any]:
    from matplotlib import rcParamsDefault

    kept = ("backend", "interactive", "toolbar", "timezone", "datapath")
    return {k: v for k, v in rcParamsDefault.items() if not k.startswith(kept)}


def _panel(axes: Any, chart: Chart, look: Look) -> Panel:
    look = replace(look, valued=look.valued or chart.kind in NUMBERED)
    panel = Panel(axes, chart, look, _colours(look, max(len(chart.names), len(chart.columns))))
    if chart.kind in NO_GRID:
        axes.grid(visible=False) if chart.kind != "radar" else None
    elif look.grid:
        axes.grid(visible=True, axis=look.grid, alpha=0.6)
        axes.set_axisbelow(True)
    DRAW[chart.kind](panel)
    heading = axes.set_title(chart.title, pad=18 if chart.kind == "radar" else None)
    panel.add("title", chart.title, heading, written=True)
    _legend(panel)
    if chart.kind not in ("pie", "donut", "relation"):
        _axis_marks(panel)
    return panel


def _legend(panel: Panel) -> None:
    handles, names = panel.axes.get_legend_handles_labels()
    beside = any(mark.role == "slice name" for mark in panel.marks)
    if not names or beside or (len(names) == 1 and panel.chart.kind != "pie"):
        return
    place: dict[str, Any] = {"loc": panel.look.legend}
    if panel.look.legend == "below":
        place = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.2), "ncols": min(len(names), 4)}
    elif panel.look.legend == "above":
        place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.12), "ncols": min(len(names), 4)}
    elif panel.look.legend == "right" or panel.chart.kind in ("pie", "donut", "radar", "slope"):
        place = {"loc": "center left", "bbox_to_anchor": (1.08, 0.5)}
    legend = panel.axes.legend(handles, names, **place)
    panel.add("legend", ", ".join(names), legend)
    for text in legend.get_texts():
        panel.add("legend entry", text.get_text(), text, written=True)


def _axis_marks(panel: Panel) -> None:
    for name in ("x", "y"):
        label = getattr(panel.axes, f"{name}axis").label
        if told := label.get_text():
            panel.add(f"{name} axis label", told, label, written=True)
    panel.add("plot area", "", panel.axes)


def _colours(look: Look, count: int) -> list[Any]:
    """So many colours: of the palette, else of the theme, repeated only where it must be."""
    from matplotlib import colormaps, rcParams

    if look.palette is None:
        own = list(rcParams["axes.prop_cycle"].by_key()["color"])
        return [own[i % len(own)] for i in range(count)]
    held = colormaps[look.palette]
    listed = getattr(held, "colors", ())
    if 0 < len(listed) <= 20:
        return [listed[i % len(listed)] for i in range(count)]
    return [held(x) for x in np.linspace(0.08, 0.82, max(count, 2))]
