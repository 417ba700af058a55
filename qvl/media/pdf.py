"""PDF pages as pictures, through pdfium: one page in memory at a time."""

import math
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from qvl.media.image import BOMB, MAX_PIXELS

if TYPE_CHECKING:
    import pypdfium2

DPI = 144
POINTS = 72  # an inch
_RANGE = re.compile(r"([0-9]{1,9})?(\s*-\s*)?([0-9]{1,9})?")
_PDFIUM = threading.Lock()  # the library may be entered by one thread at a time, whatever its file


class BadPdf(ValueError):
    """A PDF, a page or a page range that cannot be read; one sentence with the remedy."""


class Pdf:
    """An open document; close it, or use it in a `with`. Its length is its number of pages."""

    def __init__(self, inner: "pypdfium2.PdfDocument", name: str, count: int) -> None:
        self.inner, self.name, self.count = inner, name, count

    def __len__(self) -> int:
        return self.count

    def __enter__(self) -> "Pdf":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the file and its memory; a second time does nothing."""
        with _PDFIUM:
            self.inner.close()

    def pages(
        self, which: str | None = None, *, dpi: float = DPI, max_pixels: int = MAX_PIXELS
    ) -> Iterator[tuple[int, Image.Image]]:
        """(number from 1, RGB picture) of all pages or of a range such as "1-3,7,-2".

        Each is drawn upright on white when it is asked for, at `dpi` or at what `max_pixels` allow.
        """
        if not 0 < dpi < math.inf:
            raise BadPdf(f"{dpi} dots per inch draw nothing; take {DPI}")
        if not 1 <= max_pixels <= BOMB:
            raise BadPdf(f"a page of at most {max_pixels} pixels: take between 1 and {BOMB}")
        wanted = page_numbers(which, self.count, self.name)
        return ((number, self._draw(number, dpi, max_pixels)) for number in wanted)

    @contextmanager
    def page(self, number: int) -> Iterator["pypdfium2.PdfPage"]:
        """A page, counted from 1, for work inside of pdfium, which nobody else enters meanwhile."""
        import pypdfium2

        with _PDFIUM:
            if not self.inner.raw:
                raise BadPdf(f"{self.name} is closed; draw its pages before")
            try:
                page = self.inner.get_page(number - 1)
            except pypdfium2.PdfiumError:
                raise BadPdf(
                    f"page {number} of {self.name} is missing or broken; leave it out"
                ) from None
            try:
                yield page
            finally:
                page.close()

    def _draw(self, number: int, dpi: float, max_pixels: int) -> Image.Image:
        with self.page(number) as page:
            width, height = page.get_size()
            scale = _scale(width, height, dpi / POINTS, max_pixels)
            if scale is None:
                raise BadPdf(
                    f"page {number} of {self.name} measures {width:g}x{height:g} points "
                    "and cannot be drawn; leave it out"
                )
            bitmap = page.render(scale=scale)  # type: ignore[arg-type]
            try:
                return bitmap.to_pil().convert("RGB")
            finally:
                bitmap.close()


def _scale(width: float, height: float, scale: float, max_pixels: int) -> float | None:
    """Pixels a point, at most `scale`, with rounded up sides within the area; None: no such."""
    if not (0 < width < math.inf and 0 < height < math.inf):
        return None
    scale = min(
        scale, math.sqrt(max_pixels / width / height), max_pixels / width, max_pixels / height
    )
    while math.ceil(width * scale) * math.ceil(height * scale) > max_pixels:
        scale *= 0.999
    return scale


def open_pdf(source: str | os.PathLike[str] | bytes, password: str | None = None) -> Pdf:
    """A document by path or bytes; BadPdf says in one sentence why it cannot be read."""
    import pypdfium2

    name = f"a PDF of {len(source)} bytes" if isinstance(source, bytes) else str(source)
    given = source if isinstance(source, bytes) else _file(Path(source))
    if not (len(given) if isinstance(given, bytes) else given.stat().st_size):
        raise BadPdf(f"{name} is empty; give a whole one")
    with _PDFIUM:
        try:
            inner = pypdfium2.PdfDocument(given, password=password)
        except pypdfium2.PdfiumError as error:
            raise BadPdf(_reason(name, str(error), password)) from None
        try:
            inner.init_forms()  # or what people filled in is not drawn
            return Pdf(inner, name, len(inner))
        except pypdfium2.PdfiumError as error:
            inner.close()
            raise BadPdf(f"{name} has a broken form ({error}); print it to a new PDF") from None


def _file(path: Path) -> Path:
    try:
        if path.is_file():
            with path.open("rb"):
                return path
    except (OSError, ValueError) as error:
        raise BadPdf(f"{path} cannot be read: {error}") from None
    if path.is_dir():
        raise BadPdf(f"{path} is a folder; name one PDF in it")
    raise BadPdf(f"{path} is no file; check the path")


def _reason(name: str, error: str, password: str | None) -> str:
    if "assword" in error:
        if password is None:
            return f"{name} is encrypted; give its password"
        return f"{name} does not open with this password; give the right one"
    if "ecurity" in error:
        return f"{name} is encrypted in a way that is not supported; save it without"
    return f"{name} cannot be read: no PDF, without pages, cut short or broken; fetch it again"


def page_numbers(which: str | None, count: int, name: str = "the document") -> Iterator[int]:
    """The numbers, from 1, that a range means for `count` pages, each once, in its order.

    1-3,7   the first three and the seventh        5-   from the fifth to the last
    -2      the last two                            None   all of them
    """
    if which is None:
        return iter(range(1, count + 1))
    spans = [_span(part.strip(), which, count, name) for part in which.split(",")]
    return (  # lazily, since a file may claim a million pages
        number
        for i, span in enumerate(spans)
        for number in span
        if not any(number in earlier for earlier in spans[:i])
    )


def _span(part: str, which: str, count: int, name: str) -> range:
    found = _RANGE.fullmatch(part)
    if found is None or not (found[1] or found[3]):
        raise BadPdf(f"pages {which!r}: {part!r} is no range; write for example 1-3,7,5- or -2")
    first, dash, last = found[1], found[2], found[3]
    ends = [int(each) for each in (first, last) if each]
    if min(ends) < 1:
        raise BadPdf(f"pages {which!r}: pages are counted from 1")
    if max(ends) > count:
        raise BadPdf(f"pages {which!r}: {name} has {count} page{'s' * (count != 1)}")
    if not first:
        return range(count - ends[0] + 1, count + 1)
    if not last:
        return range(ends[0], (count if dash else ends[0]) + 1)
    if ends[0] > ends[1]:
        raise BadPdf(f"pages {which!r}: {part!r} runs backwards; write {ends[1]}-{ends[0]}")
    return range(ends[0], ends[1] + 1)
