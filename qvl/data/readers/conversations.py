"""Conversations as fine-tuning code reads them: the released annotation, ShareGPT, OpenAI messages.

A row of the first two is {"conversations": [{"from", "value"}, ...]} and "image" or "video", a path
or a list of them; `<image>` and `<video>` in the text say where they stand (report, section 4.5).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from qvl.data.readers.media import Get, clip, picture
from qvl.data.readers.stream import BadRow, Convert
from qvl.data.records import Clip, Part, Picture, Record, Turn
from qvl.messages import Role, Text

_ROLES: dict[str, Role] = {
    "system": "system",
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
    "bing": "assistant",
    "observation": "tool",
    "tool": "tool",
}
_PLACE = re.compile(r"(<image>|<video>)")


@dataclass(frozen=True)
class Origin:
    """What every record of a data set is told to be."""

    name: str  # of the data set, for `Record.sources`
    licence: str
    family: str = "conversations"
    language: str = "und"

    def record(
        self, key: str, turns: Iterable[Turn], media: dict[str, bytes], language: str | None = None
    ) -> Record:
        kept = tuple(turn for turn in turns if turn.parts)
        if not any(turn.role == "assistant" for turn in kept):
            raise BadRow("no answer", "no turn is the assistant's")
        told = language or self.language
        return Record(key, self.family, kept, media, self.licence, (f"set:{self.name}",), told)


class Shown:
    """The media of one record, named in the order in which they are shown."""

    def __init__(self, get: Get) -> None:
        self.get, self.media = get, dict[str, bytes]()

    def picture(self, told: Any) -> Picture:
        ending, held, _ = picture(self.get(told))
        return Picture(self._keep(ending, held))

    def clip(self, told: Any, fps: float | None = None) -> Clip:
        return Clip(self._keep(*clip(self.get(told), told)), fps=fps)

    def _keep(self, ending: str, held: bytes) -> str:
        name = f"{len(self.media)}.{ending}"
        self.media[name] = held
        return name


def annotated(get: Get, origin: Origin) -> Convert:
    """Rows of the released fine-tuning annotation and of ShareGPT.

    BadRow where the places in the text are not as many as the pictures and clips.
    """

    def convert(row: Any, key: str) -> Record:
        shown = Shown(get)
        waiting = _waiting(row)
        turns = [Turn("system", (Text(row["system"]),))] if row.get("system") else []
        for said in row["conversations"]:
            role = role_of(said.get("from", said.get("role")))
            text = said.get("value", said.get("content"))
            if not isinstance(text, str):
                raise BadRow("no text", f"a turn says {text!r}")
            parts = (Text(text),) if role == "assistant" else placed(text, waiting, shown)
            turns.append(Turn(role, tuple(parts) if text else ()))
        none_left(waiting)
        return origin.record(key, turns, shown.media)

    return convert


def _waiting(row: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Pictures and clips that stand in columns of their own, by the sign of their places."""
    return {
        "<image>": listed(row, "image", "images"),
        "<video>": listed(row, "video", "videos"),
    }


def none_left(waiting: Mapping[str, list[Any]]) -> None:
    if left := sum(map(len, waiting.values())):
        raise BadRow("pictures without a place", f"{left} that no <image> or <video> shows")


def listed(row: Mapping[str, Any], one: str, many: str) -> list[Any]:
    told = row.get(one) or row.get(many) or []
    return list(told) if isinstance(told, list | tuple) else [told]


def role_of(told: Any) -> Role:
    if told not in _ROLES:
        raise BadRow("unknown role", repr(told))
    return _ROLES[told]


def placed(text: str, waiting: dict[str, list[Any]], shown: Shown) -> list[Part]:
    parts: list[Part] = []
    for piece in _PLACE.split(text):
        if piece not in waiting:
            parts += [Text(piece)] if piece else []
        elif not waiting[piece]:
            raise BadRow("places without a picture", f"{piece} has none left")
        else:
            told = waiting[piece].pop(0)
            parts.append(shown.picture(told) if piece == "<image>" else shown.clip(told))
    return parts


def messages(get: Get, origin: Origin) -> Convert:
    """Rows of OpenAI messages: {"messages": [{"role", "content"}]}, contents text or parts.

    Pictures and clips in columns of their own stand where a text has <image> or <video>, or where
    a part of theirs holds nothing.
    """

    def convert(row: Any, key: str) -> Record:
        shown = Shown(get)
        turns, waiting = [], _waiting(row)
        columns = any(waiting.values())  # else <image> is a word like others
        for said in row["messages"]:
            if said.get("tool_calls"):
                raise BadRow("tool calls", "records keep none yet")
            role, content = role_of(said.get("role")), said.get("content") or ""
            if not isinstance(content, str):
                told = [each for p in content for each in _parts(p, waiting, shown)]
            elif columns and role != "assistant":
                told = placed(content, waiting, shown)
            else:
                told = [Text(content)]
            turns.append(Turn(role, tuple(each for each in told if each != Text(""))))
        none_left(waiting)
        return origin.record(key, turns, shown.media)

    return convert


def _parts(raw: Mapping[str, Any], waiting: dict[str, list[Any]], shown: Shown) -> list[Part]:
    sign = bare(raw)
    return placed(sign, waiting, shown) if sign else [part(raw, shown)]


def bare(raw: Mapping[str, Any]) -> str:
    """The sign of the place that a part is, which has no picture or clip of its own; else ""."""
    own = ("image", "image_url", "video", "video_url", "url", "path")
    sign = f"<{raw.get('type')}>"
    return sign if _PLACE.fullmatch(sign) and not any(raw.get(name) for name in own) else ""


def part(raw: Mapping[str, Any], shown: Shown) -> Part:
    kind = str(raw.get("type", next((k for k in ("text", "image", "video") if k in raw), "")))
    told = raw.get(kind, raw.get(kind.removesuffix("_url")))
    if isinstance(told, Mapping) and "url" in told:
        told = told["url"]
    if kind == "text" and isinstance(told, str):
        return Text(told)
    if kind in ("image", "image_url"):
        return shown.picture(told)
    if kind in ("video", "video_url"):
        return shown.clip(told, raw.get("fps"))
    raise BadRow("unknown part", f"of type {kind or sorted(raw)}")
