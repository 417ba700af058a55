"""Charts of bars with matplotlib."""

from typing import Any

import numpy as np

from qvl.data.synth.charts.panel import Panel


def bar(panel: Panel) -> None:
    """One bar a row, upright or lying."""
    upright = panel.chart.kind == "bar"
    draw = panel.axes.bar if upright else panel.axes.barh
    thick = {"width" if upright else "height": 0.72}
    bars = draw(panel.rows, panel.column(), color=panel.fills(), **thick)
    _named(panel, bars, list(panel.chart.names))
    _numbers(panel, bars, panel.column(), upright)
    _finish(panel, upright)


def lollipop(panel: Panel) -> None:
    values = panel.column()
    panel.axes.vlines(panel.rows, 0, values, color=panel.fills(), linewidth=2)
    panel.axes.scatter(panel.rows, values, color=panel.fills(), s=70, zorder=3)
    panel.axes.set_ylim(0, max(values) * 1.15)
    for x, y in zip(panel.rows, values, strict=True):
        panel.say(x, y + max(values) * 0.04, y, ha="center", va="bottom")
    panel.name_rows()


def grouped(panel: Panel) -> None:
    upright = panel.chart.kind == "grouped"
    draw = panel.axes.bar if upright else panel.axes.barh
    count = len(panel.chart.columns)
    thick = 0.8 / count
    for at, name in enumerate(panel.chart.columns):
        where = panel.rows + (at - (count - 1) / 2) * thick
        how: dict[str, Any] = {"label": name, "color": panel.colours[at], "hatch": panel.hatch(at)}
        bars = draw(where, panel.column(at), thick * 0.94, **how)
        _named(panel, bars, [f"{row}, {name}" for row in panel.chart.names])
    _finish(panel, upright)


def stacked(panel: Panel) -> None:
    """Bars on top of each other; in "percent" they are all of one height."""
    upright = panel.chart.kind != "stackedh"
    draw = panel.axes.bar if upright else panel.axes.barh
    under = np.zeros(len(panel.chart.names))
    for at, name in enumerate(panel.chart.columns):
        values = panel.column(at)
        how: dict[str, Any] = {"label": name, "color": panel.colours[at], "hatch": panel.hatch(at)}
        how["bottom" if upright else "left"] = under
        bars = draw(panel.rows, values, 0.66, **how)
        _named(panel, bars, [f"{row}, {name}" for row in panel.chart.names])
        middle = under + values / 2
        for x, y, value in zip(panel.rows, middle, values, strict=True):
            if value > 0.09 * panel.chart_top():
                spot = (x, y) if upright else (y, x)
                back = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.8}
                panel.say(*spot, value, ha="center", va="center", color="black", bbox=back)
        under = under + values
    _finish(panel, upright)


def waterfall(panel: Panel) -> None:
    values = panel.column()
    ends = values.cumsum()
    starts = ends - values
    colours = [panel.colours[0] if v >= 0 else panel.colours[1] for v in values]
    bars = panel.axes.bar(panel.rows, values, 0.7, bottom=starts, color=colours)
    panel.axes.hlines(ends[:-1], panel.rows[:-1], panel.rows[1:], color="gray", zorder=0)
    _named(panel, bars, list(panel.chart.names))
    top = max(ends.max(), starts.max()) - min(ends.min(), 0)
    for x, end, start, value in zip(panel.rows, ends, starts, values, strict=True):
        panel.say(x, max(end, start) + top * 0.02, value, ha="center", va="bottom")
    panel.axes.axhline(0, color="black", linewidth=0.8)
    panel.room()
    panel.name_rows()


def gantt(panel: Panel) -> None:
    """Tasks from the top down, each from its first to its last week."""
    start, end = panel.column(0), panel.column(1)
    bars = panel.axes.barh(panel.rows, end - start, 0.6, left=start, color=panel.fills())
    _named(panel, bars, list(panel.chart.names))
    panel.axes.set_yticks(panel.rows, list(panel.chart.names))
    panel.axes.invert_yaxis()
    panel.axes.set_xticks(range(int(start.min()), int(end.max()) + 1, 1 + int(end.max() > 16)))
    panel.axes.grid(visible=True, axis="x", alpha=0.6)
    panel.axes.set_axisbelow(True)


def _named(panel: Panel, bars: Any, names: list[str]) -> None:
    for patch, name in zip(bars, names, strict=True):
        panel.add("bar", name, patch)


def _numbers(panel: Panel, bars: Any, values: np.ndarray, upright: bool) -> None:
    gap = 0.015 * float(values.max())
    for patch, value in zip(bars, values.tolist(), strict=True):
        if upright:
            x = patch.get_x() + patch.get_width() / 2
            panel.say(x, value + gap, value, ha="center", va="bottom")
        else:
            y = patch.get_y() + patch.get_height() / 2
            panel.say(value + gap, y, value, ha="left", va="center")


def _finish(panel: Panel, upright: bool) -> None:
    panel.name_rows("x" if upright else "y")
    if not upright and panel.look.colours > 1:
        panel.axes.invert_yaxis()
    panel.room("y" if upright else "x")
