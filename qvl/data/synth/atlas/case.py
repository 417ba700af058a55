"""What is asked about a map, and the facts of its divisions as answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qvl.data.items.maps import Map
from qvl.data.records import Facts
from qvl.data.synth.atlas.page import Area, Page
from qvl.data.synth.pasting.names import words_of


@dataclass(frozen=True)
class Case:
    rng: np.random.Generator
    drawn: Map
    page: Page
    clear: bool  # whether the divisions are all that is coloured
    picture: str
    elsewhere: Sequence[str]  # names of divisions of all maps
    told: dict[str, dict[str, str]] = field(default_factory=dict)  # language -> name -> its name

    def one(self, options: Sequence[Any]) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def boxes(self, areas: Sequence[Area], label: str | None = None, form: str = "json") -> Facts:
        rows = [{"label": label or each.name, "box": each.box} for each in areas]
        return Facts("boxes", rows, form, self.picture)

    def points(self, areas: Sequence[Area], label: str | None = None, form: str = "json") -> Facts:
        rows = [
            {"label": label or each.name, "point": (each.point[0] + 0.5, each.point[1] + 0.5)}
            for each in areas
        ]
        return Facts("points", rows, form, self.picture)

    def area(self) -> Area:
        return self.one(self.page.areas)

    def asked(self, words: str, **names: str) -> str:
        return words.format(title=self.drawn.title, **names)

    def gone(self) -> str | None:
        """The name of a division elsewhere that shares no word with any name here."""
        there = set().union(
            words_of(self.drawn.title), *(words_of(a.name) for a in self.page.areas)
        )
        for _ in range(20):
            name = self.one(self.elsewhere)
            if (words := words_of(name)) and not words & there:
                return name
        return None
