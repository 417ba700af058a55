"""Work items to records of text: `lines`, `pages`, `upright`, `hand` and `scenes`.

Each is a stage; `cache` is the folder of fetched packages (`qvl.data.sources.home` by default).
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from qvl.data.records import Record
from qvl.data.sources import home
from qvl.data.synth.scan import snapped
from qvl.data.synth.texts import asking
from qvl.data.synth.texts.finish import Made, made, record
from qvl.data.synth.texts.lines import PROSE, STRINGS, arranged
from qvl.data.synth.texts.pages import page
from qvl.data.synth.texts.scenes import scene
from qvl.data.synth.texts.supply import pieces
from qvl.data.synth.texts.tones import pick
from qvl.data.synth.texts.upright import upright as down
from qvl.data.words.languages import NAMES, TWELVE
from qvl.data.work import Rejected, Work

_DOWN = dict.fromkeys(TWELVE, 0.35) | {"zh": 4.0, "ja": 4.0, "ko": 1.0, "ar": 0.0}
_HANDS = dict.fromkeys(TWELVE, 1.0) | {"en": 3.0, "zh": 2.0, "ar": 0.0}  # no Arabic face is one
_SHARES = dict.fromkeys(TWELVE, 1.0) | {"en": 3.0, "zh": 2.0}


def _language(rng: np.random.Generator) -> str:
    return pick(rng, _SHARES)


def _some(rng: np.random.Generator, folder: Path, language: str) -> list:
    known = pieces(folder, language)
    first = int(rng.integers(len(known)))
    return list(known[first : first + 6])


def lines(work: Work, cache: Path | None = None) -> Iterator[Record | Rejected]:
    """Lines, words, blocks, code, numbers, contents."""
    rng, folder = work.rng(), cache or home()
    language = _language(rng)
    sheet, style = arranged(rng, folder, language)
    shown = made(sheet, rng, style, language, 0.2, 9.0)
    yield from _kept(work, "lines", _told(shown), rng, folder)


def _told(shown: Made) -> Made:
    """Strings and numbers have no language; where they may stand among words, none is asked."""
    kind = shown.style.split("/")[0]
    if kind in STRINGS:
        return replace(shown, seen=replace(shown.seen, language="und"))
    return replace(shown, seen=replace(shown.seen, mixed=kind not in PROSE))


def hand(work: Work, cache: Path | None = None) -> Iterator[Record | Rejected]:
    """Text in faces that look written by a hand."""
    rng, folder = work.rng(), cache or home()
    language = pick(rng, _HANDS)
    sheet, style = arranged(rng, folder, language, hand=True)
    yield from _kept(work, "hand", _told(made(sheet, rng, style, language, 0.4)), rng, folder)


def pages(work: Work, cache: Path | None = None) -> Iterator[Record | Rejected]:
    """Pages of real text."""
    rng, folder = work.rng(), cache or home()
    language = _language(rng)
    sheet, style = page(rng, folder, language)
    shown = made(sheet, rng, style, language, 0.5)
    if "/mixed/" in style:
        shown = replace(shown, seen=replace(shown.seen, mixed=True))
    yield from _kept(work, "pages", shown, rng, folder)


def upright(work: Work, cache: Path | None = None) -> Iterator[Record | Rejected]:
    """Columns of Han letters from the right, spines, hanging signs, lines on their side."""
    rng, folder = work.rng(), cache or home()
    language = pick(rng, _DOWN)
    sheet, style = down(rng, folder, language)
    yield from _kept(work, "upright", made(sheet, rng, style, language, 0.3), rng, folder)


def scenes(work: Work, cache: Path | None = None) -> Iterator[Record | Rejected]:
    """Words on photographs."""
    rng, folder = work.rng(), cache or home()
    language = _language(rng)
    sheet, style = scene(rng, folder, language)
    shown = made(sheet, rng, style, language)
    shown = replace(shown, image=snapped(shown.image, rng))
    yield from _kept(work, "scenes", shown, rng, folder)


def _kept(
    work: Work, family: str, shown: Made, rng: np.random.Generator, folder: Path
) -> Iterator[Record | Rejected]:
    """A record, with words that could be asked for in vain."""
    if not shown.seen.lines and family != "scenes":
        yield Rejected(work.key, "no text found a place")
        return
    language = shown.seen.language
    if language in NAMES:
        found = [
            w for p in _some(rng, folder, language) for w in map(asking.bare, p.text.split(" "))
        ]
        others = [w for w in dict.fromkeys(found) if 2 < len(w) < 16][:12]
        shown = replace(shown, seen=replace(shown.seen, others=others))
    yield record(work, family, shown, rng)
