"""Pictures for documents: stamps with their captions, pictures of manuals, and signs with words."""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image

from qvl.data.items.stamps import PACKAGE, Stamp, stamps
from qvl.data.synth.documents.letters import Voice
from qvl.data.synth.documents.look import INKS, Look, Rng, pick
from qvl.data.synth.documents.pen import WHITE, Colour, Sheet
from qvl.data.synth.documents.setting import lines, said
from qvl.data.synth.documents.strips import Art
from qvl.data.synth.documents.vector import image_art
from qvl.data.synth.documents.words import words
from qvl.tasks.document.model import Inline, Mark
from qvl.tasks.place import Corners


@dataclass(frozen=True)
class Shown:
    """A picture, what it shows in words ("" if nobody says), and where it is from."""

    art: Art
    about: str
    source: str
    licence: str


@cache
def _stamps(cache_folder: Path, language: str) -> tuple[Stamp, ...]:
    if not (cache_folder / PACKAGE).is_dir():
        return ()
    return tuple(
        s for s in stamps(cache_folder) if language in s.captions and s.path.suffix == ".png"
    )


def stamp(rng: Rng, cache_folder: Path, language: str, width: float) -> Shown | None:
    """A stamp with a caption in the language, up to so wide; None where there is none."""
    held = _stamps(cache_folder, language)
    if not held:
        return None
    chosen = pick(rng, held)
    image = opened(chosen.path)
    wide = min(width * float(rng.uniform(0.3, 0.75)), 1.5 * image.width)
    scale = min(wide / image.width, 420 / image.height)
    inside = chosen.path.relative_to(cache_folder / PACKAGE).as_posix()
    return Shown(
        image_art(image, scale),
        chosen.captions[language],
        f"debian:{PACKAGE}/{inside}",
        chosen.licence,
    )


def photo(path: Path, width: float, height: float) -> Art | None:
    """A picture of a manual within a width and a height; None for one that is hardly any."""
    image = opened(path)
    if min(image.size) < 40:
        return None
    return image_art(image, min(1.0, width / image.width, height / image.height))


@lru_cache(maxsize=64)
def opened(path: Path) -> Image.Image:
    """A picture of at most a thousand pixels a side. OSError for what is none."""
    with Image.open(path) as found:
        found.thumbnail((1000, 1000))
        return found.convert("RGBA")


def sign(rng: Rng, look: Look, texts: list[str], width: float) -> tuple[Art, Inline]:
    """A sign, a label or a screen with up to three lines of words, and what it says."""
    colour = pick(rng, INKS)
    dark = rng.random() < 0.6
    ground, ink = (colour, WHITE) if dark else (WHITE, colour)
    wide = width * float(rng.uniform(0.45, 0.8))
    voice = Voice(look.head.family, look.body.mono, look.body.size * 1.2, ink, strong=True)
    rows = [
        line
        for at, text in enumerate(texts)
        for line in lines(
            words((text,), voice.at(1.2 if not at else 0.9)), wide * 0.86, align="centre"
        )
    ][:4]
    high = voice.size * 1.7
    size = (round(wide), round(high * (len(rows) + 0.8)))
    radius = pick(rng, (0, 0, 8, 20))

    def draw(sheet: Sheet, box: Corners) -> None:
        left, top, right, bottom = box
        sheet.rect(box, ground, radius)
        sheet.frame((left + 2, top + 2, right - 2, bottom - 2), _edge(colour), 2, radius)
        for at, row in enumerate(rows):
            row.draw(sheet, left + 0.07 * size[0], top + high * (at + 1.1))

    content: list[str | Mark] = []
    for at, row in enumerate(rows):
        content += [Mark("br")] if at else []
        content += said([row])
    return Art(size, draw), tuple(content)


def _edge(colour: Colour) -> Colour:
    red, green, blue = (c // 2 for c in colour)
    return red, green, blue
