"""How a document looks: page, columns, faces, headings, tables, what stands around the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from qvl.data.synth.documents.letters import Voice, families, monospaced
from qvl.data.synth.documents.pen import BLACK, WHITE, Colour
from qvl.tasks.place import Size

Rng = np.random.Generator
T = TypeVar("T")

SIZES: tuple[Size, ...] = (
    *((1000, 1414), (1000, 1414), (850, 1100), (1240, 1754), (720, 1018), (900, 1272)),
    *((1414, 1000), (1280, 900), (600, 900), (560, 720), (448, 616), (448, 616), (392, 560)),
)
HEADINGS = ("plain", "colour", "rule", "bar", "capitals", "centred", "box", "underline")
HEADERS = ("none", "title", "title+number", "number", "rule", "band")
FOOTERS = ("none", "number", "of", "title", "rule", "outer")
TABLES = ("grid", "rules", "booktabs", "striped", "open", "head")
BULLETS = ("•", "–", "▪", "*", "◦", "·", "→")
NUMBERS = ("{}.", "{})", "({})", "{}")
CAPTIONS = ("below", "below", "above")
TITLES = ("left", "centre", "banner", "ruled", "box")
INKS: tuple[Colour, ...] = (
    *((20, 60, 120), (130, 20, 30), (10, 100, 80), (90, 40, 130), (180, 80, 0), (0, 0, 0)),
    *((60, 60, 60), (0, 90, 150), (150, 0, 90), (70, 90, 20)),
)
PAPERS: tuple[Colour, ...] = (
    *(WHITE, WHITE, WHITE, WHITE, (252, 250, 242), (247, 244, 232), (245, 247, 250)),
    (255, 253, 247),
)


@dataclass(frozen=True)
class Look:
    """Lengths are pixels. `gutter_rule`: a line between columns."""

    size: Size
    margin: float
    columns: int
    gutter: float
    gutter_rule: bool
    paper: Colour
    accent: Colour
    body: Voice
    head: Voice
    leading: float  # of the size of the letters
    align: str  # left or justify
    indent: float
    gap: float  # between paragraphs
    heading: str
    header: str
    footer: str
    table: str
    bullet: str
    number: str
    caption: str
    title: str
    math: str  # the faces of formulas
    framed: bool  # pictures have a frame
    panel: Colour | None  # behind code and boxes

    @property
    def style(self) -> str:
        """What a person would tell apart: columns, headings, tables, header, footer, caption."""
        wide = "landscape" if self.size[0] > self.size[1] else "portrait"
        parts = (wide, f"{self.columns}col", self.heading, self.table, self.header, self.footer)
        return "/".join((*parts, self.align, self.title))

    @property
    def width(self) -> float:
        """Of a column."""
        room = self.size[0] - 2 * self.margin - (self.columns - 1) * self.gutter
        return room / self.columns


def pick(rng: Rng, what: Sequence[T]) -> T:
    return what[int(rng.integers(len(what)))]


def look(rng: Rng, cache: Path, language: str, sizes: Sequence[Size] = SIZES) -> Look:
    """A random look with faces that have the letters of the language."""
    size = pick(rng, sizes)
    short = min(size)
    lettered = float(np.clip(short / rng.uniform(44, 70), 12, 24))
    if language in ("zh", "ja", "ko"):
        lettered *= 1.08
    columns = _columns(rng, size, lettered)
    every = families(cache, language)
    family, other, mono = pick(rng, every), pick(rng, every), pick(rng, monospaced(cache, language))
    ink = BLACK if rng.random() < 0.6 else pick(rng, ((30, 30, 30), (50, 50, 55), (20, 20, 60)))
    paper, accent = pick(rng, PAPERS), pick(rng, INKS)
    body = Voice(family, mono, round(lettered * 4) / 4, ink)
    head = Voice(family if rng.random() < 0.5 else other, mono, body.size, accent, strong=True)
    spaced = rng.random() < 0.6
    return Look(
        size=size,
        margin=float(rng.uniform(0.05, 0.11)) * short,
        columns=columns,
        gutter=float(rng.uniform(1.3, 2.4)) * lettered,
        gutter_rule=bool(rng.random() < 0.25),
        paper=paper,
        accent=accent,
        body=body,
        head=head,
        leading=float(rng.uniform(1.22, 1.65)),
        align=pick(rng, ("left", "justify")),
        indent=0.0 if spaced else float(rng.uniform(1, 2)) * lettered,
        gap=float(rng.uniform(0.4, 0.9)) * lettered if spaced else 0.15 * lettered,
        panel=pick(rng, (None, (244, 244, 244), (238, 243, 248), (250, 246, 230))),
        math=_math(rng),
        framed=bool(rng.random() < 0.3),
        **_choices(rng),
    )


def _columns(rng: Rng, size: Size, lettered: float) -> int:
    most = max(1, min(3, int(size[0] / (lettered * 17))))
    return min(most, pick(rng, (1, 1, 1, 2, 2, 3)))


def _math(rng: Rng) -> str:
    from qvl.data.synth.documents.formulas import FACES

    return pick(rng, FACES)


def _choices(rng: Rng) -> dict[str, Any]:
    every = {
        "heading": HEADINGS,
        "header": HEADERS,
        "footer": FOOTERS,
        "table": TABLES,
        "bullet": BULLETS,
        "number": NUMBERS,
        "caption": CAPTIONS,
        "title": TITLES,
    }
    return {name: pick(rng, kinds) for name, kinds in every.items()}
