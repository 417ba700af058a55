"""Real maps of which every division has its own colour: true boxes, points and masks."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from qvl.data import regions
from qvl.data.held_out import map_held_out
from qvl.data.sources import licences
from qvl.data.words import catalogues

PACKAGE = "kgeography-data"
_COLOURS = ("red", "green", "blue")


@dataclass(frozen=True)
class Division:
    """A country or province; its box and a point inside it, in pixels of the map."""

    name: str  # in English
    colour: tuple[int, int, int]
    box: tuple[int, int, int, int]
    point: tuple[int, int]
    area: int  # pixels
    capital: str | None


@dataclass(frozen=True)
class Map:
    name: str  # of its file
    title: str
    path: Path  # of the picture
    divisions: tuple[Division, ...]
    licence: str
    skipped: tuple[str, ...]  # names of divisions without a pixel


def maps(cache: Path, held_out: bool = False) -> Iterator[Map]:
    """The maps for training in the order of their names, or those that only tests may see."""
    folder = cache / PACKAGE
    licence_of = licences(folder)
    for path in sorted((folder / "usr/share/kgeography").glob("*.kgm")):
        if map_held_out(path.stem) == held_out:
            yield read(path, licence_of(path))


def read(path: Path, licence: str) -> Map:
    """One map; ValueError if its description or its picture cannot be read."""
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise ValueError(f"{path} is no map: {error}") from None
    picture = path.with_name(_said(root, "mapFile") or f"{path.stem}.png")
    with Image.open(picture) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    packed = pixels.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1])
    found, skipped = [], []
    for element in root.iter("division"):
        name = _said(element, "name")
        if _said(element, "ignore") == "yes" or not name:
            continue
        red, green, blue = (int(_said(element, f"color/{c}") or 0) for c in _COLOURS)
        mask = packed == (red << 16 | green << 8 | blue)
        if not mask.any():
            skipped.append(name)
            continue
        box, point, area = regions.box_of(mask), regions.point_in(mask), int(mask.sum())
        colour = red, green, blue
        found.append(Division(name, colour, box, point, area, _said(element, "capital")))
    title = _said(root, "name") or path.stem
    return Map(path.stem, title, picture, tuple(found), licence, tuple(skipped))


def mask_of(drawn: Map, division: Division) -> np.ndarray:
    """bool[height, width]: the pixels of a division."""
    with Image.open(drawn.path) as opened:
        return (np.asarray(opened.convert("RGB")) == division.colour).all(2)


def names(cache: Path, locale: str) -> dict[tuple[str, str], str]:
    """(map, English name) -> its name in a locale such as "de" or "pt_BR"; nothing if unknown."""
    path = cache / PACKAGE / f"usr/share/locale/{locale}/LC_MESSAGES/kgeography.mo"
    if not path.is_file():
        return {}
    told = {}
    for message, translation in catalogues.read(path).items():
        context, _, name = message.partition(catalogues.CONTEXT)
        if context.endswith(".kgm") and name and translation:
            told[context.removesuffix(".kgm"), name] = translation
    return told


def _said(element: ElementTree.Element, tag: str) -> str | None:
    return (element.findtext(tag) or "").strip() or None
