"""One JSON value out of a reply, which may have words around it or be cut short."""

import json
import re
from collections.abc import Iterator
from typing import Any

from qvl.chat import loose
from qvl.tasks.wire import Problem

TRIES = 8  # ends that are tried; more fail only where quotes are not JSON's
_FENCE = re.compile(r"```[\w-]*[ \t]*\n?")
_SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|["{\[,]', re.DOTALL)


def value(reply: str) -> tuple[Any, list[Problem]]:
    """The value, and what was wrong; what stands whole in one that is cut off is kept.

    ValueError where the reply holds no JSON at all.
    """
    try:
        return json.loads(reply, strict=False), []
    except (ValueError, RecursionError):
        pass
    start = next((i for i, sign in enumerate(reply) if sign in "{["), -1)
    if start < 0:
        raise ValueError(f"the model's reply holds no JSON: {reply[:80]!r}")
    try:
        found = loose.read(reply, start)
        if found.whole:
            return found.value, _around(reply, found.end)
    except loose.BadJson:
        pass
    return _cut(reply, start)


def _around(reply: str, end: int) -> list[Problem]:
    """Further JSON after the value is reported; words and a closing fence are not."""
    rest = _FENCE.sub("", reply[end:]).strip()
    return [Problem(end, rest, "more after the value")] if rest[:1] in ("{", "[") else []


def _cut(reply: str, start: int) -> tuple[Any, list[Problem]]:
    """What stands before the last sign from which on something is whole no more."""
    for end in _ends(reply, start):
        try:
            kept = loose.read(reply[:end], start).value
        except loose.BadJson:
            continue
        return kept, [Problem(end, reply[end:], "cut off before its end")]
    raise ValueError(f"the model's reply is no JSON that can be read: {reply[start:][:80]!r}")


def _ends(reply: str, start: int) -> Iterator[int]:
    """Where it may be cut: after a text, a list or an object that ends it, or at the last commas.

    A number or a word at the end may have gone on, so it is not kept.
    """
    whole = reply.rstrip()
    if whole[-1] in "\"'}]":
        yield len(whole)
    signs: list[int] = []
    for found in _SIGN.finditer(reply, start):
        if found[0] == '"':  # a text without its end: nothing after it is a sign
            break
        if len(found[0]) == 1:
            signs.append(found.start() if found[0] == "," else found.end())
    yield from reversed(signs[-TRIES:])
