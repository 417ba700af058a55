"""Random tunes in ABC notation, engraved by Verovio; every bar is as full as its metre asks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from qvl.data.synth.documents.look import pick
from qvl.data.synth.documents.strips import Art
from qvl.data.synth.documents.vector import svg_art

Rng = np.random.Generator
METRES = {"4/4": 8, "3/4": 6, "2/4": 4, "6/8": 6, "9/8": 9, "3/8": 3, "12/8": 12, "5/4": 10}
KEYS = ("C", "G", "D", "A", "E", "F", "Bb", "Eb", "Ab", "Am", "Em", "Bm", "Dm", "Gm", "Cm", "F#m")
FACES = ("Leipzig", "Bravura", "Leland", "Petaluma", "Gootville")
_SCALE = [
    "C",
    "D",
    "E",
    "F",
    "G",
    "A",
    "B",
    "c",
    "d",
    "e",
    "f",
    "g",
    "a",
    "b",
    "c'",
]  # from below the staff to above it
_UNITS = {1: "", 2: "2", 3: "3", 4: "4", 6: "6", 8: "8", Fraction(1, 2): "/2"}
_CHORDS = ["C", "G", "D", "Am", "Em", "F", "Bb", "Dm", "A", "E"]


@dataclass(frozen=True)
class Tune:
    """Lines of ABC before the notes, the bars with the sign that ends each, and all durations."""

    head: tuple[str, ...]
    bars: tuple[str, ...]
    notes: int
    rests: int

    def abc(self, systems: Sequence[int] = ()) -> str:
        """The tune; `systems` says how many bars each line of it has."""
        counts = list(systems) or [len(self.bars)]
        lines, at = [], 0
        for count in counts:
            lines.append(" ".join(self.bars[at : at + count]))
            at += count
        return "\n".join((*self.head, *lines))


def tune(rng: Rng, bars: int) -> Tune:
    """A tune that walks by small steps, with rests, accidentals, ties and chords here and there."""
    metre, key = pick(rng, tuple(METRES)), pick(rng, KEYS)
    head = ("X:1", f"M:{metre}", "L:1/8", f"K:{key}")
    at, made, notes, rests = int(rng.integers(3, 10)), [], 0, 0
    chords, repeated = rng.random() < 0.25, rng.random() < 0.3
    for bar in range(bars):
        texts, left = [], Fraction(METRES[metre])
        while left > 0:
            length = _length(rng, left)
            if rng.random() < 0.07 and length >= 1:
                texts.append(f"z{_UNITS[length]}")
                rests += 1
            else:
                at = int(np.clip(at + rng.integers(-3, 4), 0, len(_SCALE) - 1))
                count = 2 if length == Fraction(1, 2) else 1
                near = int(np.clip(at + rng.integers(-1, 2), 0, len(_SCALE) - 1))
                pair = (_SCALE[at], _SCALE[near])[:count]
                texts.append("".join(_sign(rng) + n + _UNITS[length] for n in pair))
                notes += count
                length *= count
            left -= length
        if chords and rng.random() < 0.5:
            texts[0] = f'"{pick(rng, _CHORDS)}"{texts[0]}'
        ends = ":|" if repeated else "|]"
        made.append(f"{' '.join(texts)} {ends if bar == bars - 1 else '|'}")
    if repeated:
        made[0] = f"|: {made[0]}"
    return Tune(head, tuple(made), notes, rests)


def _length(rng: Rng, left: Fraction) -> Fraction:
    """In eighths; a half is a pair of sixteenths, which fills one."""
    lengths = (Fraction(1), Fraction(1), Fraction(2), Fraction(2), Fraction(3), Fraction(4))
    rare = (Fraction(6), Fraction(8), Fraction(1, 2), Fraction(1, 2))
    fits = [
        x for x in (*lengths, *lengths, *rare) if x <= left and (x != Fraction(1, 2) or left >= 1)
    ]
    return pick(rng, fits)


def _sign(rng: Rng) -> str:
    return pick(rng, ("^", "_", "=")) if rng.random() < 0.04 else ""


def engraved(made: Tune, width: float, scale: int, face: str) -> tuple[Art, str]:
    """The drawing of a tune, and its ABC with a line for each staff of the drawing.

    ValueError where Verovio drew other notes than the tune has.
    """
    held = _toolkit()
    held.setOptions(_options(width, scale, face))
    if not held.loadData(made.abc()):
        raise ValueError(f"Verovio does not read {made.abc()!r}")
    svg = str(held.renderToSVG(1))
    drawn = (_count(svg, "note"), _count(svg, "rest"))
    if drawn != (made.notes, made.rests) or held.getPageCount() != 1:
        raise ValueError(f"Verovio drew {drawn} notes and rests of {made.abc()!r}")
    systems = [_count(part, "measure") for part in svg.split('class="system"')[1:]]
    return svg_art(svg, width), made.abc(systems)


def _count(svg: str, kind: str) -> int:
    return len(re.findall(rf'class="{kind}"', svg))


def _options(width: float, scale: int, face: str) -> dict[str, Any]:
    margins = {f"pageMargin{side}": 0 for side in ("Top", "Bottom", "Left", "Right")}
    return margins | {
        "inputFrom": "abc",
        "adjustPageHeight": True,
        "adjustPageWidth": False,
        "pageWidth": round(width * 100 / scale),
        "pageHeight": 60_000,
        "scale": scale,
        "header": "none",
        "footer": "none",
        "breaks": "auto",
        "font": face,
        "mnumInterval": 0,
        "xmlIdSeed": 1,
    }


@cache
def _toolkit() -> Any:
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    return verovio.toolkit()
