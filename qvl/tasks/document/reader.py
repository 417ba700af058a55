"""A whole document read: what `vlm.parse` gives."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image as Pillow

from qvl.media.image import Source
from qvl.media.paper import open_paper
from qvl.media.pdf import DPI
from qvl.messages import Chat
from qvl.tasks.abreast import abreast
from qvl.tasks.document.layout import draw_layout
from qvl.tasks.document.model import Document
from qvl.tasks.document.pages import Ask, Reading, read_page


@dataclass(frozen=True, kw_only=True)
class Parsed(Document):
    """A document with the number of each page in its file, and how each was read."""

    numbers: tuple[int, ...]
    readings: tuple[Reading, ...]
    picture: Callable[[int], Pillow.Image]  # of a page by its number

    def draw(self, page: int) -> Pillow.Image:
        """The layout picture of a page by its number in the file, counted from 1."""
        if page not in self.numbers:
            raise ValueError(f"page {page} was not read; there are {list(self.numbers)}")
        return draw_layout(self.picture(page), self.pages[self.numbers.index(page)])


def parse_document(
    chat: Chat,
    source: Source,
    pages: str | None = None,
    ask: Ask | None = None,
    dpi: float = DPI,
    at_once: int = 1,
) -> Parsed:
    """Pages of a PDF, TIFF or picture, boxes in pixels of the page at `dpi`.

    `chat` is asked about `at_once` pages from as many threads. A page that cannot be read stays in
    its place, empty; `readings` says why.
    """

    def picture(number: int) -> Pillow.Image:
        with open_paper(source, dpi) as again:
            return again.sheet(number).picture

    with open_paper(source, dpi) as paper:
        numbers = paper.numbers(pages)
        shown = (sheet.picture for sheet in paper.sheets(numbers))
        readings = list(
            abreast(lambda picture: read_page(chat, picture, ask or Ask()), shown, at_once)
        )
    read = tuple(reading.page for reading in readings)
    return Parsed(pages=read, numbers=tuple(numbers), readings=tuple(readings), picture=picture)
