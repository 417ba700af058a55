"""Pies, heat maps, samples and points with matplotlib and seaborn."""

from typing import Any

import numpy as np

from qvl.data.synth.charts.panel import Panel


def pie(panel: Panel) -> None:
    """Slices from the top, with a hole in a "donut"; names beside them or in a legend."""
    chart, values = panel.chart, panel.column()
    beside = panel.look.legend in ("best", "right", "above")
    hole: dict[str, Any] = {"edgecolor": "white"}
    if chart.kind == "donut":
        hole["width"] = 0.42
    slices, names = panel.axes.pie(
        values,
        labels=list(chart.names) if beside else None,
        colors=panel.colours,
        startangle=90,
        counterclock=False,
        wedgeprops=hole,
        labeldistance=1.1,
    )[:2]
    reach = 0.79 if chart.kind == "donut" else 0.66
    for at, part in enumerate(slices):
        panel.add("slice", chart.names[at], part)
        part.set_label(chart.names[at])
        middle = np.deg2rad((part.theta1 + part.theta2) / 2)
        x, y = reach * np.cos(middle), reach * np.sin(middle)
        if values[at] >= 5:
            told = f"{chart.text(values[at])}%"
            back = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.85}
            how: dict[str, Any] = {"ha": "center", "va": "center", "color": "black", "bbox": back}
            panel.add("number", told, panel.axes.text(x, y, told, **how), written=True)
    for text in names if beside else ():
        panel.add("slice name", text.get_text(), text, written=True)
    panel.axes.set_aspect("equal")


def heatmap(panel: Panel) -> None:
    """A field a number, as seaborn draws them, with the numbers in them or a bar of colours."""
    import seaborn

    chart, valued = panel.chart, panel.look.valued
    values = np.array(chart.values)
    spot = seaborn.heatmap(
        values,
        ax=panel.axes,
        annot=valued,
        fmt=f".{chart.decimals}f",
        xticklabels=list(chart.columns),
        yticklabels=list(chart.names),
        cmap=panel.look.palette or "Blues",
        cbar=not valued or panel.look.marked,
        linewidths=0.5,
    )
    for text in spot.texts:
        panel.add("number", text.get_text(), text, written=True)
    panel.axes.tick_params(axis="y", rotation=0)


def histogram(panel: Panel) -> None:
    import seaborn

    sample, edges = panel.chart.samples
    seaborn.histplot(
        x=np.array(sample),
        bins=list(edges),
        ax=panel.axes,
        color=panel.colours[0],
        edgecolor="white",
        kde=panel.look.hatched,
    )
    for patch, name, value in zip(
        panel.axes.patches, panel.chart.names, panel.column().tolist(), strict=True
    ):
        panel.add("bar", name, patch)
        middle = patch.get_x() + patch.get_width() / 2
        panel.say(middle, value + panel.column().max() * 0.015, value, ha="center", va="bottom")
    panel.room()
    panel.axes.set_xticks(edges)
    panel.axes.set_xlabel(panel.chart.head)
    panel.axes.set_ylabel(panel.chart.measured)


def boxes(panel: Panel) -> None:
    """Boxes with whiskers to the least and the most, or violins with their median."""
    import seaborn

    samples, chart = [np.array(s) for s in panel.chart.samples], panel.chart
    how: dict[str, Any] = {"ax": panel.axes, "palette": panel.colours[: len(samples)]}
    if chart.kind == "box":
        seaborn.boxplot(samples, whis=(0, 100), width=0.6, **how)
    else:
        seaborn.violinplot(samples, inner="quart", cut=0, **how)
    if panel.look.hatched:
        seaborn.stripplot(samples, ax=panel.axes, color="black", size=2, alpha=0.6)
    panel.name_rows()
    if chart.kind == "violin":
        for x, y in zip(panel.rows, panel.column(), strict=True):
            back = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "gray"}
            panel.say(x + 0.02, y, y, ha="left", va="center", color="black", bbox=back)


def scatter(panel: Panel) -> None:
    """Points, with names and areas in a "bubble" chart."""
    chart, (x, y) = panel.chart, (panel.column(0), panel.column(1))
    how: dict[str, Any] = {"color": panel.colours[0], "s": 45}
    if chart.kind == "bubble":
        sizes = panel.column(2)
        how = {"color": panel.colours[: len(x)], "s": 60 + 900 * sizes / sizes.max(), "alpha": 0.65}
    panel.axes.scatter(x, y, **how)
    for at, name in enumerate(chart.names):
        if name:
            text = panel.axes.annotate(
                name, (x[at], y[at]), xytext=(0, 14), textcoords="offset points", ha="center"
            )
            panel.add("point name", name, text, written=True)
            told = chart.text(chart.values[at][2])
            text = panel.axes.annotate(
                told, (x[at], y[at]), xytext=(0, -20), textcoords="offset points", ha="center"
            )
            panel.add("number", told, text, written=True)
    panel.axes.margins(0.18)
    panel.axes.set_xlabel(chart.columns[0])
    panel.axes.set_ylabel(chart.columns[1])


def relation(panel: Panel) -> None:
    """Things in two columns, an arrow with its number for each relation between them."""
    chart, axes = panel.chart, panel.axes
    pairs = [name.split(" → ") for name in chart.names]
    left, right = (list(dict.fromkeys(pair[end] for pair in pairs)) for end in (0, 1))
    spots = {}
    for x, side in ((0.0, left), (1.0, right)):
        for at, name in enumerate(side):
            spots[x, name] = (x, 1 - (at + 0.5) / len(side))
    for (x, name), spot in spots.items():
        colour = panel.colours[int(x)]
        back = {"boxstyle": "round,pad=0.5", "fc": "white", "ec": colour, "lw": 1.6}
        text = axes.text(*spot, name, ha="center", va="center", bbox=back, color="black", zorder=4)
        panel.add("node", name, text, written=True)
    for at, (begin, end) in enumerate(pairs):
        a, b = np.array(spots[0.0, begin]), np.array(spots[1.0, end])
        arrow = {"arrowstyle": "-|>", "color": "gray", "shrinkA": 42, "shrinkB": 42, "lw": 1.3}
        axes.annotate("", xy=tuple(b), xytext=tuple(a), arrowprops=arrow)
        told = chart.text(chart.values[at][0])
        x, y = a + (b - a) * (0.36 + 0.14 * (at % 3))
        back = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none"}
        how: dict[str, Any] = {"ha": "center", "va": "center", "color": "black", "bbox": back}
        panel.add("number", told, axes.text(x, y, told, **how), written=True)
    axes.set_xlim(-0.25, 1.25)
    axes.set_ylim(-0.05, 1.05)
    axes.set_axis_off()
