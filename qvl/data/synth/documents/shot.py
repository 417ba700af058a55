"""A page as pixels with its elements; scanned, both are moved alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from qvl.data.synth.documents.look import Rng
from qvl.data.synth.scan import scanned
from qvl.tasks.document.model import Page
from qvl.tasks.document.moving import moved
from qvl.tasks.place import Corners, Size


@dataclass(frozen=True)
class Shot:
    """`values` are the places of named values, where a page has them."""

    image: Image.Image
    page: Page
    values: Mapping[str, Corners] = field(default_factory=dict)

    def moved(self, image: Image.Image, move: Callable[[Corners], Corners]) -> "Shot":
        elements = tuple(moved(each, move) for each in self.page.elements)
        values = {key: move(box) for key, box in self.values.items()}
        return Shot(image, Page(elements, image.size), values)


def clipped(part: Any, size: Size) -> Any:
    """An element with its boxes in tenths of pixels, on the page."""
    return moved(part, lambda box: inside(box, size))


def aged(shot: Shot, rng: Rng, share: float, smallest: float = 12.0) -> tuple[Shot, str]:
    """A share of pages as a scanner or a camera gives them, and a name for what was done.

    `smallest` is the size of the smallest letters in pixels. Boxes stay on the page.
    """
    if rng.random() >= share:
        return shot, "clean"
    made = scanned(shot.image, rng, smallest)
    size = made.image.size
    kept = shot.moved(made.image, lambda box: inside(made.move.box(box), size))
    return kept, made.name


def inside(box: Corners, size: Size) -> Corners:
    """A box in tenths of pixels, on the page."""
    left, top, right, bottom = (round(c, 1) for c in box)
    return max(0.0, left), max(0.0, top), min(size[0], right), min(size[1], bottom)
