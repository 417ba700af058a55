"""Batches of conversations about things: where they are, and that they are not there."""

import pictures
import pointers
from lessons import Bank, Example, Rng, pack
from PIL import Image
from size import LIMITS

from qvl.data.synth.things import CLASSES, UNSEEN, scene
from qvl.inputs import lesson
from qvl.messages import message
from qvl.tasks import grounding as boxes
from qvl.tasks.place import Frame
from qvl.train.direct import Lesson

ABSENT = sorted(CLASSES.keys() - UNSEEN)  # names to ask for, there or not


def _find(bank: Bank, rng: Rng, *, alone: bool) -> Example | None:
    """A scene and up to three questions about it, sometimes one for what is not there."""
    shown = scene(rng, bank.pictures.assets, alone=alone)
    names = sorted({thing.name for thing in shown.things})
    rng.shuffle(names)
    if not alone and rng.random() < 0.12:
        names.insert(0, ABSENT[int(rng.integers(len(ABSENT)))])
    if not names:
        return None
    height, width = shown.image.shape[:2]  # multiples of 28: nothing is resized
    frame = Frame((width, height), (width, height))
    turns, said = [], []
    for name in names[:3]:
        found = [t for t in shown.things if t.name == name]
        found.sort(key=lambda t: (t.box[1], t.box[0]))
        answer = boxes.render((boxes.Box(t.name, *t.box) for t in found), frame)
        parts: list[pointers.Part] = []
        for thing in found:
            unit = pointers.middle(shown, thing)
            for text in (", ".join(map(str, frame.written(thing.box))), thing.name):
                parts.append((text, [unit] * len(text)))
        asked = (boxes.PROMPT.format(name),)
        if not turns:
            asked = (Image.fromarray(shown.image), *asked)
        turns += [message("user", *asked), message("assistant", answer)]
        said.append((answer, pointers.spread(answer, parts)))
    sample = lesson(turns, bank.tokenizer, bank.config, LIMITS).sample
    point = pointers.points(sample, bank.tokenizer, said)
    return sample, pictures.thing_truth(shown), point


def pointing(bank: Bank, rng: Rng) -> Lesson:
    """One thing and its box: where the decoder first learns to write places."""
    return pack(bank, rng, lambda b, r: _find(b, r, alone=True))


def grounding(bank: Bank, rng: Rng) -> Lesson:
    """Up to four things, and boxes of those asked for."""
    return pack(bank, rng, lambda b, r: _find(b, r, alone=False))
