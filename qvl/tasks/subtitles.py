"""Events as subtitles: WebVTT, whose signs are escaped, and SRT, which has no escapes.

Both keep thousandths. A line of blanks alone comes back empty, as an empty line would end a cue; an
instant is shown for a second, as a cue without length is shown never.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from qvl.tasks.events import Event
from qvl.tasks.times import LONGEST, parse
from qvl.tasks.wire import Problem

INSTANT = 1.0  # seconds
_TIMING = re.compile(r"[ \t]*([\d:.,]+)[ \t]+-->[ \t]+([\d:.,]+)[^\n]*")
_BLOCK = re.compile(r"[^\n]+(?:\n[^\n]+)*")
_ASIDE = re.compile(r"WEBVTT|NOTE|STYLE|REGION")
_TAG = re.compile(r"<[^>\n]*>")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": "\xa0", "&lrm;": "‎", "&rlm;": "‏"}
_JOINER = "\u2060"  # stands unseen in an arrow of SRT text, which would look like a cue's times

Cues = tuple[list[Event], list[Problem]]


def to_vtt(events: Iterable[Event]) -> str:
    cues = (f"\n{_timing(e, '.')}\n{_vtt_text(e.text)}" for e in events)
    return "WEBVTT\n" + "".join(cues)


def to_srt(events: Iterable[Event]) -> str:
    cues = (f"{i}\n{_timing(e, ',')}\n{_srt_text(e.text)}" for i, e in enumerate(events, 1))
    return "\n".join(cues)


def from_vtt(text: str) -> Cues:
    """Cues in order; settings, notes and styles are left out, tags taken off.

    ValueError without the header. What is no cue is reported with its place in the text, in
    which every end of line is counted as one character.
    """
    text = _plain(text.removeprefix("\ufeff"))
    if not re.match(r"WEBVTT(?:[ \t\n]|$)", text):
        raise ValueError(f"no WebVTT: it begins with {text[:20]!r}, not with WEBVTT")
    return _read(text, _from_vtt)


def from_srt(text: str) -> Cues:
    """Cues in order. ValueError where there is text, but no cue."""
    text = _plain(text.removeprefix("\ufeff"))
    events, problems = _read(text, lambda line: line.replace(f"--{_JOINER}>", "-->"))
    if problems and not events:
        raise ValueError(f"no SRT: {text.strip()[:40]!r} holds no times with --> between them")
    return events, problems


def _timing(event: Event, point: str) -> str:
    start, end = (round(1000 * at) for at in (event.start, event.end))
    if not 0 <= start <= end <= 1000 * LONGEST:
        raise ValueError(f"{event.start} to {event.end} s is no span of a subtitle")
    end = end if end > start else start + round(1000 * INSTANT)
    return f"{_stamp(start, point)} --> {_stamp(end, point)}"


def _stamp(thousandths: int, point: str) -> str:
    seconds, rest = divmod(thousandths, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _vtt_text(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _lines(escaped, "&nbsp;")


def _srt_text(text: str) -> str:
    return _lines(text.replace("-->", f"--{_JOINER}>"), "\xa0")


def _lines(text: str, blank: str) -> str:
    """Lines of a cue, each with its end; none for an empty text."""
    lines = _plain(text).split("\n") if text else []
    return "".join((line if line.strip() else blank) + "\n" for line in lines)


def _plain(text: str) -> str:
    return text.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")


def _from_vtt(line: str) -> str:
    line = _TAG.sub("", line)
    return re.sub("|".join(_ENTITIES), lambda found: _ENTITIES[found[0]], line)


def _read(text: str, line_of: Callable[[str], str]) -> Cues:
    events: list[Event] = []
    problems: list[Problem] = []
    for block in _BLOCK.finditer(text):
        piece = Problem(block.start(), block[0], "")
        lines = block[0].split("\n")
        timing = next(filter(None, map(_TIMING.fullmatch, lines[:2])), None)
        if timing is None:
            if not _ASIDE.match(block[0]):
                problems.append(replace(piece, reason="no cue: it has no times"))
            continue
        try:
            start, end = parse(timing[1]), parse(timing[2])
        except ValueError as error:
            problems.append(replace(piece, reason=str(error)))
            continue
        shown = map(line_of, lines[lines.index(timing[0]) + 1 :])
        told = "\n".join(line if line.strip() else "" for line in shown)
        events.append(Event(min(start, end), max(start, end), told))
        if start > end:
            problems.append(replace(piece, reason="the end before the start, swapped"))
    return events, problems
