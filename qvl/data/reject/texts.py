"""Whether a text gives the known answer: the same number, the same words, or nearly its letters.

Steps before an answer are not compared. Which way it is, is told by the known answer, or by a
record itself in its meta, with fields that may be missing:

    "check": {"kind": "number" | "words" | "letters", "answer": "12.5 cm", "tolerance": 0.001}
"""

import re
from collections.abc import Callable

from qvl.data.exact import normal
from qvl.data.records import Record
from qvl.data.reject import quantities
from qvl.data.reject.matching import alike

CHECK = "check"  # the name in a record's meta
TOLERANCE = 0.001  # share of a number that is not whole
LETTERS = 0.95  # likeness from which on a text is read
LONG = 80  # characters from which on letters are compared, not words
_BOXED = re.compile(r"\\boxed\s*\{")
_SAID = re.compile(r".*(?::\s|：)|.*\banswer(?: is)?\b\s*:?", re.IGNORECASE)


def final(text: str) -> str:
    """The answer at the end of a text: what is boxed, or what its last line says after a colon."""
    if opened := list(_BOXED.finditer(text)):
        return _braced(text[opened[-1].end() :])
    lines = [line for line in text.splitlines() if line.strip()]
    line = lines[-1].replace("**", "").strip() if lines else ""
    said = _SAID.match(line)
    return (line[said.end() :].strip() or line) if said else line


def _braced(rest: str) -> str:
    depth = 1
    for at, letter in enumerate(rest):
        depth += (letter == "{") - (letter == "}")
        if not depth:
            return rest[:at]
    return rest


def compared(record: Record, reply: str, wanted: str) -> tuple[bool, float]:
    """Whether a reply says what is wanted, and how nearly. ValueError for a check that is odd."""
    check = record.meta.get(CHECK, {})
    unknown = sorted(set(check) - {"kind", "answer", "tolerance"})
    kind = check.get("kind") or _kind(str(check.get("answer", wanted)))
    if unknown or kind not in _KINDS:
        raise ValueError(
            f"record {record.key} has the check {unknown[0] if unknown else kind!r}; use "
            f"kind ({', '.join(_KINDS)}), answer, tolerance"
        )
    whole = str(check.get("answer", wanted))
    target = whole if kind == "letters" else final(whole)
    return _KINDS[kind](reply, target, float(check.get("tolerance", TOLERANCE)))


def _kind(wanted: str) -> str:
    """A number where the text ends with one; letters where it is long and comes to no answer."""
    end = final(wanted)
    if quantities.quantity(end):
        return "number"
    return "letters" if len(wanted) > LONG and len(end) > LONG else "words"


def _number(reply: str, wanted: str, tolerance: float) -> tuple[bool, float]:
    told = final(reply)
    found, target = quantities.quantity(told) or quantities.last(told), quantities.quantity(wanted)
    if target is None:
        raise ValueError(f"{wanted!r} is no number; check its words")
    right = found is not None and quantities.same(found, target, tolerance)
    return right, float(right)


def _words(reply: str, wanted: str, _tolerance: float) -> tuple[bool, float]:
    found, target = (normal(_bare(each)) for each in (final(reply), wanted))
    right = target in (found, normal(_bare(reply)))
    return right, float(right)


def _bare(text: str) -> str:
    return text.strip().strip("$*\"'`").rstrip(".。!！").strip("$*\"'`")


def _letters(reply: str, wanted: str, _tolerance: float) -> tuple[bool, float]:
    score = alike(" ".join(reply.split()), " ".join(wanted.split()))
    return score >= LETTERS, score


_KINDS: dict[str, Callable[[str, str, float], tuple[bool, float]]] = {
    "number": _number,
    "words": _words,
    "letters": _letters,
}
