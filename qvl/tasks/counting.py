"""Counting: the things one by one, as boxes or points, and then the sentence with their number.

```json [...] ```
There are a total of 14 birds in the figure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image as Pillow

from qvl.messages import Chat, Image, Settings
from qvl.tasks import grounding, points, pointtags
from qvl.tasks.absence import absent
from qvl.tasks.grounding import Box, Found
from qvl.tasks.place import Frame
from qvl.tasks.points import Point, Points
from qvl.tasks.question import ask
from qvl.tasks.wire import Problem

POINTS = (
    "Count the number of {} in the figure. To ensure accuracy, first detect their key points, "
    "then give the total number."
)
BOXES = (
    "Count the number of {} in the figure. To ensure accuracy, first detect their bounding boxes, "
    "then give the total number."
)
TOTAL = "There are a total of {} {} in the figure."
_WORDS: list[str] = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
]
_NUMBER = rf"(\d{{1,3}}(?:,\d{{3}})+|\d{{1,7}}|\b(?:{'|'.join(_WORDS)})\b)(?!\.?\d)"
_TOTALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\btotal(?:\s+(?:number|count))?(?:\s+of(?:\s+[^\d.\n]{{1,60}}?)?)?"
        rf"(?:\s+(?:is|are|was|were)|\s*[:=])?[\s*]{{1,3}}{_NUMBER}",
        rf"{_NUMBER}[^.\n\d]{{0,60}}\bin\s+total\b",
        rf"共(?:有|计)?\s*{_NUMBER}",
    )
)


@dataclass(frozen=True)
class Count:
    """`total` is what the sentence says (`stated`), or how many are found where it says none."""

    total: int
    stated: int | None
    found: Found | Points
    problems: tuple[Problem, ...] = ()


def count(
    chat: Chat,
    image: Pillow.Image | Image,
    what: str,
    settings: Settings,
    prompt: str = BOXES,
    system: str | None = None,
) -> Count:
    """How many of `what` (in the plural) there are; ValueError if neither list nor number comes."""
    return parse(*ask(chat, image, prompt.format(what), settings, system))


def render(things: Iterable[Box] | Iterable[Point], frame: Frame, what: str) -> str:
    """The list, and the sentence with its length. All are boxes, or all are points."""
    every = list(things)
    boxes = [each for each in every if isinstance(each, Box)]
    spots = [each for each in every if isinstance(each, Point)]
    rows = points.render(spots, frame) if spots else grounding.render(boxes, frame)
    return f"{rows}\n\n{TOTAL.format(len(every), what)}"


def parse(reply: str, frame: Frame) -> Count:
    """The inverse of `render`; a number that is not how many are listed is a problem."""
    wrong: list[Problem] = []
    try:
        found = _things(reply, frame)
    except ValueError:
        stated, _ = _stated(reply)
        if stated is None:
            raise
        wrong.append(Problem(0, reply, "a number, and nothing that is counted"))
        return Count(stated, stated, Found((), (), reply.strip()), tuple(wrong))
    stated, several = _stated(found.said)
    listed = len(found.boxes) if isinstance(found, Found) else len(found.points)
    at = max(reply.rfind(found.said[-20:]), 0)
    if several:
        wrong.append(Problem(at, found.said, "several numbers, and none is called the total"))
    if stated is not None and stated != listed:
        wrong.append(Problem(at, found.said, f"{stated} are said and {listed} are listed"))
    total = listed if stated is None else stated
    return Count(total, stated, found, (*found.problems, *wrong))


def _things(reply: str, frame: Frame) -> Found | Points:
    if re.search(r"<points?\b", reply, re.IGNORECASE):
        return pointtags.parse(reply, frame)
    if re.search(r"[\"']?\bpoint(?:_2d)?[\"']?\s*:", reply):
        return points.parse(reply, frame)
    return grounding.parse(reply, frame)


def _stated(said: str) -> tuple[int | None, bool]:
    """The number that words name as the total, and whether they name several without one."""
    for pattern in _TOTALS:
        if found := pattern.search(said):
            return _value(found[1]), False
    numbers = {_value(word) for word in re.findall(_NUMBER, said, re.IGNORECASE)}
    if not numbers:
        return (0 if absent(said) else None), False
    return (numbers.pop(), False) if len(numbers) == 1 else (None, True)


def _value(word: str) -> int:
    word = word.lower().replace(",", "")
    return int(word) if word.isdigit() else _WORDS.index(word)
