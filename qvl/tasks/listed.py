"""A reply that holds a JSON list of things: the things, what is wrong, and the words around."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from qvl.tasks.absence import absent
from qvl.tasks.wire import Item, Problem, objects

LABEL = ("label", "description")  # the second where a free prompt lets keys drift
Thing = TypeVar("Thing")
_FENCE = re.compile(r"```[\w-]*")
_EMPTY = re.compile(r"\[\s*\]")
_GAP = "\0"  # where an object stood, in the words around


@dataclass(frozen=True)
class Listed:
    items: tuple[Item, ...]
    problems: tuple[Problem, ...]
    said: str


def listed(reply: str, keys: Sequence[str]) -> Listed:
    """Every object with one of `keys`, also inside of others, in the order of the reply.

    No objects at all are an answer if the list is empty or words say that nothing is there; other
    prose is a ValueError.
    """
    found, problems = objects(reply)
    items: list[Item] = []
    for each in found:
        inner = [Item(each.at, each.end, value) for value in _with(each.value, keys)]
        items += inner
        if not inner:
            problems.append(Problem(each.at, reply[each.at : each.end], f"no {keys[0]} in it"))
    spans = sorted({(i.at, i.end) for i in found} | {(p.at, p.at + len(p.raw)) for p in problems})
    rest, said = _around(reply, spans)
    if not problems and _open(rest, bool(spans), reply):
        problems.append(Problem(len(reply), "", "the list has no end: the reply was cut off"))
    if not found and not problems and not _EMPTY.search(reply) and not absent(said):
        raise ValueError(f"the model's reply is no list: {reply[:80]!r}")
    return Listed(tuple(items), tuple(sorted(problems, key=lambda p: p.at)), said)


def collected(
    reply: str, keys: Sequence[str], read: Callable[[Item], tuple[Sequence[Thing], list[str]]]
) -> tuple[tuple[Thing, ...], tuple[Problem, ...], str]:
    """The things that `read` makes of the objects of `listed`, the problems, the words around."""
    found = listed(reply, keys)
    things: list[Thing] = []
    problems = list(found.problems)
    for item in found.items:
        made, wrong = read(item)
        things += made
        problems += [Problem(item.at, reply[item.at : item.end], reason) for reason in wrong]
    return tuple(things), tuple(problems), found.said


@dataclass(frozen=True)
class Entry:
    """A named thing of a list, whose places are still as they were written."""

    key: str  # that holds its places
    label: str
    beside: str | None  # of the second name: an attribute, or a part
    places: Sequence[Any]  # one, or several where one name has several
    more: dict[str, Any]  # further keys
    wrong: list[str]


def entry(item: Item, keys: Sequence[str], beside: str) -> Entry:
    """What all lists of named places share; `keys` hold the place, the first is the right one."""
    key, value = picked(item.value, keys)
    name, label = picked(item.value, LABEL)
    second = item.value.get(beside)
    part = second if isinstance(second, str) else None
    known = {key, name} | ({beside} if part is not None else set())
    several = isinstance(value, list) and len(value) > 1 and isinstance(value[0], list)
    return Entry(
        key,
        "" if label is None else str(label),
        part,
        value if several else [value],
        {k: v for k, v in item.value.items() if k not in known},
        drifted(key, keys),
    )


def drifted(key: str, keys: Sequence[str]) -> list[str]:
    """What to say where a reply has another key than the first of `keys`."""
    return [f"{key} is read as {keys[0]}"] if key != keys[0] else []


def picked(item: Mapping[str, Any], names: Sequence[str]) -> tuple[str, Any]:
    """The first of the names that an object has, and its value; "" and None without any."""
    return next(((name, item[name]) for name in names if name in item), ("", None))


def _with(value: Any, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The outermost objects in `value` that have one of `keys`."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict) and any(key in each for key in keys):
            yield each
        elif isinstance(each, dict | list):
            waiting += reversed(list(each.values()) if isinstance(each, dict) else each)


def _open(pieces: Sequence[str], begun: bool, reply: str) -> bool:
    """Whether a list begins before the first object, or at the very end, and never ends."""
    if not begun:
        return reply.rstrip().endswith("[")
    return "[" in pieces[0] and "]" not in pieces[-1]


def _around(reply: str, spans: Sequence[tuple[int, int]]) -> tuple[list[str], str]:
    """The pieces between `spans`, and the words in them without the signs of a list."""
    pieces, at = [], 0
    for start, end in spans:
        pieces.append(reply[at:start])
        at = max(at, end)
    pieces.append(reply[at:])
    signs = " \t\r\n,[]"
    words = [_FENCE.sub("", piece) for piece in pieces]
    if len(words) == 1:
        words = [_EMPTY.sub("", words[0]).removesuffix("[")]
    else:
        inner = [word.strip(signs) for word in words[1:-1]]
        words = [words[0].rstrip(signs), *inner, words[-1].lstrip(signs)]
    return pieces, "\n".join(word.strip() for word in words if word.strip())
