"""Tables set by reportlab on paper, rasterised by PDFium; boxes are those of the layout."""

import io
from typing import Any

from PIL import Image

from qvl.data.synth.charts.invent import Rng, pick
from qvl.data.synth.tables.drawn import Box, Drawn, Spot
from qvl.data.synth.tables.ruled import commands
from qvl.data.synth.tables.sheet import Sheet

FAMILIES = ("DejaVu Sans", "DejaVu Serif", "Liberation Sans", "Liberation Serif", "Noto Sans")
FAMILIES += ("Noto Serif", "Liberation Sans Narrow", "DejaVu Sans Mono")
LANGUAGES = ("en", "fr", "de", "it", "es", "pt", "ru", "vi")  # which need no shaping
VIETNAMESE = ("DejaVu Sans", "DejaVu Serif", "Noto Sans", "Noto Serif")
_INKS = ("#000000", "#1f3a5f", "#5b1f2a", "#1d4d2b", "#444444")
_FILLS = ("#dddddd", "#cfe2f3", "#fde5c8", "#d9ead3", "#f4cccc", "#e6e0f0")
LOOKS = ("grid", "box", "lines", "booktabs", "striped", "filled", "bare", "inner")
_MARGIN = 24.0  # points around a table


def look(rng: Rng, sheet: Sheet) -> tuple[str, dict[str, Any]]:
    """A name for the look, and what `set_table` takes."""
    usable = VIETNAMESE if sheet.language == "vi" else FAMILIES
    family = "DejaVu Sans" if sheet.kind == "marks" else pick(rng, usable)  # which has the marks
    told = {
        "kind": pick(rng, LOOKS),
        "family": family,
        "size": float(rng.uniform(7.5, 12)),
        "room": float(rng.uniform(1.5, 7)),
        "ink": pick(rng, _INKS),
        "fill": pick(rng, _FILLS),
        "numbers": pick(rng, ("RIGHT", "RIGHT", "CENTER")),
        "dpi": int(pick(rng, (96, 110, 130, 150))),
    }
    return f"paper/{told['kind']}/{told['fill']}/{family}", told


def set_table(sheet: Sheet, told: dict[str, Any]) -> tuple[bytes, Drawn]:
    """The PDF of one page, and its picture with the boxes of the cells."""
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Table

    grid, places, spans = _laid(sheet)
    table: Any = Table(grid, style=commands(sheet, told, places, spans), hAlign="LEFT")
    width, height = table.wrap(10_000, 10_000)
    sizes = (width + 2 * _MARGIN, height + 2 * _MARGIN)
    held = io.BytesIO()
    canvas = Canvas(held, pagesize=sizes, invariant=1)
    table.drawOn(canvas, _MARGIN, _MARGIN)
    canvas.save()
    across = [_MARGIN + x for x in table._colpositions]
    down = [_MARGIN + height - y for y in table._rowpositions]
    boxes = [
        (across[column], down[row], across[column + cell.columns], down[row + cell.rows])
        for row, column, cell in places
    ]
    image, words, scale = _raster(held.getvalue(), told["dpi"])
    cells = []
    for box, (_, _, cell) in zip(boxes, places, strict=True):
        inner = [w for w in words if _holds(box, w)]
        scaled = _scaled(box, scale)
        cells.append(Spot(cell.text, scaled, _scaled(_around(inner), scale) if inner else scaled))
    edges = _scaled((across[0], down[0], across[-1], down[-1]), scale)
    return held.getvalue(), Drawn(image, edges, tuple(cells))


def _raster(pdf: bytes, dpi: int) -> tuple[Image.Image, list[Box], float]:
    """The page's picture, the boxes of its runs of words in points, and pixels per point."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    high = page.get_height()
    text = page.get_textpage()
    boxes = []
    for at in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(at)
        boxes.append((left, high - top, right, high - bottom))
    image = page.render(scale=dpi / 72).to_pil().convert("RGB")  # type: ignore[arg-type]
    document.close()
    return image, boxes, dpi / 72


def _holds(box: Box, inner: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _around(boxes: list[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _scaled(box: Box, scale: float) -> Box:
    left, top, right, bottom = (round(c * scale, 2) for c in box)
    return left, top, right, bottom


def _laid(sheet: Sheet) -> tuple[list[list[str]], list[tuple[int, int, Any]], list[Any]]:
    """A full grid of texts, each cell with its row and column, and the spans."""
    taken: set[tuple[int, int]] = set()
    places, spans = [], []
    for at, row in enumerate(sheet.rows):
        column = 0
        for cell in row:
            while (at, column) in taken:
                column += 1
            places.append((at, column, cell))
            for i in range(cell.rows):
                taken |= {(at + i, column + j) for j in range(cell.columns)}
            if cell.rows > 1 or cell.columns > 1:
                end = (column + cell.columns - 1, at + cell.rows - 1)
                spans.append(("SPAN", (column, at), end))
    width = max(column for _, column in taken) + 1
    grid = [["" for _ in range(width)] for _ in sheet.rows]
    for at, column, cell in places:
        grid[at][column] = cell.text
    return grid, places, spans
