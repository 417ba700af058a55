"""Events of a clip as they are written: rendered, and read from whatever a model makes of it.

On the wire, spans in prose or JSON as the cookbook asks for it (report, section on video output):

    {"start_time": "00:21.00", "end_time": "00:49.00", "description": "The man seasons it."}
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from qvl.tasks.clock import Clock
from qvl.tasks.place import number
from qvl.tasks.spans import Span, spans
from qvl.tasks.times import FPS, Form, render
from qvl.tasks.times import parse as seconds_of
from qvl.tasks.wire import Problem, json_rows, objects

_STARTS = ("start_time", "start", "start_timestamp", "begin", "from")
_ENDS = ("end_time", "end", "end_timestamp", "finish", "to")
_BOTH = ("timestamp", "timestamps", "time", "time_range", "interval", "segment")
_TEXTS = ("description", "event", "caption", "text", "label", "activity", "content")
_ABSENT = re.compile(
    r"\b(?:do|does|did|is|are|was|were)(?:\s+not|n['’]t)\b[^.\n]{0,60}?\b"
    r"(?:occur|appear|happen|take place|show|present|depict|contain|include|feature|found|visible)"
    r"|\b(?:cannot|can['’]t|could(?:\s+not|n['’]t)|did(?:\s+not|n['’]t))\s+(?:find|locate)\b"
    r"|\b(?:no such|never|nowhere)\b|\bnot (?:in|present|shown|found|visible|depicted)\b"
    r"|\bno\b[^.\n]{0,40}\b(?:found|shown|appears?|occurs?|visible|events?|moments?|scenes?)\b"
    r"|没有|未出现|不存在|未找到",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.!?;。；！？](?=\s|$)|\n|,\s*(?:but|however)\b|\bbut\b", re.IGNORECASE)
_EDGES = " \t\r,.:;-–—*#>()[]|\"'"


@dataclass(frozen=True)
class Event:
    """Something that happens: seconds of the clip's own clock, whatever part of it was seen."""

    start: float
    end: float
    text: str
    raw: str = field(default="", compare=False)  # the piece of the reply that says so


@dataclass(frozen=True)
class Found:
    """What a reply says. `absent`: it says that nothing of the kind occurs."""

    events: tuple[Event, ...]
    problems: tuple[Problem, ...] = ()
    absent: bool = False
    reply: str = ""


def to_dict(found: Found) -> dict[str, Any]:
    """JSON values; `from_dict` makes the same of them."""
    return asdict(found)


def from_dict(raw: Any) -> Found:
    """ValueError for what `to_dict` would not have written."""
    try:
        events = tuple(Event(**each) for each in raw["events"])
        problems = tuple(Problem(**each) for each in raw["problems"])
        found = Found(events, problems, raw["absent"], raw["reply"])
        spans = [(e.start + 0.0, e.end + 0.0) for e in events]
    except (TypeError, KeyError, OverflowError) as error:
        raise ValueError(f"no events: {error}; name a file that this program wrote") from None
    texts = [found.reply, *(e.text for e in events), *(p.raw for p in problems)]
    if not all(isinstance(text, str) for text in texts) or not isinstance(found.absent, bool):
        raise ValueError("no events: a text is none; name a file that this program wrote")
    if wrong := next((span for span in spans if not 0 <= span[0] <= span[1]), None):
        raise ValueError(f"no events: {wrong[0]} to {wrong[1]} s is no span of time")
    return found


def render_json(found: Iterable[Event], clock: Clock, form: Form, fps: float = FPS) -> str:
    """Events as the released models list them, on the model's clock."""
    return json_rows(
        [
            {
                "start_time": _told(each.start, clock, form, fps),
                "end_time": _told(each.end, clock, form, fps),
                "description": each.text,
            }
            for each in found
        ]
    )


def render_prose(found: Iterable[Event], clock: Clock, form: Form, fps: float = FPS) -> str:
    """Spans as the released models say them: "64.0 - 72.0 seconds", one a line."""
    unit = " seconds" if form == "seconds" else ""
    return "\n".join(
        f"{_told(e.start, clock, form, fps)} - {_told(e.end, clock, form, fps)}{unit}"
        for e in found
    )


def _told(seconds: float, clock: Clock, form: Form, fps: float) -> str:
    return render(max(0.0, clock.into(seconds)), form, fps)


def parse(reply: str, clock: Clock, text: str = "", fps: float = FPS) -> Found:
    """The inverse of both, in seconds of the clip; `text` names events where it is given.

    Events keep the reply's order and may overlap. What is read from none of them is in
    `problems`. ValueError for a reply that has neither a time nor says that nothing occurs.
    """
    rows, broken = objects(reply)
    if not rows and not broken and not re.search(r"\[\s*\]", reply):
        return _prose(reply, clock, text, fps)
    found, problems = [], list(broken)
    for row in rows:
        raw = reply[row.at : row.end]
        try:
            start, end = _times(row.value, fps)
        except ValueError as error:
            problems.append(Problem(row.at, raw, str(error)))
            continue
        told = text or str(next((row.value[k] for k in _TEXTS if k in row.value), ""))
        found += _placed((start, end), clock, told, Problem(row.at, raw, ""), problems)
    problems.sort(key=lambda each: each.at)
    return Found(tuple(found), tuple(problems), not rows and not broken, reply)


def _placed(
    span: tuple[float, float], clock: Clock, text: str, piece: Problem, problems: list[Problem]
) -> list[Event]:
    """An event on the clip's clock, or none; what was wrong is added to `problems`."""
    kept, wrong = clock.inside(*span)
    problems += [replace(piece, reason=reason) for reason in wrong]
    return [Event(*kept, text, piece.raw)] if kept else []


def _times(row: Mapping[str, Any], fps: float) -> tuple[float, float]:
    """ValueError naming what is missing or no time."""
    first, last = (next((row[k] for k in keys if k in row), None) for keys in (_STARTS, _ENDS))
    both = next((row[k] for k in _BOTH if k in row), None)
    if first is None and last is None:
        match both:
            case [first, last]:
                pass
            case str() if found := spans(both):
                return found[0].seconds(fps)
            case _:
                first = last = both
    if first is None or last is None:
        raise ValueError("an event without its start_time or end_time")
    return _seconds(first, fps), _seconds(last, fps)


def _seconds(value: Any, fps: float) -> float:
    if isinstance(value, str):
        return seconds_of(value, fps)
    seconds = number(value)
    if seconds is None or seconds < 0:
        raise ValueError(f"{value!r} is no time; write seconds or mm:ss.ff")
    return seconds


def _prose(reply: str, clock: Clock, text: str, fps: float) -> Found:
    said = spans(reply)
    absent = _ABSENT.search(reply) is not None
    if not said and not absent:
        raise ValueError(f"the model's reply names no time: {reply[:80]!r}")
    found: list[Event] = []
    problems: list[Problem] = []
    for i, span in enumerate(said):
        raw = reply[span.at : span.end]
        piece = Problem(span.at, raw, "")
        if _ABSENT.search(_clause(reply, span)):
            problems.append(replace(piece, reason="a time of what is said not to occur"))
            continue
        try:
            seconds = span.seconds(fps)
        except ValueError as error:
            problems.append(replace(piece, reason=str(error)))
            continue
        following = said[i + 1].at if i + 1 < len(said) else len(reply)
        told = text or _described(reply, span, following)
        found += _placed(seconds, clock, told, piece, problems)
    return Found(tuple(found), tuple(problems), absent and not found, reply)


def _clause(reply: str, span: Span) -> str:
    """The words around a span, up to the end of its sentence or a "but"."""
    before = [each.end() for each in _CLAUSE.finditer(reply, 0, span.at)]
    after = _CLAUSE.search(reply, span.end)
    return reply[before[-1] if before else 0 : after.start() if after else len(reply)]


def _described(reply: str, span: Span, following: int) -> str:
    """What is said of a span on its line: behind it, or else before it."""
    behind = reply[span.end : following].split("\n", 1)[0].strip(_EDGES)
    return behind or reply[: span.at].rsplit("\n", 1)[-1].strip(_EDGES)
