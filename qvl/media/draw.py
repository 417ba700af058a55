"""Boxes and points drawn on pictures, with their names: legible at any size, on any ground.

What a picture of marks is made of lies beside this file: `fonts` (letters of any script),
`labels` (plates and their colours), `plates` (where they go), `legend` (a list of many names).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw

from qvl.media.fonts import font
from qvl.media.labels import PALETTE, Label, ink, label, paint
from qvl.media.legend import legend_below
from qvl.media.plates import Plate, beyond, spot

__all__ = ["PALETTE", "Marked", "Pointed", "Plate", "draw_boxes", "draw_points", "font", "spot"]

SHORTEST = 640  # pixels of the longer side below which a picture is enlarged first
LETTERS = 16  # pixels, the smallest of a name
SMALL = 12  # and of a number
MANY = 30  # names above which numbers are drawn, and the names in a legend
NARROW = 14  # letters' heights; a picture less wide gets paper to its right
PAPER = 3  # lines of names that the paper above and below a picture has room for
Marked = tuple[str, float, float, float, float]  # label, left, top, right, bottom
Pointed = tuple[str, float, float]  # label, x, y


@dataclass(frozen=True)
class _Mark:
    """A name and where its thing is, in pixels of what is drawn on; a ring marks a point."""

    name: str
    box: Plate
    colour: str
    ring: bool = False


def draw_boxes(
    image: Image.Image, boxes: Sequence[Marked], *, legend: bool | None = None
) -> Image.Image:
    """A copy with each box outlined and named.

    With a `legend` the boxes bear numbers in their order, and a list below says their names; None
    leaves that to whether the names have room.
    """
    marks = []
    for (name, x1, y1, x2, y2), colour in zip(boxes, _colours(boxes), strict=True):
        box = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
        marks.append(_Mark(name, box, colour))
    return _drawn(image, marks, legend)


def draw_points(
    image: Image.Image, points: Sequence[Pointed], *, legend: bool | None = None
) -> Image.Image:
    """A copy with each point in a ring, with a dot where it is, and named; `legend` as above."""
    marks = [
        _Mark(name, (x, y, x, y), colour, ring=True)
        for (name, x, y), colour in zip(points, _colours(points), strict=True)
    ]
    return _drawn(image, marks, legend)


def _colours(things: Sequence[Marked] | Sequence[Pointed]) -> list[str]:
    """A colour a name."""
    order = {name: i for i, name in enumerate(dict.fromkeys(thing[0] for thing in things))}
    return [PALETTE[order[thing[0]] % len(PALETTE)] for thing in things]


def _drawn(image: Image.Image, marks: list[_Mark], legend: bool | None) -> Image.Image:
    scale = -(-SHORTEST // max(image.size))
    seen = image.convert("RGB").resize((image.width * scale, image.height * scale))
    longest, shortest = max(seen.size), min(seen.size)
    size = max(LETTERS, min(longest // 50, round(shortest * 0.7)))
    line = max(2, longest // 450)
    names = [label(mark.name, size, max(seen.width * 2 // 5, 10 * size)) for mark in marks]
    legend = _crowded(names, seen.size) if legend is None else legend
    if legend:
        size, line = max(SMALL, size * 2 // 3), max(2, line // 2)
        names = [label(str(i), size, longest) for i in range(1, len(marks) + 1)]
    paper = PAPER * max((name.height for name in names if name.lines), default=0)
    wide = max(seen.width, NARROW * size if paper else 0)
    sheet = Image.new("RGB", (wide, seen.height + 2 * paper), "white")
    sheet.paste(seen, (0, paper))
    put = [_placed(mark, scale, paper, (*seen.size, size)) for mark in marks]
    _outline(sheet, put, line)
    low, high = _name(sheet, put, names, line)
    whole = sheet.crop((0, min(low, paper), wide, max(high, paper + seen.height)))
    entries = [(mark.colour, mark.name) for mark in marks]
    return legend_below(whole, entries, size) if legend and marks else whole


def _crowded(names: Sequence[Label], room: tuple[int, int]) -> bool:
    """Whether names would hide too much of a picture."""
    shown = [name for name in names if name.lines]
    hidden = sum(name.width * name.height for name in shown)
    return len(shown) > MANY or (len(shown) > 8 and hidden > 0.35 * room[0] * room[1])


def _placed(mark: _Mark, scale: int, paper: int, room: tuple[int, int, int]) -> _Mark:
    """A mark in pixels of the sheet: inside of the picture, and never too small to be seen."""
    width, height, size = room
    left, top, right, bottom = (c * scale for c in mark.box)
    least = size if mark.ring else 5
    for _ in range(2):  # across, then down
        left, right = min(max(left, 0), width - 1), min(max(right, 0), width - 1)
        if right - left < least:
            left, right = (left + right - least) / 2, (left + right + least) / 2
        left, top, right, bottom, width = top, left, bottom, right, height
    return replace(mark, box=(left, top + paper, right, bottom + paper))


def _outline(sheet: Image.Image, marks: Sequence[_Mark], line: int) -> None:
    """Large ones first; between a thin white and a thin black edge they show on any ground."""
    draw = ImageDraw.Draw(sheet)
    for mark in sorted(marks, key=lambda m: -_area(m.box)):
        left, top, right, bottom = mark.box
        edge = ink(mark.colour)
        other = "white" if edge == "black" else "black"
        width = min(line, max(1, round(min(right - left, bottom - top) / 6)))
        shape = draw.ellipse if mark.ring else draw.rectangle
        shape(_grown(mark.box, 1), outline=edge, width=width + 1)
        shape(mark.box, outline=other, width=width + 1)
        shape(mark.box, outline=mark.colour, width=width)
        if mark.ring:
            x, y, core = (left + right) / 2, (top + bottom) / 2, max(2, line)
            draw.ellipse((x - core, y - core, x + core, y + core), mark.colour, edge)


def _name(
    sheet: Image.Image, marks: Sequence[_Mark], names: Sequence[Label], line: int
) -> tuple[float, float]:
    """Plates with names, small things first; the top of the highest and the end of the lowest."""
    draw = ImageDraw.Draw(sheet)
    things = [mark.box for mark in marks]
    within = (0, 0, *sheet.size)
    put: list[tuple[_Mark, Label, Plate]] = []
    for mark, name in sorted(zip(marks, names, strict=True), key=lambda pair: _area(pair[0].box)):
        if name.lines:
            taken = [plate for _, _, plate in put]
            put.append(
                (mark, name, spot((name.width, name.height), mark.box, taken, things, within))
            )
    for mark, _, plate in put:
        if ends := beyond(plate, mark.box):
            draw.line(ends, fill=ink(mark.colour), width=max(1, line // 2) + 2)
            draw.line(ends, fill=mark.colour, width=max(1, line // 2))
    for mark, name, plate in put:
        paint(draw, name, plate[:2], mark.colour)
    tops, ends = [plate[1] for *_, plate in put], [plate[3] for *_, plate in put]
    return min(tops, default=sheet.height), max(ends, default=0)


def _area(box: Plate) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _grown(box: Plate, by: float) -> Plate:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by
