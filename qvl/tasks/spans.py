"""Spans of time in prose: "64.0 - 72.0 seconds", "from 28s to 50s", "00:21.00 - 00:49.00"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qvl.tasks.times import CLOCK, FPS, NUMBER, UNITED, parse

_UNIT = r"\s*(?:seconds?|secs?|s)(?![A-Za-z])"
_TIME = rf"(?:{CLOCK}(?:{_UNIT})?|{UNITED}|{NUMBER})"
_TO = r"(?:-|–|—|~|to|until|till|through|到|至)"
_ENDS = r"[,;]?\s*(?:and\s+)?(?:it\s+)?(?:ends?|end[_ ]time)\s*(?:at|:|=)?"
_SPAN = re.compile(
    rf"(?<![0-9A-Za-z_.:])(?P<lead>from\s+|(?P<between>between\s+))?(?P<first>{_TIME})\s*"
    rf"(?(between)(?:and|{_TO})|(?:{_TO}|{_ENDS}))\s*(?:about\s+)?(?P<last>{_TIME})"
    r"(?![0-9A-Za-z_:])",
    re.IGNORECASE,
)
_INSTANT = re.compile(
    rf"(?<![0-9A-Za-z_.:])(?:{CLOCK}(?:{_UNIT})?|{UNITED})(?![0-9A-Za-z_:])(?!\s*-?long)",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"\b(?:for|lasts?|lasting|within|of|every)\s+(?:about\s+)?$", re.IGNORECASE)
_TAIL = re.compile(r"[0-9.]\s*([^\W\d_]+)\s*$")


@dataclass(frozen=True)
class Span:
    """A start and an end as they are written, and where; an instant has the same twice."""

    at: int  # characters from the beginning
    end: int
    first: str
    last: str

    def seconds(self, fps: float = FPS) -> tuple[float, float]:
        """ValueError where one of them is no time. A unit counts for both: "1 - 2 minutes"."""
        first = self.first
        if re.fullmatch(NUMBER, first) and (unit := _TAIL.search(self.last)):
            first += unit[1]
        return parse(first, fps), parse(self.last, fps)


def spans(text: str) -> list[Span]:
    """Spans in order of appearance; where there is none, the instants.

    Bare numbers count only if they are all that is said, as "2 - 3 players" are no seconds.
    """
    found = list(_ranges(text))
    return found or list(_instants(text))


def _ranges(text: str) -> Iterator[Span]:
    bare = _SPAN.fullmatch(text.strip(" .\n"))
    for each in _SPAN.finditer(text):
        first, last = each["first"], each["last"]
        if bare or not (re.fullmatch(NUMBER, first) and re.fullmatch(NUMBER, last)):
            yield Span(each.start(), each.end(), first, last)


def _instants(text: str) -> Iterator[Span]:
    """Times alone; "lasts 8 seconds" and "8 seconds long" are none."""
    for each in _INSTANT.finditer(text):
        if not _LENGTH.search(text[max(0, each.start() - 20) : each.start()]):
            yield Span(each.start(), each.end(), each[0], each[0])
