"""Elements as strips: what is not broken between columns, with how it is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qvl.data.synth.documents.letters import Voice
from qvl.data.synth.documents.look import Look
from qvl.data.synth.documents.pen import Sheet
from qvl.data.synth.documents.setting import Line, lines, said
from qvl.data.synth.documents.words import words
from qvl.tasks.document.model import Author, Element, Heading, Inline, Item, List, Paragraph
from qvl.tasks.place import Corners, Size

Draw = Callable[[Sheet, float, float], Any]


@dataclass(frozen=True)
class Art:
    """A drawing of its natural size in pixels, made to fill a box."""

    size: Size
    draw: Callable[[Sheet, Corners], None]


@dataclass(frozen=True)
class Piece:
    """An element to be set: without boxes; figures have what is drawn and the words beside it."""

    element: Element
    art: Art | None = None
    caption: Inline = ()


@dataclass(frozen=True)
class Strip:
    """`draw(sheet, x, y)` at its left and top gives what `join` needs of it."""

    height: float
    gap: float  # above, but at the top of a column
    draw: Draw
    keep: float = 0  # height that has to be free below it


Join = Callable[[Sequence[Any]], Element | None]


def around(boxes: Sequence[Corners]) -> Corners:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def text_strips(
    content: Inline, voice: Voice, look: Look, width: float, indent: float = 0
) -> tuple[list[Line], float, float]:
    """Lines, the height of one, and where its baseline stands below its top."""
    rows = lines(words(content, voice), width, align=look.align, indent=indent)
    high = voice.size * look.leading
    return rows, high, high / 2 + 0.36 * voice.size


def paragraph(piece: Piece, look: Look, width: float) -> tuple[list[Strip], Join]:
    """A strip a line, the first and last two together; code in a panel is one strip."""
    element = piece.element
    assert isinstance(element, Paragraph)
    rows, high, down = text_strips(element.content, look.body, look, width, look.indent)
    strips = [
        Strip(high, 0 if i else look.gap, _line(row, down), high if i in (0, len(rows) - 2) else 0)
        for i, row in enumerate(rows)
    ]

    def join(placed: Sequence[Any]) -> Element:
        return Paragraph(around([b for _, b in placed]), said([r for r, _ in placed]))

    return strips, join


def _line(row: Line, down: float) -> Draw:
    return lambda sheet, x, y: (row, row.draw(sheet, x, y + down))


def code(piece: Piece, look: Look, width: float) -> tuple[list[Strip], Join]:
    """Lines of code as one strip, in a panel if the look has one."""
    element = piece.element
    assert isinstance(element, Paragraph)
    pad = look.body.size * 0.5 if look.panel else 0
    voice = look.body.at(0.92)
    plain = replace(look, align="left")
    rows, high, down = text_strips(element.content, voice, plain, width - 2 * pad)

    def draw(sheet: Sheet, x: float, y: float) -> Element:
        if look.panel:
            sheet.rect((x, y, x + width, y + tall), look.panel)
        boxes = [row.draw(sheet, x + pad, y + pad + down + i * high) for i, row in enumerate(rows)]
        return Paragraph(around(boxes), said(rows))

    tall = high * len(rows) + 2 * pad
    return [Strip(tall, look.gap + 4, draw)], lambda placed: placed[0]


def heading(piece: Piece, look: Look, width: float) -> tuple[list[Strip], Join]:
    element = piece.element
    assert isinstance(element, Heading)
    scale = {1: 1.75, 2: 1.45, 3: 1.2, 4: 1.08}.get(element.level, 1.0)
    scale = min(scale, max(1.0, width / (13 * look.body.size)))
    voice, content = look.head.at(scale), element.content
    if look.heading == "capitals":
        content = tuple(p.upper() if isinstance(p, str) else p for p in content)
    if look.heading == "box":
        voice = replace(voice, colour=look.paper)
    pad = {"box": 0.4, "bar": 0.6}.get(look.heading, 0) * voice.size
    plain = replace(look, align="centre" if look.heading == "centred" else "left", leading=1.25)
    rows, high, down = text_strips(content, voice, plain, width - 2 * pad)
    tall = high * len(rows) + (4 if look.heading in ("rule", "underline") else 0)

    def draw(sheet: Sheet, x: float, y: float) -> Element:
        _ornament(sheet, look, (x, y, x + width, y + tall))
        boxes = [row.draw(sheet, x + pad, y + down + i * high) for i, row in enumerate(rows)]
        return Heading(around(boxes), element.level, said(rows))

    below = 3.2 * look.body.size * look.leading
    return [Strip(tall, look.body.size * 0.9, draw, below)], lambda placed: placed[0]


def _ornament(sheet: Sheet, look: Look, box: Corners) -> None:
    left, top, right, bottom = box
    if look.heading == "box":
        sheet.rect(box, look.accent)
    elif look.heading == "bar":
        sheet.rect((left, top, left + 0.25 * look.body.size, bottom), look.accent)
    elif look.heading in ("rule", "underline"):
        end = right if look.heading == "rule" else left + 0.3 * (right - left)
        sheet.line((left, bottom - 1, end, bottom - 1), look.accent, 1.5)


def listed(piece: Piece, look: Look, width: float) -> tuple[list[Strip], Join]:
    """A strip an item; a list that is broken becomes two."""
    element = piece.element
    assert isinstance(element, List)
    strips = [
        Strip(tall, look.gap * 0.6 if i else look.gap, draw)
        for i, (tall, draw) in enumerate(_items(element, look, width, 0))
    ]

    def join(placed: Sequence[Any]) -> Element:
        return List(None, element.ordered, tuple(placed))

    return strips, join


def _items(element: List, look: Look, width: float, depth: int) -> list[tuple[float, Draw]]:
    hang = look.body.size * 1.7
    plain = replace(look, align="left")
    return [
        _item(item, look.number.format(i + 1) if element.ordered else _bullet(look, depth),
              (hang, width - hang), plain, depth)
        for i, item in enumerate(element.items)
    ]  # fmt: skip


def _bullet(look: Look, depth: int) -> str:
    wanted = look.bullet if not depth else "–"
    return wanted if not look.body.family.lacks(wanted) else "-"


def _item(
    item: Item, mark: str, place: tuple[float, float], look: Look, depth: int
) -> tuple[float, Draw]:
    hang, width = place
    rows, high, down = text_strips(item.content, look.body, look, width)
    inner = [each for li in item.lists for each in _items(li, look, width, depth + 1)]

    def draw(sheet: Sheet, x: float, y: float) -> Item:
        sheet.text(x + 0.3 * look.body.size, y + down, mark, look.body.type())
        boxes = [row.draw(sheet, x + hang, y + down + i * high) for i, row in enumerate(rows)]
        at, found = y + high * len(rows), []
        for tall, draw_inner in inner:
            found.append(draw_inner(sheet, x + hang, at))
            at += tall
        below = tuple(replace(li, items=tuple(found)) for li in item.lists[:1])
        return Item(around(boxes), said(rows), below)

    return high * len(rows) + sum(tall for tall, _ in inner), draw


def author(piece: Piece, look: Look, width: float) -> tuple[list[Strip], Join]:
    element = piece.element
    assert isinstance(element, Author)
    centred = replace(look, align="centre" if look.title == "centre" else "left")
    voice = replace(look.body, slanted=look.title != "box")
    rows, high, down = text_strips(element.content, voice, centred, width)

    def draw(sheet: Sheet, x: float, y: float) -> Element:
        boxes = [row.draw(sheet, x, y + down + i * high) for i, row in enumerate(rows)]
        return Author(around(boxes), said(rows))

    return [Strip(high * len(rows), look.gap, draw)], lambda placed: placed[0]
