"""What an arrangement of text draws with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qvl.data.fonts import Face
from qvl.data.synth.texts import strings
from qvl.data.synth.texts.flow import Flow, credit
from qvl.data.synth.texts.letters import Type
from qvl.data.synth.texts.run import Colour
from qvl.data.synth.texts.setting import Block
from qvl.data.synth.texts.sheet import Sheet
from qvl.data.synth.texts.supply import fitting


@dataclass
class Desk:
    """What an arrangement draws with: a sheet, a type, colours, and text of a language."""

    rng: np.random.Generator
    sheet: Sheet
    face: Face
    type: Type
    ink: Colour
    accent: Colour
    supply: Iterator[Any]
    language: str

    @property
    def near(self) -> str:
        return "right" if self.language == "ar" else "left"

    def text(self, longest: int, shortest: int = 1) -> str:
        """A piece of real text, cut at a word where it is too long."""
        text, piece = fitting(self.supply, longest, shortest)
        credit(self.sheet, piece)
        return text

    def any(self, longest: int) -> str:
        """Real text, or a string or number without meaning."""
        if self.rng.random() < 0.75:
            return self.text(longest)
        if self.rng.random() < 0.5:
            return self.drawn(lambda: strings.nonsense(self.rng, longest))
        return self.drawn(lambda: strings.numbers(self.rng))

    def drawn(self, make: Callable[[], str]) -> str:
        """A string that the face draws to the last letter; real text where it draws none."""
        for _ in range(20):
            if not self.face.lacks(text := make()):
                return text
        return self.text(20)

    def block(self, align: str = "", **more: Any) -> Block:
        leading = float(self.rng.uniform(1.2, 1.7))
        return replace(Block(self.type, self.ink, 1.0, leading, align or self.near), **more)

    def flow(self) -> Flow:
        """The whole sheet as one column with a margin."""
        width, high = self.sheet.size
        pad = float(self.rng.uniform(0.6, 2.0)) * self.type.size
        return Flow(self.sheet, [(pad, pad, width - pad, high - pad)])
