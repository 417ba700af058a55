"""Lines, words and blocks of text in many sizes, colours and arrangements."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from qvl.data.synth.texts import blocks, listings
from qvl.data.synth.texts.desk import Desk
from qvl.data.synth.texts.flow import credit, sizes
from qvl.data.synth.texts.letters import Type
from qvl.data.synth.texts.run import Colour
from qvl.data.synth.texts.sheet import Sheet
from qvl.data.synth.texts.supply import face_of, texts
from qvl.data.synth.texts.tones import TONES, frame, pick, rule, shade, tones

EDGES = {"smooth": 6, "hinted": 3, "bitten": 0.6}
BACKS = {"plain": 6, "gradient": 1.5, "grain": 1.5, "stripes": 1, "grid": 1, "bordered": 1}


ARRANGED: dict[str, tuple[float, Callable[[Desk], None]]] = {  # how often, and how
    "line": (3, blocks.one),
    "few": (2, blocks.few),
    "paragraph": (2, blocks.paragraph),
    "dense": (2, blocks.dense),
    "code": (1, listings.code),
    "random": (1, listings.random),
    "numbers": (1, listings.numbers),
    "contents": (1, listings.contents),
    "scattered": (1.2, listings.scattered),
    "chat": (1, blocks.chat),
    "card": (1, blocks.card),
}
_SHORT = ("few", "paragraph", "card", "chat")  # that may end long before their sheet
STRINGS = ("code", "random", "numbers")  # of no language, in Latin letters
PROSE = ("paragraph", "dense", "chat")


def arranged(
    rng: np.random.Generator, folder: Path, language: str, hand: bool = False
) -> tuple[Sheet, str]:
    """Text in one of the arrangements, and the name of its style."""
    kind = pick(rng, {name: share for name, (share, _) in ARRANGED.items()})
    back, tone = pick(rng, BACKS), pick(rng, TONES)
    if kind in STRINGS and language in ("ar", "zh", "ja", "ko"):
        language = "en"
    if kind == "contents" and language == "ar":
        kind = "paragraph"  # leaders from the right are not drawn
    ground, ink, accent = tones(rng, tone)
    face = face_of(rng, folder, language, hand)
    low = 14 if hand else 9
    size = sizes(rng, low, 48) if kind in ("line", "card", "few") else sizes(rng, low, 26)
    width = int(min(1100, max(260, size * rng.uniform(16, 46))))
    sheet = Sheet((width, int(np.clip(width * rng.uniform(0.4, 1.4), 120, 1300))), ground)
    credit(sheet, face)
    type_ = Type.of(face, size, pick(rng, EDGES) if size > 11 else "smooth")
    supply = texts(rng, folder, language, face)
    ARRANGED[kind][1](Desk(rng, sheet, face, type_, ink, accent, supply, language))
    if kind in _SHORT and sheet.runs and rng.random() < 0.8:
        end = max(run.box[3] for run in sheet.runs) + size * float(rng.uniform(0.5, 2))
        sheet.size = (width, int(min(sheet.size[1], end + 4)))
    _backed(sheet, back, rng, accent)
    return sheet, f"{kind}/{back}/{tone}/{type_.edges}"


def _backed(sheet: Sheet, back: str, rng: np.random.Generator, accent: Colour) -> None:
    """Something behind the text, faint enough to read it."""
    width, high = sheet.size
    near = tuple(int(0.9 * a + 0.1 * b) for a, b in zip(sheet.ground, accent, strict=True))
    if back == "bordered":
        sheet.below.insert(0, frame((1, 1, width - 1, high - 1), accent, float(rng.uniform(1, 4))))
    elif back in ("stripes", "grid"):
        step = float(rng.uniform(14, 44))
        for y in np.arange(step, high, step):
            sheet.below.insert(0, rule((0, y), (width, y), near))  # type: ignore[arg-type]
        for x in np.arange(step, width, step) if back == "grid" else ():
            sheet.below.insert(0, rule((x, 0), (x, high), near))  # type: ignore[arg-type]
    elif back in ("gradient", "grain"):
        base = np.array(sheet.ground, float)
        if back == "grain":
            field = base + rng.normal(0, 5, (high // 2 + 1, width // 2 + 1, 1))
        else:
            end = base + np.array(shade(rng, 0, 50)) - 25
            field = base + np.linspace(0, 1, 32)[:, None, None] * (end - base) * np.ones((1, 2, 1))
        held = Image.fromarray(field.clip(0, 255).astype(np.uint8))
        sheet.back = held.resize(sheet.size, Image.Resampling.BILINEAR)
