"""The pictures of figures: cut out of their page, and where a document finds them."""

import base64
import io
from collections.abc import Callable, Sequence

from PIL import Image as Pillow

from qvl.tasks.document.model import Figure

Source = Callable[[int, Figure], str | None]  # page from 0 and figure -> address of its picture


def crop(page: Pillow.Image, figure: Figure) -> Pillow.Image | None:
    """What a figure shows, its box in pixels of `page`; None where it has no box on it."""
    corners = figure.image or figure.box
    if not corners:
        return None
    left, top = max(0, int(corners[0])), max(0, int(corners[1]))
    right, bottom = min(page.width, round(corners[2])), min(page.height, round(corners[3]))
    return page.crop((left, top, right, bottom)) if left < right and top < bottom else None


def embedded(pages: Sequence[Pillow.Image]) -> Source:
    """Addresses that hold the pictures themselves; `pages` are what the boxes are in pixels of."""

    def address(number: int, figure: Figure) -> str | None:
        if not (cut := crop(pages[number], figure)):
            return None
        out = io.BytesIO()
        cut.convert("RGB").save(out, "PNG", optimize=True)
        return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()

    return address
