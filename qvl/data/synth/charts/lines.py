"""Charts of lines, areas and whiskers with matplotlib."""

import numpy as np

from qvl.data.synth.charts.panel import Panel


def line(panel: Panel) -> None:
    """A line a column; steps between its points in "step"."""
    values = [panel.column(at) for at in range(len(panel.chart.columns))]
    for at, name in enumerate(panel.chart.columns):
        how = panel.stroke(at)
        if panel.chart.kind == "step":
            how["drawstyle"] = "steps-mid"
        panel.axes.plot(panel.rows, values[at], label=name, **how)
    if len(values) == 1:
        _numbers(panel, values[0])
    panel.name_rows()


def area(panel: Panel) -> None:
    values = panel.column()
    colour = panel.colours[0]
    panel.axes.fill_between(panel.rows, values, color=colour, alpha=0.45)
    panel.axes.plot(panel.rows, values, color=colour, marker="o" if panel.look.marked else None)
    panel.axes.set_ylim(0)
    _numbers(panel, values)
    panel.name_rows()


def stacked_area(panel: Panel) -> None:
    columns = [panel.column(at) for at in range(len(panel.chart.columns))]
    names = list(panel.chart.columns)
    panel.axes.stackplot(panel.rows, columns, labels=names, colors=panel.colours, alpha=0.85)
    panel.name_rows()


def slope(panel: Panel) -> None:
    """Two columns of points with a line a row between them, and its name at the right end."""
    first, last = panel.column(0), panel.column(1)
    for at, name in enumerate(panel.chart.names):
        ends = (first[at], last[at])
        panel.axes.plot((0, 1), ends, marker="o", color=panel.colours[at], label=name)
        panel.say(-0.04, first[at], first[at], ha="right", va="center")
        panel.say(1.04, last[at], last[at], ha="left", va="center")
    panel.axes.set_xlim(-0.3, 1.3)
    panel.axes.set_xticks((0, 1), list(panel.chart.columns))
    panel.axes.set_ylabel(panel.chart.measured)


def dumbbell(panel: Panel) -> None:
    first, last = panel.column(0), panel.column(1)
    panel.axes.hlines(panel.rows, first, last, color="gray", linewidth=2, zorder=1)
    for at, (name, values) in enumerate(zip(panel.chart.columns, (first, last), strict=True)):
        panel.axes.scatter(values, panel.rows, s=70, color=panel.colours[at], label=name, zorder=2)
    panel.name_rows("y")


def errorbar(panel: Panel) -> None:
    mean, off = panel.column(0), panel.column(1)
    colour = panel.colours[0]
    if panel.look.hatched or panel.look.bare:
        panel.axes.bar(panel.rows, mean, 0.6, yerr=off, capsize=5, color=colour, ecolor="gray")
    else:
        panel.axes.errorbar(panel.rows, mean, off, fmt="o", capsize=5, color=colour)
    panel.name_rows()


def radar(panel: Panel) -> None:
    """A closed line a column around a centre of 0; needs polar axes."""
    turn = np.linspace(0, 2 * np.pi, len(panel.chart.names), endpoint=False)
    around = np.append(turn, turn[0])
    for at, name in enumerate(panel.chart.columns):
        values = panel.column(at)
        values = np.append(values, values[0])
        panel.axes.plot(around, values, label=name, **panel.stroke(at))
        panel.axes.fill(around, values, color=panel.colours[at], alpha=0.12)
    panel.axes.set_ylim(0)
    panel.axes.set_xticks(turn, list(panel.chart.names))
    panel.axes.tick_params(axis="x", pad=10)


def candlestick(panel: Panel) -> None:
    """Thin from low to high, thick from open to close; the colour says which of them is higher."""
    begin, high, low, close = (panel.column(at) for at in range(4))
    colours = ["tab:green" if up else "tab:red" for up in close >= begin]
    panel.axes.vlines(panel.rows, low, high, color=colours, linewidth=1.2)
    height = np.abs(close - begin).clip(0.02 * (high.max() - low.min()))
    bars = panel.axes.bar(panel.rows, height, 0.6, np.minimum(begin, close), color=colours)
    for patch, name in zip(bars, panel.chart.names, strict=True):
        panel.add("candle", name, patch)
    panel.name_rows()


def _numbers(panel: Panel, values: np.ndarray) -> None:
    reach = float(values.max() - min(values.min(), 0)) or 1.0
    for x, y in zip(panel.rows, values, strict=True):
        panel.say(x, y + 0.035 * reach, y, ha="center", va="bottom")
    panel.room()
