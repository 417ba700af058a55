"""What is wrong in a page's markup: where, of which kind, and in words."""

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace

from qvl.tasks.wire import SHOWN, Problem

MANY = 500
_LINE_END = re.compile("\n")
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
    """The faults of one text, as they are found; of one kind, the first `MANY` and a count."""

    text: str
    boxed: bool = False  # whether its elements are expected to have boxes
    kinds: dict[str, dict[tuple[int, int, str], None]] = field(default_factory=dict)
    more: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, at: int, reason: str, end: int | None = None) -> None:
        """A fault from `at` up to `end` in the text; None: to the end of the line."""
        known = self.kinds.setdefault(kind, {})
        if len(known) >= MANY:
            self.more[kind] += 1
            return
        if end is None:
            stop = self.text.find("\n", at, at + SHOWN)
            end = stop if stop >= 0 else at + SHOWN
        known[at, end, reason] = None

    def in_order(self) -> list[Fault]:
        """Each once, by place, with its line."""
        starts = [found.end() for found in _LINE_END.finditer(self.text)]
        made: list[Fault] = []
        for kind, found in self.kinds.items():
            for at, end, reason in found:
                line = bisect_right(starts, at) + 1
                made.append(Fault(at, self.text[at:end], reason, kind, line))
            if self.more[kind]:
                last = made.pop()
                reason = f"{last.reason}; {self.more[kind]} more of the kind follow"
                made.append(replace(last, reason=reason))
        return sorted(made, key=lambda fault: fault.at)
