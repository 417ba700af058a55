"""A table as it was drawn: the picture, and where it, its cells and its title stand."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels of the picture


@dataclass(frozen=True)
class Spot:
    """A cell, or a title: what it says, its box, and the box of its words alone."""

    text: str
    box: Box
    words: Box


@dataclass(frozen=True)
class Drawn:
    image: Image.Image
    table: Box
    cells: tuple[Spot, ...]  # in the order of the rows
    titles: tuple[Spot, ...] = ()

    def moved(self, image: Image.Image, move: Callable[[Box], Box]) -> "Drawn":
        """The same on another picture, with every box moved."""

        def at(spot: Spot) -> Spot:
            return Spot(spot.text, move(spot.box), move(spot.words))

        cells, titles = tuple(map(at, self.cells)), tuple(map(at, self.titles))
        return replace(self, image=image, table=move(self.table), cells=cells, titles=titles)
