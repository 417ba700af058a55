"""What is asked about a scene, and the facts of its things as answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qvl.data.records import Facts
from qvl.data.synth.pasting.compose import Drawn
from qvl.data.synth.pasting.names import absent
from qvl.data.synth.pasting.paste import Thing
from qvl.data.synth.pasting.stock import Stock
from qvl.data.synth.talk import Said

NEAR = "near"  # a name that is absent, of the category of something that is there


@dataclass(frozen=True)
class Asked:
    question: str
    answer: Said
    kind: str
    language: str = "en"
    system: str = ""  # which tells the form of the answer, and so stands alone


@dataclass(frozen=True)
class Case:
    """What is asked about, and by whose luck."""

    rng: np.random.Generator
    drawn: Drawn
    held: Stock
    picture: str  # the name of the record's picture

    def one(self, options: Sequence[Any]) -> Any:
        return options[int(self.rng.integers(len(options)))]

    @property
    def things(self) -> list[Thing]:
        """In reading order."""
        return sorted(self.drawn.scene.things, key=lambda t: (t.box[1] // 40, t.box[0]))

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(thing.name for thing in self.things))

    def called(self, name: str) -> list[Thing]:
        return [thing for thing in self.things if thing.name == name]

    def missing(self) -> tuple[str, str] | None:
        """A name that fits nothing here, and whether it is near to something that is."""
        near = self.rng.random() < 0.6
        options = self.held.names
        if near:
            options = self.held.siblings[self.one(self.things).put.cutout.category]
        there = [word for thing in self.things for word in _words(thing)]
        name = absent(self.rng, options, there, self.drawn.taken)
        return (name, f"absent {NEAR}" if near else "absent") if name else None

    def boxes(self, things: Sequence[Thing], label: str | None = None, form: str = "json") -> Facts:
        rows = [{"label": label or each.name, "box": each.box} for each in things]
        return Facts("boxes", rows, form, self.picture)

    def points(
        self, things: Sequence[Thing], label: str | None = None, form: str = "json"
    ) -> Facts:
        rows = [{"label": label or each.name, "point": _pixel(each)} for each in things]
        return Facts("points", rows, form, self.picture)


def _words(thing: Thing) -> tuple[str, ...]:
    return thing.name, *thing.put.cutout.others


def _pixel(thing: Thing) -> tuple[float, float]:
    return thing.point[0] + 0.5, thing.point[1] + 0.5  # the middle of that pixel
