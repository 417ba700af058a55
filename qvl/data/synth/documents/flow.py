"""Pieces set one after the other into columns and pages, with what stands around them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from qvl.data.synth.documents import figures, grids, strips
from qvl.data.synth.documents.edges import Edges, Footnote
from qvl.data.synth.documents.look import Look
from qvl.data.synth.documents.pen import Drawing, Sheet
from qvl.data.synth.documents.shot import clipped
from qvl.data.synth.documents.strips import Join, Piece, Strip
from qvl.tasks.document.model import (
    Author,
    Element,
    Heading,
    List,
    Mark,
    Page,
    Paragraph,
    Separator,
    Table,
)

Set = Callable[[Piece, Look, float], tuple[list[Strip], Join] | None]


@dataclass(frozen=True)
class Leaf:
    """A page as it is drawn, and what stands on it in pixels of it."""

    drawing: Drawing
    page: Page


@dataclass
class _Open:
    """A page while it is filled."""

    sheet: Sheet
    top: float
    bottom: float
    column: int = 0
    y: float = 0.0
    elements: list[Element] = field(default_factory=list)
    footnote: Footnote | None = None


def flow(
    titled: Sequence[Piece], pieces: Iterable[Piece], look: Look, edges: Edges, most: int
) -> Iterator[Leaf]:
    """Up to `most` pages; `titled` goes over all columns of the first one.

    What is larger than a column is left out. A footnote stands where its page begins a paragraph.
    """
    number = edges.first
    page = _begin(look, edges, number)
    for piece in titled:
        _across(page, piece, look)
    for piece in pieces:
        rows, join = _set(page, piece, look, edges)
        placed: list[Any] = []
        for strip in rows:
            if not _fits(page, strip, look):
                _close(page, join, placed)
                placed = []
                if not _next_column(page, look):
                    yield _end(page, look, edges, number)
                    number += 1
                    if number - edges.first >= most:
                        return
                    page = _begin(look, edges, number)
            placed += _drawn(page, strip, look)
        _close(page, join, placed)
    if page.elements:
        yield _end(page, look, edges, number)


def _set(page: _Open, piece: Piece, look: Look, edges: Edges) -> tuple[list[Strip], Join]:
    """The strips of a piece; none where it cannot be set, or one is higher than a column."""
    if page.column == 0 and page.footnote is None and _takes_note(piece):
        piece = _noted(page, piece, look, edges)
    made = kind_of(piece)(piece, look, look.width)
    if made is None or any(s.height > page.bottom - page.top for s in made[0]):
        return [], lambda placed: None
    return made


def _drawn(page: _Open, strip: Strip, look: Look) -> list[Any]:
    """What a strip gives to `join`; nothing if the column is too short for it."""
    if strip.height > page.bottom - page.y:
        return []
    page.y += strip.gap if page.y > page.top else 0
    made = strip.draw(page.sheet, _left(page, look), page.y)
    page.y += strip.height
    return [made]


def kind_of(piece: Piece) -> Set:
    match piece.element:
        case Heading():
            return strips.heading
        case Paragraph(content=(Mark("code"),)):
            return strips.code
        case Paragraph():
            return strips.paragraph
        case List():
            return strips.listed
        case Table():
            return grids.table
        case Author():
            return strips.author
        case _:
            return figures.figure


def _begin(look: Look, edges: Edges, number: int) -> _Open:
    sheet = Sheet(look.size, look.paper)
    header = edges.header(sheet, look, number)
    top = look.margin + (1.2 * look.body.size if header else 0)
    page = _Open(sheet, top, look.size[1] - look.margin - 1.2 * look.body.size, y=top)
    page.elements += header
    return page


def _left(page: _Open, look: Look) -> float:
    return look.margin + page.column * (look.width + look.gutter)


def _fits(page: _Open, strip: Strip, look: Look) -> bool:
    gap = strip.gap if page.y > page.top else 0
    return page.y + gap + strip.height + strip.keep <= page.bottom or page.y <= page.top


def _close(page: _Open, join: Join, placed: Sequence[Any]) -> None:
    element = join(placed) if placed else None
    if element is not None:
        page.elements.append(element)


def _next_column(page: _Open, look: Look) -> bool:
    """Goes on at the top of the next column; False where that was the last one."""
    if page.column + 1 >= look.columns:
        return False
    page.column += 1
    page.y = page.top
    page.elements.append(Separator())
    if look.gutter_rule:
        x = _left(page, look) - look.gutter / 2
        page.sheet.line((x, page.top, x, page.bottom), (150, 150, 150), 1)
    return True


def _across(page: _Open, piece: Piece, look: Look) -> None:
    """A piece over the whole width; the columns begin below it."""
    made = kind_of(piece)(piece, look, look.size[0] - 2 * look.margin)
    if made is None:
        return
    rows, join = made
    placed = []
    for strip in rows:
        placed.append(strip.draw(page.sheet, look.margin, page.y + strip.gap))
        page.y += strip.gap + strip.height
    _close(page, join, placed)
    page.top = page.y = page.y + look.body.size


def _takes_note(piece: Piece) -> bool:
    element = piece.element
    return isinstance(element, Paragraph) and bool(element.content)


def _noted(page: _Open, piece: Piece, look: Look, edges: Edges) -> Piece:
    """The paragraph with the mark of a footnote, whose room is taken from the page."""
    page.footnote = edges.footnote(look)
    if page.footnote is None:
        page.footnote = Footnote((), 0.0)  # none on this page
        return piece
    page.bottom -= page.footnote.height
    element = piece.element
    assert isinstance(element, Paragraph)
    last = element.content[-1]
    content = element.content
    if isinstance(last, str):
        content = (*content[:-1], last.rstrip())
    return replace(piece, element=replace(element, content=(*content, Mark("sup", ("1",)))))


def _end(page: _Open, look: Look, edges: Edges, number: int) -> Leaf:
    width, height = look.size
    below = edges.notes(page.sheet, look, page.footnote, page.bottom)
    elements = [*page.elements, *below, *edges.footer(page.sheet, look, number)]
    kept = tuple(clipped(each, (width, height)) for each in elements)
    return Leaf(page.sheet.done(), Page(kept, (width, height)))
