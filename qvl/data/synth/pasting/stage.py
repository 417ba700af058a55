"""Grounding: real cut-outs pasted on real grounds, and questions of one or several turns."""

from collections.abc import Iterator
from pathlib import Path

from qvl.data.records import Record
from qvl.data.synth import talk
from qvl.data.synth.pasting.asking import KINDS
from qvl.data.synth.pasting.case import Asked, Case
from qvl.data.synth.pasting.compose import Drawn, compose
from qvl.data.synth.pasting.stock import stock
from qvl.data.work import Work

FAMILY = "pasted"
_QUALITY = (92, 85, 75)


def pasted(work: Work, cache: Path) -> Iterator[Record]:
    """One scene with one to four questions."""
    rng, held = work.rng(), stock(cache)
    drawn = compose(rng, held)
    name, encoded = talk.encoded(drawn.scene.image, _QUALITY[int(rng.integers(len(_QUALITY)))])
    case = Case(rng, drawn, held, name)
    asked = _questions(case, int(rng.integers(1, 5)))
    languages = {each.language for each in asked}
    about = talk.Scene(
        key=work.key,
        family=FAMILY,
        language=languages.pop() if len(languages) == 1 else "mul",
        meta={
            "style": drawn.style,
            "asked": [each.kind for each in asked],
            "things": len(case.things),
            "names": case.names,
            "least_shown": round(min(thing.shown for thing in case.things), 3),
        },
        picture=(name, encoded),
        sources=_sources(drawn),
        licence=talk.joint(_licences(drawn)),
    )
    yield talk.record(about, [(each.question, each.answer) for each in asked], asked[0].system)


def _questions(case: Case, count: int) -> list[Asked]:
    """Different ones; what needs a system text of its own stands alone."""
    found: list[Asked] = []
    while len(found) < count:
        new = KINDS[int(case.rng.integers(len(KINDS)))](case)
        if new is None or any(new.answer == old.answer for old in found):
            if found:
                break  # a scene of which little can be asked
            continue
        if new.system:
            return [new]
        found.append(new)
    return found


def _sources(drawn: Drawn) -> tuple[str, ...]:
    found = [thing.put.cutout.source for thing in drawn.scene.things]
    if drawn.backdrop:
        found.append(drawn.backdrop.source)
    return tuple(dict.fromkeys(found))


def _licences(drawn: Drawn) -> list[str]:
    found = [thing.put.cutout.licence for thing in drawn.scene.things]
    return sorted({*found, *([drawn.backdrop.licence] if drawn.backdrop else [])})
