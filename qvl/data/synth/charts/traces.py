"""What plotly is told of the data of a chart, by kind: traces, and changes of the layout."""

from collections.abc import Callable
from typing import Any

from qvl.data.synth.charts.chart import ARROW, Chart
from qvl.data.synth.charts.look import Look

Told = tuple[list[dict[str, Any]], dict[str, Any]]


def _column(chart: Chart, at: int = 0) -> list[float]:
    return [row[at] for row in chart.values]


def _texts(chart: Chart, look: Look, at: int = 0) -> dict[str, Any]:
    """Numbers beside the marks, if this look has them."""
    return {"text": [chart.text(v) for v in _column(chart, at)]} if look.valued else {}


_NAMES = {"type": "category"}  # years are names here, and no numbers


def bars(chart: Chart, look: Look) -> Told:
    lying = chart.kind in ("barh", "groupedh", "stackedh")
    traces = []
    for at, name in enumerate(chart.columns):
        along = {"x": list(chart.names), "y": _column(chart, at)}
        if lying:
            along = {"y": along["x"], "x": along["y"], "orientation": "h"}
        inside = {"textposition": "inside" if chart.kind in _PILED else "auto"}
        traces.append({"type": "bar", "name": name, **along, **_texts(chart, look, at), **inside})
    mode = "stack" if chart.kind in _PILED else "group"
    changes: dict[str, Any] = {"barmode": mode, "xaxis": _NAMES}
    if lying:
        axes = ({"title": {"text": chart.measured}}, {"title": {"text": chart.head}, **_NAMES})
        changes |= dict(zip(("xaxis", "yaxis"), axes, strict=True))
    return traces, changes


_PILED = ("stacked", "stackedh", "percent")


def lines(chart: Chart, look: Look) -> Told:
    traces = []
    filled = {"area": {"fill": "tozeroy"}, "stackedarea": {"stackgroup": "one"}}
    for at, name in enumerate(chart.columns):
        mode = "lines" + ("+markers" if look.marked else "")
        how: dict[str, Any] = {"mode": mode, **filled.get(chart.kind, {})}
        if chart.kind == "step":
            how["line"] = {"shape": "hvh"}
        if len(chart.columns) == 1 and look.valued:
            how |= {"mode": f"{mode}+text", "textposition": "top center", **_texts(chart, look)}
        told = {"type": "scatter", "name": name, "x": list(chart.names), "y": _column(chart, at)}
        traces.append(told | how)
    return traces, {"xaxis": _NAMES, "showlegend": len(chart.columns) > 1}


def pie(chart: Chart, look: Look) -> Told:
    hole = 0.45 if chart.kind == "donut" else 0
    told = {"type": "pie", "labels": list(chart.names), "values": _column(chart), "hole": hole}
    beside = look.legend in ("best", "right", "above")
    told |= {"textinfo": "label+percent" if beside else "percent", "sort": False}
    told |= {"texttemplate": "%{label} %{value}%"} if beside else {"texttemplate": "%{value}%"}
    return [told | {"textposition": "outside"}], {"showlegend": not beside}


def heatmap(chart: Chart, look: Look) -> Told:
    scale = look.palette.capitalize() if look.palette in ("viridis", "plasma") else "Blues"
    told = {"type": "heatmap", "z": [list(row) for row in chart.values], "x": list(chart.columns)}
    told |= {"y": list(chart.names), "colorscale": scale, "texttemplate": "%{text}"}
    told |= {"text": [[chart.text(v) for v in row] for row in chart.values]}
    axes = {"xaxis": {"title": {"text": ""}, **_NAMES}, "yaxis": {"title": {"text": chart.head}}}
    axes["yaxis"] |= {"autorange": "reversed", **_NAMES}
    return [told], axes


def radar(chart: Chart, look: Look) -> Told:
    around = [*chart.names, chart.names[0]]
    traces = []
    for at, name in enumerate(chart.columns):
        values = _column(chart, at)
        told = {"type": "scatterpolar", "theta": around, "r": [*values, values[0]], "name": name}
        traces.append(told | {"fill": "toself" if look.hatched else "none"})
    return traces, {}


def candlestick(chart: Chart, _look: Look) -> Told:
    told: dict[str, Any] = {"type": "candlestick", "x": list(chart.names)}
    told |= {name: _column(chart, at) for at, name in enumerate(("open", "high", "low", "close"))}
    return [told], {"xaxis": {**_NAMES, "rangeslider": {"visible": False}}}


def waterfall(chart: Chart, _look: Look) -> Told:
    told = {"type": "waterfall", "x": list(chart.names), "y": _column(chart)}
    told |= {"text": [chart.text(v) for v in _column(chart)], "textposition": "outside"}
    return [told], {"xaxis": _NAMES, "showlegend": False}


def funnel(chart: Chart, _look: Look) -> Told:
    told = {"type": "funnel", "y": list(chart.names), "x": _column(chart), "textinfo": "text"}
    told |= {"text": [chart.text(v) for v in _column(chart)]}
    axes = {"yaxis": {"title": {"text": chart.head}, **_NAMES}}
    return [told], axes | {"xaxis": {"title": {"text": chart.measured}}, "showlegend": False}


def treemap(chart: Chart, _look: Look) -> Told:
    told = {"type": "treemap", "labels": list(chart.names), "values": _column(chart)}
    told |= {"parents": [""] * len(chart.names), "textinfo": "label+text"}
    told |= {"text": [chart.text(v) for v in _column(chart)]}
    return [told | {"textposition": "middle center"}], {}


def sankey(chart: Chart, _look: Look) -> Told:
    """Nodes have the number that flows through them behind their names."""
    pairs = [name.split(ARROW) for name in chart.names]
    left, right = (list(dict.fromkeys(pair[end] for pair in pairs)) for end in (0, 1))
    nodes = [*left, *right]
    link: dict[str, Any] = {"source": [left.index(a) for a, _ in pairs]}
    link |= {"target": [len(left) + right.index(b) for _, b in pairs], "value": _column(chart)}
    return [{"type": "sankey", "node": {"label": nodes}, "link": link}], {}


def scatter(chart: Chart, look: Look) -> Told:
    told: dict[str, Any] = {"type": "scatter", "x": _column(chart), "y": _column(chart, 1)}
    if chart.kind == "bubble":
        sizes = _column(chart, 2)
        area = {"sizemode": "area", "sizeref": 2 * max(sizes) / 46**2, "size": sizes}
        texts = [f"{n}<br>{chart.text(s)}" for n, s in zip(chart.names, sizes, strict=True)]
        told |= {
            "mode": "markers+text",
            "marker": area,
            "text": texts,
            "textposition": "top center",
            "cliponaxis": False,
        }
    else:
        told |= {"mode": "markers", "marker": {"size": 9, "symbol": "diamond" if look.bare else 0}}
    titles = [{"title": {"text": name}} for name in chart.columns]
    return [told], {"xaxis": titles[0], "yaxis": titles[1], "showlegend": False}


def samples(chart: Chart, _look: Look) -> Told:
    if chart.kind == "histogram":
        sample, edges = chart.samples
        bins = {"start": edges[0], "end": edges[-1], "size": edges[1] - edges[0]}
        told = [{"type": "histogram", "x": list(sample), "xbins": bins, "autobinx": False}]
        return told, {"xaxis": {"title": {"text": chart.head}}, "bargap": 0.03}
    traces = [
        {"type": "box", "name": name, "y": list(sample), "boxpoints": False}
        for name, sample in zip(chart.names, chart.samples, strict=True)
    ]
    return traces, {"showlegend": False, "xaxis": _NAMES}


TRACES: dict[str, Callable[[Chart, Look], Told]] = {
    **dict.fromkeys(("bar", "barh", "grouped", "groupedh", "stacked", "stackedh", "percent"), bars),
    **dict.fromkeys(("line", "multiline", "step", "area", "stackedarea"), lines),
    **dict.fromkeys(("pie", "donut"), pie),
    **dict.fromkeys(("scatter", "bubble"), scatter),
    **dict.fromkeys(("histogram", "box"), samples),
    "heatmap": heatmap,
    "radar": radar,
    "candlestick": candlestick,
    "waterfall": waterfall,
    "funnel": funnel,
    "treemap": treemap,
    "sankey": sankey,
}
