"""Charts drawn by plotly in Chromium; boxes and words are read from the DOM."""

import io
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from PIL import Image

from qvl.data.synth.browser import tab
from qvl.data.synth.charts.boxed import Drawn, Element
from qvl.data.synth.charts.chart import Chart
from qvl.data.synth.charts.look import Look
from qvl.data.synth.charts.traces import TRACES

TEMPLATES = ("plotly", "plotly_white", "plotly_dark", "ggplot2", "seaborn", "simple_white")
TEMPLATES += ("gridon", "none", "xgridoff", "ygridoff", "presentation")
_LEGENDS = {
    "below": {"orientation": "h", "yanchor": "top", "y": -0.25, "x": 0},
    "above": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
}
_DRAW = """async ([data, layout, flows]) => {
  const place = document.getElementById('chart');
  Plotly.purge(place);
  await Plotly.newPlot(place, data, layout, {staticPlot: true});
  await document.fonts.ready;
  for (const link of place.querySelectorAll('.sankey-link')) {
    const r = link.getBBox(), text = document.createElementNS(link.namespaceURI, 'text');
    const told = {x: r.x + r.width * 0.8, y: link.__data__.link.y1, class: 'flow', fill: '#000'};
    for (const [name, value] of Object.entries(told)) text.setAttribute(name, value);
    text.setAttribute('text-anchor', 'middle');
    text.setAttribute('dominant-baseline', 'central');
    text.textContent = flows[link.__data__.link.pointNumber];
    link.parentNode.appendChild(text);
  }
  const found = [];
  const kinds = [
    ['title', '.gtitle', true], ['x axis label', '.xtitle', true],
    ['y axis label', '.ytitle', true], ['legend', '.legend .bg', false],
    ['legend entry', '.legendtext', true], ['tick', '.xtick text, .ytick text', true],
    ['number', '.bartext, .textpoint text', true], ['tick', '.angularaxistick text', true],
    ['bar', '.bars .point > path, .funnels .point > path', false],
    ['slice', '.pielayer .slice > path, .treemaplayer .slice > path', false],
    ['slice name', 'text.slicetext', true], ['node', '.node-label', true],
    ['note', '.annotation-text', true], ['number', '.heatmap-label text', true],
    ['number', '.flow', true],
    ['plot area', '.bglayer .bg, .plotbg', false],
  ];
  for (const [role, where, written] of kinds) {
    for (const node of place.querySelectorAll(where)) {
      const r = node.getBoundingClientRect();
      if (r.width <= 0 || r.height <= 0) continue;
      const lines = [...node.querySelectorAll('tspan.line')].map(l => l.textContent);
      const text = lines.length ? lines.join(' ') : node.textContent;
      if (written && !text.trim()) continue;
      found.push([role, written ? text : '', [r.left, r.top, r.right, r.bottom], written]);
    }
  }
  return found;
}"""


@cache
def _begin() -> str:
    from plotly.offline import get_plotlyjs

    style = "<style>body{margin:0}</style>"
    return f"{style}<div id=chart></div><script>{get_plotlyjs()}</script>"


@cache
def _template(name: str) -> dict[str, Any]:
    import plotly.io

    return json.loads(json.dumps(plotly.io.templates[name].to_plotly_json()))


def layout(chart: Chart, look: Look) -> dict[str, Any]:
    """What plotly is told about everything but the data; `look.theme` is one of TEMPLATES."""
    size = look.points * look.dpi / 72
    told: dict[str, Any] = {
        "template": _template(look.theme),
        "width": look.size[0],
        "height": look.size[1],
        "font": {"family": f"'{look.family}', 'DejaVu Sans'", "size": size},
        "title": {"text": chart.title, "x": 0.05 if look.title_at == "left" else 0.5},
        "legend": _LEGENDS.get(look.legend, {}),
        "xaxis": {"title": {"text": chart.head}, "automargin": True},
        "yaxis": {"title": {"text": chart.measured}, "automargin": True},
        "margin": {"t": 40 + (5 if look.legend == "above" else 3) * size, "b": 30 + 2 * size},
        "uniformtext": {"mode": "hide", "minsize": 9},
    }
    if chart.note:
        below = {"xref": "paper", "yref": "paper", "x": 0, "y": -0.22, "showarrow": False}
        told["annotations"] = [{**below, "text": chart.note, "xanchor": "left"}]
        told["margin"]["b"] = 60 + 4 * size
    return told


def web_chart(chart: Chart, look: Look, keep: Callable[[Any], None] | None = None) -> Drawn:
    """The chart as plotly draws it; `keep` may look at the tab before it draws another."""
    traces, changes = TRACES[chart.kind](chart, look)
    told = layout(chart, look)
    for name, value in changes.items():
        told[name] = {**told.get(name, {}), **value} if isinstance(value, dict) else value
    with tab(look.size, _begin()) as page:
        found = page.evaluate(_DRAW, [traces, told, [chart.text(row[0]) for row in chart.values]])
        shot = page.screenshot()
        if keep:
            keep(page)
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    return Drawn(image, (tuple(_elements(chart, found)),))


def _elements(chart: Chart, found: list[Any]) -> Iterator[Element]:
    """What the DOM has, each once; bars in its order are named by their row and column."""
    bars = [
        row if len(chart.columns) == 1 else f"{row}, {column}"
        for column in chart.columns
        for row in chart.names
    ]
    whole = sum(role == "bar" for role, *_ in found) == len(bars)
    at = 0
    for role, text, (left, top, right, bottom), written in found:
        if role == "bar":
            text, at = (bars[at] if whole else ""), at + 1
        box = (round(left, 2), round(top, 2), round(right, 2), round(bottom, 2))
        yield Element(role, " ".join(text.split()), box, written)
