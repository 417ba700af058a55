"""What the formats share: JSON saved from chatter and cut replies, and what was wrong in them."""

import json
import re
from dataclasses import dataclass
from typing import Any

from qvl.chat import loose

SHOWN = 60  # characters of a malformed piece that a sentence shows
_HALF = re.compile(  # of a pair of \\u escapes, without the other half; or an escape that stays
    r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}"
    r"|(\\u[dD][89a-fA-F][\da-fA-F]{2})|\\.",
    re.DOTALL,
)
_DEEPEST = 64  # open braces before a complete object, more are not looked into


@dataclass(frozen=True)
class Problem:
    """A piece of a reply that could not be taken as it stands."""

    at: int  # where in the reply it begins, in characters
    raw: str
    reason: str

    def __str__(self) -> str:
        raw = self.raw if len(self.raw) <= SHOWN else self.raw[: SHOWN - 3] + "..."
        return f"at character {self.at}: {self.reason}: {raw!r}"


@dataclass(frozen=True)
class Item:
    """A complete JSON object in a reply, from `at` up to `end`."""

    at: int
    end: int
    value: dict[str, Any]


def objects(text: str) -> tuple[list[Item], list[Problem]]:
    """Every complete JSON object in `text`, outermost first, and the pieces that are none.

    Survives fences, chatter, trailing commas, single quotes and a reply cut short: what stands
    complete inside a list or an object without an end is still found. Halves of surrogate pairs,
    which no text can hold, become U+FFFD.
    """
    text = _HALF.sub(lambda found: r"\ufffd" if found[1] else found[0], text)
    items: list[Item] = []
    problems: list[Problem] = []
    at, broken = text.find("{"), 0
    while at >= 0:
        value, end, reason = _object(text, at)
        if value is not None:
            items.append(Item(at, end, value))
        else:
            problems.append(Problem(at, text[at:end], reason))
            broken += 1
            end = at + 1 if broken < _DEEPEST else end
        at = text.find("{", end)
    return items, _outermost(problems, items)


def _object(text: str, at: int) -> tuple[dict[str, Any] | None, int, str]:
    """The object at `at`, its end and ""; or None, the end of the bad piece and why it is bad."""
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(text, at)
        return value, end, ""
    except (ValueError, RecursionError):
        pass
    try:
        found = loose.read(text, at)
    except loose.BadJson as error:
        close = text.find("}", at)
        return None, close + 1 if close >= 0 else len(text), f"no JSON ({error})"
    if not found.whole:
        return None, len(text), "cut off before its end"
    return found.value, found.end, ""


def _outermost(problems: list[Problem], items: list[Item]) -> list[Problem]:
    """Problems without those that lie in an earlier one; the piece ends where an object begins."""
    kept: list[Problem] = []
    for problem in problems:
        if kept and problem.at < kept[-1].at + len(kept[-1].raw):
            continue
        begins = (i.at for i in items if problem.at < i.at < problem.at + len(problem.raw))
        end = next(begins, None)
        raw = problem.raw if end is None else problem.raw[: end - problem.at]
        kept.append(Problem(problem.at, raw, problem.reason))
    return kept


def json_rows(rows: list[dict[str, Any]]) -> str:
    """A fenced list with an object a line, as the released models write it."""
    lines = ",\n".join("\t" + json.dumps(row, ensure_ascii=False) for row in rows)
    return f"```json\n[\n{lines}\n]\n```" if rows else "```json\n[]\n```"
