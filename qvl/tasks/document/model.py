"""A document as it was read: pages of elements in reading order (report, section 2.2.1).

Boxes are left, top, right, bottom. As parsed they are pixels of the resized page that the model
saw; `Page.out` gives the same page in pixels of the original. None is a box that was not written.
An element is `cut` where the reply ended inside it: it keeps what stood before the end.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from qvl.tasks.document.inline import Inline as Inline
from qvl.tasks.document.inline import Mark as Mark
from qvl.tasks.document.inline import inline as inline
from qvl.tasks.document.moving import moved
from qvl.tasks.place import Corners, Frame, Size

if TYPE_CHECKING:
    from qvl.tasks.document.figures import Source


@dataclass(frozen=True)
class Paragraph:
    box: Corners | None
    content: Inline = ()
    cut: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Heading:
    box: Corners | None
    level: int  # 1 to 6
    content: Inline = ()
    cut: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Author:
    """Who wrote the document, as it stands below a title."""

    box: Corners | None
    content: Inline = ()
    cut: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Separator:
    """Between regions or columns: what follows stands elsewhere on the page. It has no box."""

    box: None = None
    cut: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Item:
    """An entry of a list: its text, then the lists inside of it."""

    box: Corners | None
    content: Inline = ()
    lists: tuple["List", ...] = ()


@dataclass(frozen=True)
class List:
    box: Corners | None
    ordered: bool
    items: tuple[Item, ...] = ()
    cut: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Cell:
    content: Inline = ()
    header: bool = False
    rowspan: int = 1
    colspan: int = 1


Rows = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Table:
    """`number` is the id in class="table{id}"; `style` is the text of its style sheet."""

    box: Corners | None
    rows: Rows = ()
    number: int | None = None
    style: str = ""  # without "<", which would end it
    cut: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Chart:
    """A chart with the data that it shows. `image` is the box of the drawing alone."""

    box: Corners | None
    image: Corners | None
    rows: Rows = ()
    cut: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Formula:
    """A formula that stands by itself; `latex` is without the dollars around it."""

    box: Corners | None
    image: Corners | None
    latex: str = ""
    written: Literal["", "machine_printed", "handwritten"] = ""
    cut: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Picture:
    """An illustration; its text is none, what it shows (caption), or what stands in it (ocr)."""

    box: Corners | None
    image: Corners | None
    text: Literal["", "caption", "ocr"] = ""
    content: Inline = ()
    cut: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Music:
    """A music sheet in ABC notation."""

    box: Corners | None
    image: Corners | None
    abc: str = ""
    cut: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Chemical:
    """The drawing of a molecule, as SMILES."""

    box: Corners | None
    image: Corners | None
    smiles: str = ""
    cut: bool = field(default=False, kw_only=True)


Figure = Chart | Formula | Picture | Music | Chemical  # what has an image
Element = Paragraph | Heading | Author | Separator | List | Table | Figure


@dataclass(frozen=True)
class Page:
    """Elements in reading order, and the width and height of the pixels that boxes count."""

    elements: tuple[Element, ...] = ()
    size: Size | None = None

    def out(self, frame: Frame) -> "Page":
        """Boxes in pixels of the resized page -> in pixels of the original."""
        return self.moved(frame.box_out, frame.original)

    def into(self, frame: Frame) -> "Page":
        """Boxes of the original as a model is taught to write them (`Frame.written`)."""
        return self.moved(frame.written, frame.processed)

    def moved(self, move: Callable[[Corners], Corners], size: Size) -> "Page":
        """Every box moved; `size` is that of the pixels that they count then."""
        return Page(tuple(moved(each, move) for each in self.elements), size)


@dataclass(frozen=True)
class Document:
    pages: tuple[Page, ...] = ()

    def to_html(self, title: str = "Document", source: "Source | None" = None) -> str:
        """A web page that stands alone; `source` gives the address of a figure's picture."""
        from qvl.tasks.document.web import web_page

        return web_page(self, title, source)

    def to_markdown(self, source: "Source | None" = None) -> str:
        from qvl.tasks.document.markdown import markdown

        return markdown(self, source)

    def to_text(self) -> str:
        from qvl.tasks.document.plain import document_text

        return document_text(self)

    def to_dict(self) -> dict[str, Any]:
        """What `records.from_dict` reads back."""
        from qvl.tasks.document.records import to_dict

        return to_dict(self)
