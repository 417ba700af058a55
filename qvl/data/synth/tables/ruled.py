"""How reportlab rules, fills and aligns a table."""

from collections.abc import Callable
from functools import cache
from typing import Any

from qvl.data.synth.charts.fonts import known
from qvl.data.synth.tables.sheet import Sheet


@cache
def face_of(family: str, *, bold: bool = False) -> str:
    """The name under which reportlab knows a face, with its file read once."""
    from matplotlib.font_manager import FontProperties, findfont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    name = f"{family}{' Bold' if bold else ''}"
    weight = "bold" if bold else "normal"
    path = findfont(FontProperties(family=known(family), weight=weight), fallback_to_default=False)
    registerFont(TTFont(name, path))
    return name


def commands(
    sheet: Sheet, told: dict[str, Any], places: list[tuple[int, int, Any]], spans: list[Any]
) -> list[tuple[Any, ...]]:
    """reportlab's style of a table."""
    from reportlab.lib.colors import HexColor

    ink, fill, whole = HexColor(told["ink"]), HexColor(told["fill"]), ((0, 0), (-1, -1))
    face, last = face_of(told["family"]), sheet.heads - 1
    rooms = [(f"{side}PADDING", *whole, told["room"] + 2) for side in ("LEFT", "RIGHT")]
    rooms += [(f"{side}PADDING", *whole, told["room"]) for side in ("TOP", "BOTTOM")]
    found: list[tuple[Any, ...]] = [
        ("FONT", *whole, face, told["size"]),
        ("LEADING", *whole, told["size"] * 1.25),
        ("VALIGN", *whole, "MIDDLE"),
        *rooms,
        *spans,
        *_LINES[told["kind"]](ink, last),
    ]
    if told["kind"] in ("filled", "striped"):
        found.append(("BACKGROUND", (0, 0), (-1, last), fill))
    if told["kind"] == "striped":
        pairs = range(sheet.heads + 1, len(sheet.rows), 2)
        found += [("BACKGROUND", (0, at), (-1, at), fill) for at in pairs]
    for row, column, cell in places:
        spot = ((column, row), (column, row))
        if cell.header:
            found.append(("FONTNAME", *spot, face_of(told["family"], bold=True)))
            found.append(("ALIGN", *spot, "CENTER" if row < sheet.heads else "LEFT"))
        if cell.number:
            found.append(("ALIGN", *spot, told["numbers"]))
    return found


def _grid(ink: Any, _last: int) -> list[tuple[Any, ...]]:
    return [("GRID", (0, 0), (-1, -1), 0.6, ink)]


def _box(ink: Any, last: int) -> list[tuple[Any, ...]]:
    return [("BOX", (0, 0), (-1, -1), 1.2, ink), ("LINEBELOW", (0, last), (-1, last), 0.8, ink)]


def _rows(ink: Any, _last: int) -> list[tuple[Any, ...]]:
    return [("LINEBELOW", (0, 0), (-1, -1), 0.4, ink)]


def _book(ink: Any, last: int) -> list[tuple[Any, ...]]:
    ends = [("LINEABOVE", (0, 0), (-1, 0), 1.2, ink), ("LINEBELOW", (0, -1), (-1, -1), 1.2, ink)]
    return [*ends, ("LINEBELOW", (0, last), (-1, last), 0.6, ink)]


def _inner(ink: Any, _last: int) -> list[tuple[Any, ...]]:
    return [("INNERGRID", (0, 0), (-1, -1), 0.4, ink)]


def _none(_ink: Any, _last: int) -> list[tuple[Any, ...]]:
    return []


_LINES: dict[str, Callable[[Any, int], list[tuple[Any, ...]]]] = {
    "grid": _grid,
    "box": _box,
    "lines": _rows,
    "booktabs": _book,
    "striped": _none,
    "filled": _rows,
    "bare": _none,
    "inner": _inner,
}
