"""Messages of the OpenAI API, calls of tools and their results included, to what they mean."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from qvl.media.parts import part
from qvl.messages import Message, Part, Role, Text, ToolCall

Turns = Sequence[Message | Mapping[str, Any]]

_PLAIN = ("role", "content", "name")
_KEYS: dict[Role, tuple[str, ...]] = {
    "system": _PLAIN,
    "user": _PLAIN,
    # an answer of that API can be given back as it came: what it leaves empty says nothing here
    "assistant": (*_PLAIN, "tool_calls", "refusal", "annotations", "audio", "function_call"),
    "tool": (*_PLAIN, "tool_call_id"),
}
_EMPTY = ("audio", "function_call")  # taken only where they hold nothing
_CALL = ("id", "type", "function", "index")


def conversation(turns: Turns) -> list[Message]:
    """Messages as they are, or in the form of the OpenAI API: role and content, text or parts.

    Results of tools belong to the calls before them by their order; ids are not looked at.
    """
    return [t if isinstance(t, Message) else turn(t) for t in turns]


def turn(raw: Mapping[str, Any]) -> Message:
    """ValueError for what is no message, naming the key that is missing or unknown."""
    if not isinstance(raw, Mapping):
        raise ValueError(f"a message is {raw!r}; give a mapping with role and content")
    role = raw.get("role")
    if role not in _KEYS:
        raise ValueError(f"a message's role is {role!r}; it must be {', '.join(_KEYS)}")
    if unknown := sorted(map(str, set(raw) - set(_KEYS[role]))):
        raise ValueError(
            f"a message of the {role} has the unknown key {unknown[0]!r}; it takes "
            f"{', '.join(_KEYS[role])}"
        )
    if filled := [key for key in _EMPTY if raw.get(key)]:
        raise ValueError(f"a message has {filled[0]}, which is not supported; take it out")
    given = raw.get("tool_calls") or ()
    if isinstance(given, str | Mapping) or not isinstance(given, Sequence):
        raise ValueError(f"tool_calls is {given!r}; give a list of calls")
    calls = tuple(map(_call, given))
    content = raw.get("content")
    if content is None and (calls or raw.get("refusal")):
        content = raw.get("refusal") or ()
    return Message(role, _content(content), calls)


def _content(content: Any) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Text(content),)
    if not isinstance(content, Sequence):
        raise ValueError(f"a message's content is {content!r}; give a text or a list of parts")
    return tuple(map(part, content))


def _call(raw: Any) -> ToolCall:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("function"), Mapping):
        raise ValueError(f"a call of a tool is {raw!r}; give type and function")
    function = raw["function"]
    name = function.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"a call of a tool has the name {name!r}; give the tool's")
    if raw.get("type", "function") != "function":
        raise ValueError(f"the call of {name!r} is of type {raw['type']!r}; it must be function")
    more = (set(raw) - set(_CALL)) | (set(function) - {"name", "arguments"})
    if unknown := sorted(map(str, more)):
        raise ValueError(f"the call of {name!r} has the unknown key {unknown[0]!r}; take it out")
    return ToolCall(name, _arguments(name, function.get("arguments")))


def _arguments(name: str, given: Any) -> Mapping[str, Any]:
    """A mapping, given so or as the JSON text that the API has; none at all is an empty one."""
    value = {} if given in (None, "") else given
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"the arguments of the call of {name!r} are no JSON: {error}"
            ) from None
    if not isinstance(value, Mapping):
        raise ValueError(f"the arguments of the call of {name!r} are {value!r}; give an object")
    return value


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")
