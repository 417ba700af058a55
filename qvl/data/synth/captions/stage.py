"""Captions and knowledge: pictures of things with what people wrote about them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from qvl.data.records import Record
from qvl.data.synth import talk
from qvl.data.synth.captions.asking import KINDS, Case
from qvl.data.synth.captions.card import ARRANGED, GROUNDS, card
from qvl.data.synth.captions.told import Told, told
from qvl.data.synth.pasting.case import Asked
from qvl.data.synth.pasting.stock import pixels
from qvl.data.work import Rejected, Work

FAMILY = "captions"
_SHARES = {"stamp": 0.55, "drawing": 0.3, "icon": 0.15}
_QUALITY = (0, 92, 80)  # 0 for PNG


def captioned(work: Work, cache: Path) -> Iterator[Record | Rejected]:
    """One card of one kind of pictures with one to three questions."""
    rng, held = work.rng(), told(cache)
    weights = np.array([_SHARES[kind] for kind in held])
    kind = tuple(held)[int(rng.choice(len(held), p=weights / weights.sum()))]
    arranged = tuple(ARRANGED)[int(rng.integers(len(ARRANGED)))] if rng.random() < 0.4 else "single"
    columns, rows = ARRANGED[arranged]
    shown, images = _chosen(rng, held[kind], columns * rows)
    ground = GROUNDS[int(rng.integers(len(GROUNDS)))]
    drawn = card(rng, images, arranged, ground)
    asked = _questions(Case(rng, shown, arranged, held[kind]), int(rng.integers(1, 4)))
    if not asked:
        yield Rejected(work.key, "nothing to ask", shown[0].source)
        return
    languages = {each.language for each in asked}
    about = talk.Scene(
        key=work.key,
        family=FAMILY,
        language=languages.pop() if len(languages) == 1 else "mul",
        meta={"style": f"{kind}-{arranged}-{ground}", "asked": [each.kind for each in asked]},
        picture=talk.encoded(drawn, _QUALITY[int(rng.integers(3))]),
        sources=tuple(dict.fromkeys(each.source for each in shown)),
        licence=talk.joint(each.licence for each in shown),
    )
    yield talk.record(about, [(each.question, each.answer) for each in asked])


def _chosen(
    rng: np.random.Generator, held: tuple[Told, ...], count: int
) -> tuple[list[Told], list[Image.Image]]:
    """Different pictures that show something; half of the time of one category."""
    first = held[int(rng.integers(len(held)))]
    options = held
    if count > 1 and rng.random() < 0.5:
        near = tuple(each for each in held if each.category == first.category)
        named = {each.captions[0] for each in near}  # many drawings may have one name
        options = near if len(named) > 2 * count else held
    shown: list[Told] = []
    images: list[Image.Image] = []
    while len(shown) < count:
        new = options[int(rng.integers(len(options)))]
        if any(new.captions[0] == old.captions[0] for old in shown):
            continue
        try:
            images.append(pixels(new.path))
        except (ValueError, OSError):
            continue  # it shows nothing, or cannot be read
        shown.append(new)
    return shown, images


def _questions(case: Case, count: int) -> list[Asked]:
    found: list[Asked] = []
    for _ in range(30):
        new = KINDS[int(case.rng.integers(len(KINDS)))](case)
        if new and not any(new.kind == old.kind for old in found):
            found.append(new)
        if len(found) == count:
            break
    return found
