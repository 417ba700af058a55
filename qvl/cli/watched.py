"""What a model says of a clip, as lines for people, JSON, files, and marks on a contact sheet."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from qvl.messages import Chat, Settings, Video
from qvl.tasks import events, subtitles, table, watching
from qvl.tasks.events import Found
from qvl.tasks.times import Form, render
from qvl.tasks.wire import Problem

Kind = Literal["when", "events", "captions", "text", "overview"]


@dataclass(frozen=True)
class Watched:
    lines: list[str]
    data: dict[str, Any]
    files: dict[str, str] = field(default_factory=dict)  # by their endings
    problems: tuple[Problem, ...] = ()
    marks: list[tuple[float, float, str]] = field(default_factory=list)
    unread: str = ""  # why nothing could be taken from the reply, if nothing could


def watch(
    chat: Chat, clip: Video, kind: Kind, query: str, form: Form, fps: float, settings: Settings
) -> Watched:
    """Ask, and read the reply. ValueError where nothing can be taken from it."""
    if kind == "overview":
        told = watching.overview(chat, clip, settings)
        return Watched([told], {"text": told}, {"md": told + "\n"})
    if kind == "text":
        return _tabled(watching.text_in(chat, clip, settings))
    if kind == "when":
        found = watching.when(chat, clip, query, settings, form, fps)
    else:
        ask = watching.events if kind == "events" else watching.captions
        found = ask(chat, clip, settings, form, fps)
    return happened(found, form, fps)


def _tabled(found: table.Table) -> Watched:
    told = found.to_markdown().rstrip("\n")
    return Watched([told], asdict(found), {"md": told + "\n"}, found.problems)


def happened(found: Found, form: Form, fps: float) -> Watched:
    """A line an event: start, end, text."""
    spans = [(render(e.start, form, fps), render(e.end, form, fps)) for e in found.events]
    wide = max((len(time) for span in spans for time in span), default=0)
    lines = [
        f"{start:>{wide}}  {end:>{wide}}  {' '.join(e.text.split())}"
        for (start, end), e in zip(spans, found.events, strict=True)
    ]
    files = {"vtt": subtitles.to_vtt(found.events), "srt": subtitles.to_srt(found.events)}
    marks = [(e.start, e.end, e.text) for e in found.events]
    unread = "" if found.events or found.absent else "no event can be read from the reply"
    return Watched(lines, events.to_dict(found), files, found.problems, marks, unread)


def refused(reply: str, reason: str) -> Watched:
    """A reply of which nothing could be taken."""
    found = Found((), (Problem(0, reply, reason),), False, reply)
    return Watched([], events.to_dict(found), unread=reason)
