"""Real cut-outs by name, and pictures to paste them on, out of what was fetched."""

import io
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

from qvl.data.items import clipart, icons, stamps, wallpapers
from qvl.data.sources import named as source_of
from qvl.data.synth.pasting.names import named

LARGEST = 420  # pixels of a cut-out's longer side
_ICON = 192  # pixels at which an icon of 48 is drawn
_HUGE = 4_000_000  # pixels; a few drawings have forty times as many
_COMMON = 12  # drawings of one title, from which on it is a series and names nothing
_SOLID = 100  # of 255: what is fainter is not seen as part of a thing
_SKIP = ("special", "unsorted", "buttons", "logos")  # patterns, gradients, and what has no name
_ABROAD = "architett"  # one author's titles are in Italian
_PROPER = ("flags", "geography", "people", "computer")  # whose titles are proper names
_FAINT = ("symbolic", "blank", "empty", "none")


@dataclass(frozen=True)
class Cutout:
    """A picture of one thing with transparency around it."""

    name: str  # in English, without an article
    others: tuple[str, ...]  # words that also fit: other names, keywords
    category: str  # folders, such as "animals/birds"
    kind: str  # "stamp", "drawing" or "icon"
    path: Path
    licence: str
    source: str
    captions: tuple[tuple[str, str], ...] = ()  # (language, words), English among them


@dataclass(frozen=True)
class Backdrop:
    path: Path
    licence: str
    source: str


@dataclass(frozen=True)
class Stock:
    cutouts: tuple[Cutout, ...]
    names: tuple[str, ...]  # all that things can be called, each once
    siblings: dict[str, tuple[str, ...]]  # the names of a category
    backdrops: tuple[Backdrop, ...]


@lru_cache(maxsize=2)
def stock(cache: Path) -> Stock:
    """What lies in a cache of fetched packages; ValueError if no cut-outs are there."""
    drawings = list(_drawings(cache))
    often = Counter(each.name for each in drawings)
    drawings = [each for each in drawings if often[each.name] < _COMMON]
    found = [*_stamps(cache), *drawings, *_icons(cache)]
    if not found:
        raise ValueError(f"no stamps, drawings or icons in {cache}; run qvl data fetch")
    siblings: dict[str, dict[str, None]] = {}
    for each in found:
        siblings.setdefault(each.category, {})[each.name] = None
    names = dict.fromkeys(name for each in found for name in (each.name, *_also(each)))
    return Stock(
        tuple(found),
        tuple(names),
        {category: tuple(held) for category, held in siblings.items()},
        tuple(Backdrop(w.path, w.licence, source_of(w.path, cache)) for w in _pictures(cache)),
    )


def _also(each: Cutout) -> tuple[str, ...]:
    return each.others if each.kind == "icon" else ()


def _stamps(cache: Path) -> Iterator[Cutout]:
    for each in stamps.stamps(cache):
        name = named(each.captions.get("en", ""))
        if name:
            told = tuple((tag, words) for tag, words in each.captions.items())
            others = (each.name.replace("_", " "), *each.category.split("/"))
            yield _cutout(name, others, each, "stamp", each.path, cache, told)


def _drawings(cache: Path) -> Iterator[Cutout]:
    for each in clipart.drawings(cache):
        name = named(each.title)
        skip = each.category.split("/")[0] in _SKIP or _ABROAD in each.svg.stem
        if name and each.png and not skip:
            if not any(word in each.category for word in _PROPER):
                name = name.lower()
            others = (*each.keywords, each.svg.stem.replace("_", " "), each.description)
            yield _cutout(name, others, each, "drawing", each.png, cache)


def _icons(cache: Path) -> Iterator[Cutout]:
    for each in icons.icons(cache):
        if len(each.name) > 2 and not any(word in each.name for word in _FAINT):
            others = tuple(f"{alias} icon" for alias in each.aliases)
            yield _cutout(f"{each.name} icon", others, each, "icon", each.path, cache)


def _cutout(
    name: str,
    others: tuple[str, ...],
    item: stamps.Stamp | clipart.Drawing | icons.Icon,
    kind: str,
    path: Path,
    cache: Path,
    told: tuple[tuple[str, str], ...] = (),
) -> Cutout:
    category = f"{kind}s/{item.category}"
    return Cutout(name, others, category, kind, path, item.licence, source_of(path, cache), told)


def _pictures(cache: Path) -> Iterator[wallpapers.Wallpaper]:
    try:
        yield from wallpapers.wallpapers(cache)
    except OSError:
        return  # none were fetched


@lru_cache(maxsize=300)
def pixels(path: Path) -> Image.Image:
    """A cut-out as RGBA without its empty margin, at most LARGEST.

    ValueError if nothing shows, or if it is huge.
    """
    if path.suffix == ".svg":
        import resvg_py

        held = resvg_py.svg_to_bytes(svg_path=str(path), height=_ICON, skip_system_fonts=True)
        image = Image.open(io.BytesIO(bytes(held))).convert("RGBA")
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # its size is looked at
            opened = Image.open(path)
        with opened:
            if opened.width * opened.height > _HUGE:
                raise ValueError(f"{path} has {opened.width}x{opened.height} pixels")
            image = opened.convert("RGBA")
    box = solid(image).getbbox()
    if box is None or min(box[2] - box[0], box[3] - box[1]) < 6:
        raise ValueError(f"{path} shows nothing")
    image = image.crop(box)
    image.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    return image


def solid(image: Image.Image) -> Image.Image:
    """White where a cut-out is seen, black where it is transparent."""
    return image.getchannel("A").point([0] * (_SOLID + 1) + [255] * (255 - _SOLID))


@lru_cache(maxsize=80)
def picture(path: Path) -> Image.Image:
    """A backdrop in RGB, its shorter side at most 1200 pixels: small crops are made of it."""
    with Image.open(path) as opened:
        opened.draft("RGB", (1920, 1200))
        image = opened.convert("RGB")
    scale = min(1.0, 1200 / min(image.size))
    size = (round(image.width * scale), round(image.height * scale))
    return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
