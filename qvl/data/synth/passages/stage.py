"""Pure text: paragraphs to be continued, read closely and put in order, messages to translate."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from qvl.data.records import Record
from qvl.data.synth import talk
from qvl.data.synth.passages.asking import KINDS, Case, Posed
from qvl.data.synth.passages.supply import Passage, long, messages, passages, tidy
from qvl.data.words.languages import NAMES
from qvl.data.work import Work

FAMILY = "passages"
TRANSLATE = (
    "Translate into {}: {}",
    "What does this message of a program say in {}?\n{}",
    "How would you write this in {}?\n{}",
)
BACK = ("Translate into English: {}", "What does this mean in English?\n{}")
_SHARE = 0.2  # of translations


def passage(work: Work, cache: Path) -> Iterator[Record]:
    """One question about one paragraph, or a few messages to translate."""
    rng = work.rng()
    language = tuple(NAMES)[int(rng.integers(len(NAMES)))]
    if language != "en" and rng.random() < _SHARE:
        made = translated(work, rng, cache, language)
        if made:
            yield made
            return
    held = (long if rng.random() < 0.7 else passages)(cache, language)
    chosen, posed = _posed(rng, held)
    ahead = bool(rng.random() < 0.5)
    asked = f"{posed.question}\n\n{posed.text}" if ahead else f"{posed.text}\n\n{posed.question}"
    about = talk.Scene(
        key=work.key,
        family=FAMILY,
        language=language,
        meta={"style": f"{posed.kind}-{language}", "asked": [posed.kind]},
        sources=(chosen.source,),
        licence=chosen.licence,
    )
    yield talk.record(about, [(asked, posed.answer)])


def _posed(rng: np.random.Generator, held: tuple[Passage, ...]) -> tuple[Passage, Posed]:
    while True:
        chosen = held[int(rng.integers(len(held)))]
        posed: Posed | None = KINDS[int(rng.integers(len(KINDS)))](Case(rng, chosen))
        if posed:
            return chosen, posed


def translated(work: Work, rng: np.random.Generator, cache: Path, language: str) -> Record | None:
    """One to four messages, a turn each, from English or into it; None if there are too few."""
    held = messages(cache, language)
    if len(held) < 10:
        return None
    back = bool(rng.random() < 0.4)
    talked, chosen = [], []
    for at in rng.permutation(len(held))[: int(rng.integers(1, 5))].tolist():
        if (each := tidy(held[at])) is None:
            continue
        chosen.append(each)
        if back:
            talked.append((BACK[int(rng.integers(len(BACK)))].format(each.text), each.english))
        else:
            words = TRANSLATE[int(rng.integers(len(TRANSLATE)))]
            talked.append((words.format(NAMES[language], each.english), each.text))
    if not chosen:
        return None
    kind = "from" if back else "into"
    about = talk.Scene(
        key=work.key,
        family=FAMILY,
        language=language,
        meta={"style": f"translate {kind}-{language}", "asked": [f"translate {kind}"]},
        sources=tuple(dict.fromkeys(each.source for each in chosen)),
        licence=talk.joint(each.licence for each in chosen),
    )
    return talk.record(about, talked)
