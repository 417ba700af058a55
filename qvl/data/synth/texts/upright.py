"""Text from top to bottom: columns of Chinese, Japanese and Korean, spines, signs, turned lines."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from qvl.data.synth.texts import strips
from qvl.data.synth.texts.columns import HAN
from qvl.data.synth.texts.flow import credit, sizes
from qvl.data.synth.texts.letters import Type
from qvl.data.synth.texts.sheet import Sheet
from qvl.data.synth.texts.strips import Strip
from qvl.data.synth.texts.supply import face_of, fitting, texts
from qvl.data.synth.texts.tones import TONES, frame, pick, shade, tones

KINDS: dict[str, tuple[float, Callable[[Strip], None]]] = {
    "page": (3, strips.page),
    "ruled": (1.5, lambda desk: strips.page(desk, ruled=True)),
    "titled": (1.5, lambda desk: strips.page(desk, title=True)),
    "tiers": (1.5, lambda desk: strips.page(desk, tiers=2)),
    "verse": (1.5, strips.verse),
    "spines": (1, strips.spines),
    "signs": (1, strips.signs),
    "pair": (0.7, strips.pair),
}
LYING: dict[str, tuple[float, Callable[[Strip], None]]] = {
    "stack": (1, strips.stack),
    "sides": (2, strips.sides),
}


def upright(rng: np.random.Generator, folder: Path, language: str) -> tuple[Sheet, str]:
    """Text that runs down or up, and the name of its style."""
    choices = KINDS if language in HAN else LYING
    kind = pick(rng, {name: share for name, (share, _) in choices.items()})
    tone = pick(rng, TONES)
    ground, ink, accent = tones(rng, tone)
    face = face_of(rng, folder, language, hand=bool(rng.random() < 0.15))
    size = sizes(rng, 13, 48 if kind in ("verse", "signs", "pair", "stack") else 28)
    sheet = Sheet((int(size * rng.uniform(7, 30)), int(size * rng.uniform(10, 30))), ground)
    credit(sheet, face)
    supply = texts(rng, folder, language, face)

    def read(longest: int, shortest: int) -> str:
        text, piece = fitting(supply, longest, shortest)
        credit(sheet, piece)
        return text

    choices[kind][1](Strip(rng, sheet, face, Type.of(face, size), ink, accent, read))
    if rng.random() < 0.2:
        width, high = sheet.size
        sheet.below.insert(0, frame((3, 3, width - 3, high - 3), shade(rng, 0, 255), 2))
    return sheet, f"{kind}/{tone}/{language if language in HAN else 'other'}"
