"""Calls of tools, as an assistant writes them (Qwen-Agent's "nous" form) and as they are read."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qvl.chat import loose
from qvl.messages import ToolCall

OPEN, CLOSE = "<tool_call>", "</tool_call>"
_TAG = re.compile("</?tool_call>")
_LEAD = re.compile(r"\s*(?:```\w*\s*)?")  # blanks, and the fence that some models put


@dataclass(frozen=True)
class Problem:
    """A stretch of a reply that is no call, and why."""

    raw: str
    reason: str
    at: int  # where in the reply it begins, in characters


@dataclass(frozen=True)
class Parsed:
    text: str  # what stands outside of the calls
    calls: tuple[ToolCall, ...]
    problems: tuple[Problem, ...]
    places: tuple[int, ...]  # where in the reply the tag of each call begins, in characters


def reply(text: str, calls: Sequence[ToolCall]) -> str:
    """An assistant's turn: what it says, and its calls, each on lines of its own."""
    return "\n".join([text] * bool(text) + [_called(call) for call in calls])


def _called(call: ToolCall) -> str:
    written = {"name": call.name, "arguments": call.arguments}
    return f"{OPEN}\n{to_json(written, f'the call of {call.name!r}')}\n{CLOSE}"


def to_json(value: Any, name: str) -> str:
    """One line of JSON; ValueError says that `name` cannot be written so."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{name} cannot be written as JSON: {error}") from None


def parse(text: str) -> Parsed:
    """The calls in a reply; the inverse of `reply`, and tolerant of what models get wrong.

    A call that was cut off inside a value is a problem and no call: half an argument may do harm.
    """
    outside: list[tuple[int, str]] = []
    calls: list[ToolCall] = []
    problems: list[Problem] = []
    places: list[int] = []
    at = 0
    while (start := text.find(OPEN, at)) >= 0:
        outside.append((at, text[at:start]))
        found, faults, at = _calls(text, start + len(OPEN))
        calls += found
        problems += faults
        places += [start] * len(found)
    outside.append((at, text[at:]))
    problems += [Problem(o, f"{CLOSE} without {OPEN}", i) for i, o in outside if CLOSE in o]
    first, *others = (piece for _, piece in outside)
    said = first.removesuffix("\n") if others else first
    said += "".join(piece for piece in others if piece.strip())
    return Parsed(said, tuple(calls), tuple(problems), tuple(places))


def _calls(text: str, start: int) -> tuple[list[ToolCall], list[Problem], int]:
    """The calls after an opening tag, what is wrong there, and where the text goes on."""
    lead = _LEAD.match(text, start)
    begin = lead.end() if lead else start
    try:
        value, end = json.JSONDecoder(strict=False, parse_constant=_refuse).raw_decode(text, begin)
        tag, whole = _TAG.search(text, end), True  # a tag inside a string is no tag
    except (ValueError, RecursionError):
        tag = _TAG.search(text, begin)
        body = text[: tag.start() if tag else len(text)]
        try:
            found = loose.read(body, begin)
        except loose.BadJson as error:
            return [], [Problem(body[start:], str(error), start)], _resume(text, tag)
        value, end, whole = found.value, found.end, found.whole
    body = text[start : tag.start() if tag else len(text)]
    if not whole and not (tag and tag[0] == CLOSE):
        return [], [Problem(body, "cut off before its end", start)], _resume(text, tag)
    calls, faults = [], []
    for item in value if isinstance(value, list) and value else [value]:
        call, fault = _call(item)
        calls += [call] if call else []
        faults += [Problem(body, fault, start)] if fault else []
    rest = text[end : tag.start() if tag else len(text)].strip().removeprefix("```").strip()
    if rest and (tag or not CLOSE.startswith(rest)):  # a tag may be cut where the reply ends
        faults.append(Problem(rest, "more than a call between its tags", text.find(rest, end)))
    return calls, faults, _resume(text, tag)


def _resume(text: str, tag: re.Match[str] | None) -> int:
    if tag is None:
        return len(text)
    return tag.end() if tag[0] == CLOSE else tag.start()


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _call(item: Any) -> tuple[ToolCall | None, str | None]:
    """A call, and what is wrong with it."""
    if not isinstance(item, dict):
        return None, f"{type(item).__name__} instead of an object with name and arguments"
    name, arguments = item.get("name"), item.get("arguments")
    if not isinstance(name, str) or not name.strip():
        return None, f"the name is {name!r}"
    if isinstance(arguments, str):  # JSON within JSON, as the OpenAI API has it
        try:
            arguments = loose.whole(arguments)
        except loose.BadJson as error:
            return None, f"the arguments cannot be read: {error}"
    arguments = {} if arguments is None else arguments
    if not isinstance(arguments, dict):
        return None, f"the arguments are {arguments!r}, not an object"
    try:
        json.dumps(item, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return None, "half a character (a lone surrogate) in a string"
    more = sorted(set(item) - {"name", "arguments"})
    return ToolCall(name, arguments), f"unknown keys {more}" if more else None
