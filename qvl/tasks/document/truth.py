"""What a PDF says by itself, as a page of elements, and a `Chat` that answers with it."""

from collections import Counter
from collections.abc import Sequence

from qvl.media.blocks import Block, blocks_of
from qvl.media.sizes import smart_resize
from qvl.media.textlayer import Layer
from qvl.messages import Answer, Chat, Image, Media, Message, Settings, Usage
from qvl.tasks.document.model import (
    Cell,
    Element,
    Heading,
    Item,
    List,
    Page,
    Paragraph,
    Picture,
    Table,
    inline,
)
from qvl.tasks.document.render import render
from qvl.tasks.place import Corners, Frame

MARKS = "•▪–‣◦➢✓"  # before entries of lists
_LARGER = 1.15  # times the body's font, from which on a line is a heading
_LONGEST = 200  # characters of a heading


def page_of(layer: Layer) -> Page:
    """The elements of a page in pixels of its picture, in reading order, as far as letters tell.

    Headings by their font, lists by their marks, tables by their columns, pictures where bitmaps
    are drawn. What a formula or a drawing means is not in a text layer.
    """
    blocks = blocks_of(layer)
    sizes = Counter[int]()
    for block in blocks:
        sizes[round(block.height)] += len(block.text)
    body = sizes.most_common(1)[0][0] if sizes else 0
    larger = sorted({round(b.height) for b in blocks if _heads(b, body)}, reverse=True)
    elements: list[Element] = []
    for block in blocks:
        if _marked(block):
            _entry(elements, block)
        else:
            elements.append(_element(block, body, larger))
    for box in layer.pictures:
        elements.insert(_place(elements, box), Picture(box, box))
    return Page(tuple(elements), layer.size)


def truth_chat(page: Page) -> Chat:
    """A Chat that sees one picture of `page`, and answers as a model that is never wrong."""

    def chat(messages: Sequence[Message], settings: Settings) -> Answer:
        (picture,) = (part for part in messages[-1].content if isinstance(part, Image))
        size = picture.pixels.size
        if size != page.size:
            raise ValueError(f"a picture of {size} pixels where a page of {page.size} was expected")
        height, width = smart_resize(size[1], size[0])
        text = render(page.into(Frame(size, (width, height))))
        tokens = width * height // 784
        usage = Usage(tokens, len(text) // 4)
        return Answer(text, "stop", usage, (Media(size, (width, height), tokens),))

    return chat


def _element(block: Block, body: int, larger: Sequence[int]) -> Element:
    if block.cells:
        rows = tuple(tuple(Cell(inline(text)) for text in row) for row in block.cells)
        return Table(block.box, rows)
    if _heads(block, body):
        level = min(larger.index(round(block.height)) + 1, 6)
        return Heading(block.box, level, inline(block.text))
    return Paragraph(block.box, inline(block.text))


def _heads(block: Block, body: int) -> bool:
    few = len(block.lines) <= 3 and len(block.text) <= _LONGEST
    return not block.cells and few and block.height >= _LARGER * body


def _marked(block: Block) -> bool:
    return not block.cells and block.text[:1] in MARKS and block.text[1:2] == " "


def _entry(elements: list[Element], block: Block) -> None:
    """One more entry of the list that stands last, or a list of it."""
    item = Item(block.box, inline(block.text[1:].strip()))
    last = elements[-1] if elements else None
    if isinstance(last, List) and last.box is not None:
        (a, b, c, d), (e, f, g, h) = last.box, block.box
        box = min(a, e), min(b, f), max(c, g), max(d, h)
        elements[-1] = List(box, False, (*last.items, item))
    else:
        elements.append(List(block.box, False, (item,)))


def _place(elements: Sequence[Element], box: Corners) -> int:
    """Before the first element below it in the same column."""
    middle = (box[1] + box[3]) / 2
    for at, element in enumerate(elements):
        other = element.box
        if other is None:
            continue
        if other[1] > middle and other[0] < box[2] and other[2] > box[0]:
            return at
    return len(elements)
