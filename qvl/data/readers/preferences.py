"""Published preference rows to preference records: the better answer last, the worse one kept.

What is asked stands in "prompt", "question", "messages" or "conversations": a text, or turns; the
answers in "chosen" and "rejected" (or "rejected_response"): a text, a turn, or turns. Instead both
answers may be whole conversations with one beginning, or the better one the last of "messages".
Pictures are in "images" or "image": `<image>` in a text, or a part {"type": "image"} with no
picture of its own, says where each stands. Where no place is told they come first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qvl.data.preferences import preferred
from qvl.data.readers.conversations import (
    Origin,
    Shown,
    bare,
    listed,
    none_left,
    part,
    placed,
    role_of,
)
from qvl.data.readers.media import Get
from qvl.data.readers.stream import BadRow, Convert
from qvl.data.records import Part, Record, Turn
from qvl.messages import Role, Text

_ASKED = ("prompt", "question", "messages", "conversations")
_IMAGE = "<image>"


@dataclass(frozen=True)
class _Said:
    """A turn of a row: its parts as OpenAI messages have them."""

    role: Role
    parts: tuple[Mapping[str, Any], ...]


def preferences(get: Get, origin: Origin) -> Convert:
    """BadRow for clips, answers alike, pictures without a place, or no question."""

    def convert(row: Any, key: str) -> Record:
        if listed(row, "video", "videos"):
            raise BadRow("clip", "preferences are of text and pictures")
        asked, chosen, rejected = _split(row)
        if not any(said.role == "user" for said in asked):
            raise BadRow("no question", "nobody asks anything")
        shown, waiting = Shown(get), {_IMAGE: listed(row, "image", "images"), "<video>": []}
        if not any(_places(each) for said in asked for each in said.parts):
            at = next(i for i, said in enumerate(asked) if said.role == "user")
            first = [{"type": "image"}] * len(waiting[_IMAGE])
            asked[at] = _Said("user", (*first, *asked[at].parts))
        turns = [Turn(s.role, tuple(_parts(s, waiting, shown))) for s in asked]
        none_left(waiting)
        turns.append(Turn("assistant", (Text(chosen),)))
        try:
            return preferred(origin.record(key, turns, shown.media), (Text(rejected),), {})
        except ValueError as error:
            raise BadRow("no preference", str(error)) from None

    return convert


def _split(row: Mapping[str, Any]) -> tuple[list[_Said], str, str]:
    """What is asked, and both answers."""
    asked = _said(next((row[name] for name in _ASKED if row.get(name)), None), "user")
    rejected = _said(row.get("rejected") or row.get("rejected_response"), "assistant")
    if row.get("chosen"):
        chosen = _said(row["chosen"], "assistant")
        if not asked:
            same = zip(chosen[:-1], rejected[:-1], strict=False)
            count = next((i for i, (a, b) in enumerate(same) if a != b), None)
            asked = chosen[: min(len(chosen), len(rejected)) - 1 if count is None else count]
    else:
        asked, chosen = asked[:-1], asked[-1:]
    system = _said(row.get("system"), "system")
    return [*system, *asked], _answer(chosen, asked), _answer(rejected, asked)


def _said(told: Any, role: Role) -> list[_Said]:
    """Turns of a text, a turn or turns; `role` is that of a text."""
    if not told:
        return []
    if isinstance(told, str):
        told = [{"role": role, "content": told}]
    found = []
    for each in [told] if isinstance(told, Mapping) else told:
        content = each.get("content", each.get("value")) or ()
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        found.append(_Said(role_of(each.get("role", each.get("from"))), tuple(parts)))
    return found


def _answer(told: Sequence[_Said], asked: Sequence[_Said]) -> str:
    """The words of the one turn that follows what is asked, which may stand before it again."""
    again = asked and list(told[: len(asked)]) == list(asked)
    rest = told[len(asked) :] if again else told
    if len(rest) != 1 or rest[0].role != "assistant":
        raise BadRow("no single answer", f"{len(rest)} turns follow the question")
    texts = [each.get("text") for each in rest[0].parts]
    if not all(isinstance(text, str) for text in texts) or not "".join(map(str, texts)).strip():
        raise BadRow("no text", f"an answer has the parts {rest[0].parts!r}"[:200])
    return "".join(map(str, texts))


def _places(each: Mapping[str, Any]) -> bool:
    """Whether a part says where a picture of the row stands."""
    return bare(each) == _IMAGE or _IMAGE in str(each.get("text") or "")


def _parts(said: _Said, waiting: dict[str, list[Any]], shown: Shown) -> list[Part]:
    parts = list[Part]()
    for each in said.parts:
        text = _IMAGE if bare(each) == _IMAGE else each.get("text")
        if isinstance(text, str):
            parts += placed(text, waiting, shown)
        else:
            parts.append(part(each, shown))
    return parts
