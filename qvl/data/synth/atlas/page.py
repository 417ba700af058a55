"""A real map as it is printed: other colours, larger, framed, one division marked, or labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qvl.data import regions
from qvl.data.items import maps

PALETTES = ("original", "pastel", "bright", "warm", "cold", "earth", "grey", "plain")
PAPERS = ("original", "night", "sepia", "white")
LABELS = ("none", "none", "numbers", "names", "marked")
_RANGES = {  # lowest and highest of red, green and blue
    "pastel": ((170, 255), (170, 255), (170, 255)),
    "bright": ((0, 255), (0, 255), (0, 255)),
    "warm": ((180, 255), (60, 200), (20, 120)),
    "cold": ((20, 140), (90, 220), (140, 255)),
    "earth": ((110, 210), (90, 170), (50, 120)),
    "plain": ((205, 206), (220, 221), (190, 191)),
}
_MOST = 1500  # pixels of the longer side
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Area:
    """A division as it is drawn, in pixels of the page."""

    name: str
    capital: str | None
    box: Box
    point: tuple[int, int]
    area: int


@dataclass(frozen=True)
class Label:
    text: str
    left: float  # of its first letter, and its line below
    base: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Look:
    palette: str
    paper: str
    labels: str
    scale: float
    margin: int
    seed: int  # of the colours

    @property
    def clear(self) -> bool:
        """Whether the divisions are coloured, and nothing else is."""
        return self.palette not in ("original", "grey")

    @property
    def style(self) -> str:
        frame = "framed" if self.margin else "full"
        return f"{self.palette}-{self.paper}-{self.labels}-{frame}-x{self.scale:g}"


@dataclass(frozen=True)
class Page:
    image: Image.Image
    areas: tuple[Area, ...]
    labels: tuple[tuple[str, Label], ...]  # the name of the division, and what stands on it
    size: float  # of the letters, pixels
    marked: str | None = None  # the name of the division that is marked
    font: Path | None = None  # of the labels


def look(rng: np.random.Generator) -> Look:
    def one(options: Sequence[Any]) -> Any:
        return options[int(rng.integers(len(options)))]

    labels = one(LABELS)
    palette = (
        "plain" if labels == "marked" else one(PALETTES[:-1] if labels == "none" else PALETTES)
    )
    margin = int(rng.integers(10, 60)) if rng.random() < 0.5 else 0
    return Look(
        palette, one(PAPERS), labels, one((1, 1, 1.5, 2, 3)), margin, int(rng.integers(1 << 30))
    )


@lru_cache(maxsize=40)
def _indexed(drawn: maps.Map) -> tuple[np.ndarray, np.ndarray]:
    """uint8[H, W, 3] of the map, and int16[H, W] which division a pixel is of, -1 for none."""
    with Image.open(drawn.path) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    packed = pixels.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1])
    which = np.full(packed.shape, -1, dtype=np.int16)
    for at, division in enumerate(drawn.divisions):
        red, green, blue = division.colour
        which[packed == (red << 16 | green << 8 | blue)] = at
    return pixels, which


def page(drawn: maps.Map, seen: Look, fonts: tuple[Path, ...]) -> Page:
    """The map in this look. Places are read from the enlarged masks, and so are exact."""
    pixels, which = (np.array(each) for each in _indexed(drawn))
    scale = min(seen.scale, _MOST / max(which.shape))
    rng = np.random.default_rng(seen.seed)
    marked = int(rng.integers(len(drawn.divisions))) if seen.labels == "marked" else None
    _recolour(pixels, which, seen, rng, marked)
    size = (round(which.shape[1] * scale), round(which.shape[0] * scale))
    image = Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST)
    which = np.asarray(Image.fromarray(which + 1).resize(size, Image.Resampling.NEAREST)) - 1
    if seen.margin:
        framed = Image.new("RGB", (size[0] + 2 * seen.margin, size[1] + 2 * seen.margin), "white")
        framed.paste(
            (40, 40, 40),
            (
                seen.margin - 2,
                seen.margin - 2,
                seen.margin + size[0] + 2,
                seen.margin + size[1] + 2,
            ),
        )
        framed.paste(image, (seen.margin, seen.margin))
        image, which = framed, np.pad(which, seen.margin, constant_values=-1)
    areas = tuple(_areas(drawn, which))
    letters = float(rng.integers(11, 19)) * max(1.0, min(scale, 2.0) * 0.9)
    labels: tuple[tuple[str, Label], ...] = ()
    font = None
    if seen.labels in ("numbers", "names"):
        from qvl.data.synth.atlas.labels import draw, labelled

        font = fonts[int(rng.integers(len(fonts)))]
        labels = tuple(labelled(areas, which, seen.labels, font, letters))
        image = draw(image, [label for _, label in labels], font, letters)
    name = drawn.divisions[marked].name if marked is not None else None
    return Page(image, areas, labels, letters, name, font)


def _areas(drawn: maps.Map, which: np.ndarray) -> list[Area]:
    found = []
    for at, division in enumerate(drawn.divisions):
        mask = which == at
        if mask.any():
            box, point = regions.box_of(mask), regions.point_in(mask)
            capital = division.capital
            found.append(Area(division.name, capital, box, point, int(mask.sum())))
    return found


def _recolour(
    pixels: np.ndarray, which: np.ndarray, seen: Look, rng: np.random.Generator, marked: int | None
) -> None:
    ground = which < 0
    if seen.clear:
        pixels[ground] = pixels[ground].mean(1, keepdims=True).astype(np.uint8)
    if seen.paper == "night":
        pixels[ground] = pixels[ground] // 3
    elif seen.paper == "sepia" and not seen.clear:
        grey = pixels[ground].mean(1, keepdims=True)
        pixels[ground] = (grey * np.array([1.0, 0.93, 0.78])).astype(np.uint8)
    elif seen.paper == "white":
        light = pixels.min(2) > 120
        pixels[ground & light] = 255
    if seen.palette != "original":
        count = int(which.max()) + 1
        if seen.palette == "grey":
            colours = np.repeat(rng.integers(90, 236, (count, 1)), 3, axis=1)
        else:
            low, high = zip(*_RANGES[seen.palette], strict=True)
            colours = rng.integers(low, np.array(high) + 1, (count, 3))
        if marked is not None:
            colours[marked] = (220, 30, 40)
        pixels[~ground] = colours[which[~ground]].astype(np.uint8)
