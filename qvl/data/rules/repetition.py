"""Text that says the same again and again (report, section 4.3): lines, word 8-grams, loops."""

from dataclasses import dataclass

import numpy as np

from qvl.data.minhash import chained, words_of
from qvl.data.records import Record
from qvl.data.rules.verdict import against
from qvl.data.wording import answer_text
from qvl.data.work import Rejected

GRAM = 8  # words
_FEWEST = 4  # lines, below which none is a pattern
_LONGEST, _TIMES = 40, 10  # characters of a loop's unit, and how often it stands in a row
_SHORTEST = 40  # characters of a whole loop


@dataclass(frozen=True)
class Repetition:
    """Shares of an answer's characters and words that may have stood in it before.

    Cells of tables are not looked at: timetables and flows say the same again and again. Nor are
    labels: where there are twenty apples, twenty are called so.
    """

    lines: float = 0.3
    grams: float = 0.2

    def __call__(self, record: Record) -> Rejected | None:
        text = answer_text(record, without=("rows", "label", "sub_label", "label2"))
        if (share := repeated_lines(text)) > self.lines:
            return against(record, "repeated lines", f"{share:.0%} of the characters")
        if (share := repeated_grams(text)) > self.grams:
            return against(record, "repeated words", f"{share:.0%} stand in 8-grams seen before")
        if unit := loop(text):
            return against(record, "loop", repr(unit))
        return None


def repeated_lines(text: str) -> float:
    """The share of characters in lines that stood before; 0 where there are few lines."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < _FEWEST:
        return 0.0
    seen: set[str] = set()
    again = 0
    for line in lines:
        again += len(line) if line in seen else 0
        seen.add(line)
    return again / sum(map(len, lines))


def repeated_grams(text: str) -> float:
    """The share of words that stand in an 8-gram which stood before."""
    words = words_of(text)
    if len(words) <= GRAM:
        return 0.0
    grams = chained(words, GRAM)
    _, first = np.unique(grams, return_index=True)
    again = np.ones(len(grams), dtype=bool)
    again[first] = False
    covered = np.zeros(len(words), dtype=bool)
    for i in range(GRAM):
        covered[i : i + len(grams)] |= again
    return float(covered.mean())


def loop(text: str) -> str:
    """A piece of up to 40 characters with a letter or digit, ten times in a row; or ""."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    for period in range(1, min(_LONGEST, len(codes) // _TIMES) + 1):
        breaks = np.flatnonzero(codes[period:] != codes[:-period])
        starts = np.append(-1, breaks) + 1
        runs = np.append(breaks, len(codes) - period) - starts  # places equal to the one before
        for at in starts[runs + period >= max(_TIMES * period, _SHORTEST)].tolist():
            if any(letter.isalnum() for letter in text[at : at + period]):
                return text[at : at + period]
    return ""
