"""A question about a figure, with its solution."""

from collections.abc import Callable
from dataclasses import dataclass

from qvl.data.synth.geometry.figure import Figure
from qvl.data.synth.maths.problem import Problem, Rng

_NAMES = ("ABCD", "PQRS", "KLMN", "EFGH", "WXYZ", "RSTU")


@dataclass(frozen=True)
class Task:
    """`words` ask in English and in Chinese; steps, answer and claim are those of a problem."""

    kind: str
    figure: Figure
    words: tuple[str, str]
    steps: tuple[str, ...]
    answer: str
    claim: str
    turns: bool = True  # whether the figure may be turned

    def problem(self, language: str) -> Problem:
        said = self.words[language == "zh"]
        steps = tuple(step.replace("°", "^\\circ") for step in self.steps)
        return Problem(self.kind, 2, said, steps, self.answer, self.claim)


Maker = Callable[[Rng], Task]


def letters(rng: Rng, count: int) -> tuple[str, ...]:
    """Names for points, neighbours in the alphabet."""
    return tuple(_NAMES[int(rng.integers(len(_NAMES)))][:count])
