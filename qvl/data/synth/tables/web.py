"""Tables drawn by Chromium; boxes and words of cells are read from the DOM."""

import html
import io
from collections.abc import Callable
from typing import Any

from PIL import Image

from qvl.data.synth.browser import tab
from qvl.data.synth.tables.drawn import Drawn, Spot
from qvl.data.synth.tables.sheet import Cell, Sheet
from qvl.data.synth.tables.style import Style

LARGEST = (1600, 2000)  # pixels of a page
_READ = """async () => {
  await document.fonts.ready;
  const box = node => {
    const r = node.getBoundingClientRect();
    return [r.left, r.top, r.right, r.bottom];
  };
  const words = node => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const r = range.getBoundingClientRect();
    return [r.left, r.top, r.right, r.bottom];
  };
  const cells = [...document.querySelectorAll('td, th')];
  const titles = [...document.querySelectorAll('h2, caption')];
  const body = document.body.getBoundingClientRect();
  return {
    size: [Math.ceil(body.right), Math.ceil(body.bottom)],
    table: box(document.querySelector('table')),
    cells: cells.map(c => [c.innerText, box(c), words(c)]),
    titles: titles.map(t => [t.innerText, words(t)]),
  };
}"""


def page(sheet: Sheet, style: Style, titled: str = "") -> str:
    """The HTML of a table; `titled` is "h2" or "caption" where its caption is to be seen."""
    rows = []
    for at, row in enumerate(sheet.rows):
        names = ["head" if at < sheet.heads else "body"]
        names += ["last"] * (at == sheet.heads - 1)
        names += ["odd"] * (at >= sheet.heads and (at - sheet.heads) % 2)
        rows.append(f'<tr class="{" ".join(names)}">{"".join(map(_cell, row))}</tr>')
    told = f"<{titled}>{html.escape(sheet.caption)}</{titled}>" if titled else ""
    above, inside = (told, "") if titled == "h2" else ("", told)
    start = f'<!doctype html><html lang="{sheet.language}"><meta charset=utf-8>'
    return f"{start}<style>{style.css}</style>{above}<table>{inside}{''.join(rows)}</table>"


def _cell(cell: Cell) -> str:
    tag = "th" if cell.header else "td"
    spans = f' rowspan="{cell.rows}"' * (cell.rows > 1)
    spans += f' colspan="{cell.columns}"' * (cell.columns > 1)
    return f"<{tag}{' class=n' if cell.number else ''}{spans}>{html.escape(cell.text)}</{tag}>"


def web_table(
    sheet: Sheet, style: Style, titled: str = "", keep: Callable[[Any], None] | None = None
) -> Drawn:
    """The table in a page as large as it; `keep` may look at the tab before it is drawn over.

    ValueError where the table is larger than LARGEST.
    """
    with tab(LARGEST) as shown:
        shown.set_content(page(sheet, style, titled))
        found = shown.evaluate(_READ)
        wide, high = found["size"]
        if wide > LARGEST[0] or high > LARGEST[1]:
            raise ValueError(f"a table of {wide}x{high} pixels")
        shot = shown.screenshot(clip={"x": 0, "y": 0, "width": wide, "height": high})
        if keep:
            keep(shown)
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    cells = tuple(Spot(text, tuple(box), tuple(words)) for text, box, words in found["cells"])
    titles = tuple(Spot(text, tuple(box), tuple(box)) for text, box in found["titles"])
    return Drawn(image, tuple(found["table"]), cells, titles)
