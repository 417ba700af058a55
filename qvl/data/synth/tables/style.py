"""How a table in a web page looks: rules, fills, fonts, drawn by lot."""

from dataclasses import dataclass

from qvl.data.synth.charts.fonts import families
from qvl.data.synth.charts.invent import Rng, pick

RULES = {  # the name of a look and its CSS, above plain cells without lines
    "full": "td,th{border:1px solid var(--line)}",
    "thick": "td,th{border:2px solid var(--line)}",
    "outer": "table{border:2px solid var(--line)}",
    "rows": "tr{border-bottom:1px solid var(--line)}",
    "columns": "td,th{border-left:1px solid var(--line);border-right:1px solid var(--line)}",
    "booktabs": "table{border-top:2px solid var(--line);border-bottom:2px solid var(--line)}"
    "tr.last{border-bottom:1px solid var(--line)}",
    "dotted": "td,th{border:1px dotted var(--line)}",
    "dashed": "td,th{border-bottom:1px dashed var(--line)}",
    "apart": "table{border-collapse:separate;border-spacing:4px}td,th{background:var(--soft)}",
    "double": "table{border:4px double var(--line)}td,th{border:1px solid var(--line)}",
    "under": "tr.head th{border-bottom:3px solid var(--mark)}",
    "bare": "",
}
FILLS = {
    "plain": "",
    "head": "tr.head th{background:var(--mark);color:var(--on)}",
    "soft": "tr.head th{background:var(--soft)}",
    "striped": "tr.odd td,tr.odd th{background:var(--soft)}",
    "zebra": "tr.head th{background:var(--mark);color:var(--on)}"
    "tr.odd td,tr.odd th{background:var(--soft)}",
    "side": "tr.body th,tr.body td:first-child{background:var(--soft)}",
}
PALETTES = (  # ink, paper, line, mark, on the mark, soft
    ("#111", "#fff", "#444", "#333", "#fff", "#f0f0f0"),
    ("#222", "#fff", "#bbb", "#1f6fb2", "#fff", "#e8f1f8"),
    ("#1b1b1b", "#fffdf6", "#a58", "#7a3d63", "#fff", "#f6ecf2"),
    ("#13261a", "#fff", "#7fae8e", "#2f7d4f", "#fff", "#e6f3ea"),
    ("#2b1d0e", "#fbf5e9", "#c9ad84", "#a8641b", "#fff", "#f3e6d0"),
    ("#e8e8e8", "#1d1f24", "#555", "#3a4e7a", "#fff", "#2a2d35"),
    ("#202040", "#fff", "#99b", "#454aa8", "#fff", "#ecedfb"),
    ("#300", "#fff", "#daa", "#b3261e", "#fff", "#fbe9e8"),
    ("#000", "#fff", "#000", "#ddd", "#000", "#eee"),
    ("#003", "#fdfdff", "#9cd", "#cfe8f5", "#013", "#eef7fb"),
)


@dataclass(frozen=True)
class Style:
    """`name` is told in the record; `css` is all of the page's style; sizes in pixels."""

    name: str
    css: str
    family: str
    pixels: float


def style(rng: Rng, language: str) -> Style:
    rules, fills = pick(rng, list(RULES)), pick(rng, list(FILLS))
    ink, paper, line, mark, on, soft = pick(rng, PALETTES)
    family, size = pick(rng, families(language)), float(rng.uniform(11, 19))
    across, down = rng.uniform(4, 18), rng.uniform(1, 9)
    numbers = pick(rng, ("right", "right", "center", "left"))
    words = pick(rng, ("left", "left", "center"))
    head = pick(rng, ("center", "left", words))
    weight = pick(rng, ("bold", "bold", "normal"))
    rooms = f"{down:.1f}px {across:.1f}px"
    turned = "direction:rtl;" if language == "ar" else ""
    width = pick(rng, ("auto", "auto", "auto", "100%"))
    css = f"""
:root{{--line:{line};--mark:{mark};--on:{on};--soft:{soft}}}
body{{margin:0;padding:{rng.uniform(6, 40):.0f}px;background:{paper};color:{ink};width:max-content;
min-width:300px;max-width:1500px;font:{size:.1f}px/1.35 '{family}','DejaVu Sans';{turned}}}
table{{border-collapse:collapse;width:{width}}}
td,th{{padding:{rooms};text-align:{words};vertical-align:{pick(rng, ("middle", "top"))}}}
th{{text-align:{head};font-weight:{weight}}}td.n,tr.body th.n{{text-align:{numbers}}}
caption{{padding:6px;caption-side:{pick(rng, ("top", "top", "bottom"))};font-weight:{weight}}}
h2{{margin:0 0 10px;font-size:{size * 1.25:.1f}px}}
{RULES[rules]}{FILLS[fills]}"""
    return Style(f"{rules}/{fills}/{line}", css, family, size)
