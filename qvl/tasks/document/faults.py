"""What is wrong in a page's markup: where, of which kind, and in words."""

from bisect import bisect_right
from dataclasses import dataclass, field, replace

from qvl.tasks.wire import SHOWN, Problem

# Kinds that a reader takes as they stand: a strict reader names them, a tolerant one need not.
HARMLESS = frozenset(
    {
        *("ampersand", "box-area", "box-whole", "case", "closing-order", "comment", "declaration"),
        *("empty", "no-image", "no-root", "quote", "self-closing", "synonym"),
    }
)


@dataclass(frozen=True)
class Fault(Problem):
    """A problem with its line, from 1, and its kind, one word that stays the same."""

    kind: str
    line: int = 0

    @property
    def message(self) -> str:
        return self.reason

    def __str__(self) -> str:
        return f"line {self.line}: {super().__str__()}"


@dataclass
class Faults:
    """The faults of one text, as they are found."""

    text: str
    boxed: bool = False  # whether its elements are expected to have boxes
    found: list[Fault] = field(default_factory=list)

    def add(self, kind: str, at: int, reason: str, end: int | None = None) -> None:
        """A fault from `at` up to `end` in the text; None: to the end of the line."""
        if end is None:
            stop = self.text.find("\n", at, at + SHOWN)
            end = stop if stop >= 0 else at + SHOWN
        self.found.append(Fault(at, self.text[at:end], reason, kind))

    def in_order(self) -> list[Fault]:
        """Each once, by place, with its line."""
        starts = [at + 1 for at, letter in enumerate(self.text) if letter == "\n"]
        once = dict.fromkeys(self.found)
        lined = (replace(each, line=bisect_right(starts, each.at) + 1) for each in once)
        return sorted(lined, key=lambda fault: fault.at)
