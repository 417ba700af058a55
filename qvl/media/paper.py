"""A document as pictures of its pages, whatever file holds it: PDF, TIFF of many, one picture."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from qvl.media.errors import BadImage, shown
from qvl.media.fetch import fetch, stem_of
from qvl.media.image import Source, open_image
from qvl.media.pdf import DPI, Pdf, open_pdf, page_numbers
from qvl.media.textlayer import Layer, read_layer

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@dataclass(frozen=True)
class Sheet:
    """A page, counted from 1, as a picture in RGB."""

    number: int
    picture: Image.Image
    points: tuple[float, float] | None  # width, height of a PDF page as it is shown; else None
    layer: Layer | None = None  # the text of a PDF page, if it was asked for


@dataclass(frozen=True)
class Paper:
    """An open document. Pages are drawn when they are asked for; close it, or use it in `with`."""

    name: str  # for files that are made of it
    count: int
    digest: str  # SHA-256 of the file, or of the pixels of a picture
    held: Pdf | Image.Image
    dpi: float

    def __enter__(self) -> "Paper":
        return self

    def __exit__(self, *_: object) -> None:
        self.held.close()

    def numbers(self, which: str | None = None) -> list[int]:
        """The pages of a range such as "1-3,7"; ValueError for one that names none of these."""
        return list(page_numbers(which, self.count, self.name))

    def sheet(self, number: int, layer: bool = False) -> Sheet:
        """A page as a picture, with its text layer where it has one and `layer` asks for it."""
        if isinstance(self.held, Pdf):
            ((_, picture),) = self.held.pages(str(number), dpi=self.dpi)
            with self.held.page(number) as page:
                points = page.get_size()
            text = read_layer(self.held, number, picture.size) if layer else None
            return Sheet(number, picture, points, text)
        if self.count > 1:
            return Sheet(number, self._frame(number), None)
        return Sheet(number, open_image(self.held), None)

    def sheets(self, numbers: list[int], layer: bool = False) -> Iterator[Sheet]:
        return (self.sheet(number, layer) for number in numbers)

    def _frame(self, number: int) -> Image.Image:
        assert isinstance(self.held, Image.Image)
        try:
            self.held.seek(number - 1)
        except (EOFError, OSError, ValueError, SyntaxError) as error:
            raise BadImage(f"page {number} of {self.name} is broken ({error})") from None
        return open_image(self.held)


def open_paper(source: Source, dpi: float = DPI, password: str | None = None) -> Paper:
    """A PDF, a TIFF with all of its pages, or a picture. ValueError says what is wrong with it."""
    if isinstance(source, Image.Image):
        return Paper("picture", 1, hashlib.sha256(source.tobytes()).hexdigest(), source, dpi)
    name = stem_of(str(source)) if not isinstance(source, bytes) else "document"
    held = fetch(source)
    start = _start(held)
    if b"%PDF" in start:
        pdf = open_pdf(held, password)
        return Paper(name, len(pdf), _digest(held), pdf, dpi)
    if start[:4] in _TIFF:
        tiff = _tiff(held)
        return Paper(name, tiff.n_frames, _digest(held), tiff, dpi)  # type: ignore[attr-defined]
    if str(source).lower().endswith(".pdf"):
        open_pdf(held, password).close()  # it says why this is none
    return Paper(name, 1, _digest(held), open_image(held), dpi)


def _start(held: bytes | Path) -> bytes:
    if isinstance(held, bytes):
        return held[:1024]
    if not held.is_file():
        return b""
    with held.open("rb") as file:
        return file.read(1024)


def _digest(held: bytes | Path) -> str:
    if isinstance(held, bytes):
        return hashlib.sha256(held).hexdigest()
    with held.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tiff(held: bytes | Path) -> Image.Image:
    name = shown(held) if isinstance(held, Path) else f"a TIFF of {len(held)} bytes"
    try:
        tiff = Image.open(held if isinstance(held, Path) else io.BytesIO(held), formats=["TIFF"])
        if tiff.n_frames < 1:  # type: ignore[attr-defined]
            raise BadImage(f"{name} has no pages; save it again")
    except BadImage:
        raise
    except Exception:  # parsers raise whatever their file drove them to
        raise BadImage(f"{name} is a TIFF without a page that can be read; save it again") from None
    return tiff
