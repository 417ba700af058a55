"""Arguments of a call to the fields of an Action: each checked, nothing moved far or made up."""

from collections.abc import Mapping, Sequence
from typing import Any

from qvl.tasks.actions.keys import unknown_keys
from qvl.tasks.actions.space import Space
from qvl.tasks.place import Frame, Point, number, numbers

FIELDS = {  # arguments by the schema -> fields of an Action
    "coordinate": "point",
    "coordinate2": "point2",
    "text": "text",
    "keys": "keys",
    "pixels": "pixels",
    "time": "seconds",
    "button": "button",
    "status": "status",
}
SLACK = 2  # pixels of the resized picture that a point may lie outside and still be meant
LONGEST = 60.0  # seconds that one action may take


class Refused(ValueError):
    """Why an argument cannot be acted on."""


def read(
    name: str, value: Any, space: Space, action: str, frame: Frame
) -> tuple[Any, Sequence[str]]:
    """The value of an argument and what was odd about it. Raises Refused."""
    match name:
        case "coordinate" | "coordinate2":
            return _point(value, frame)
        case "text":
            text, notes = _text(value)
            named = action == "key" and unknown_keys([text], space)
            return text, [*notes, *([named] if named else [])]
        case "keys":
            return _keys(value, space)
        case "pixels":
            return _number(value)
        case "time":
            return _seconds(value)
    return _choice(value, space.arguments[name]["enum"])


def _point(value: Any, frame: Frame) -> tuple[Point, list[str]]:
    """Pixels of the resized picture -> pixels of the screen."""
    pair = numbers(value, 2)
    if pair is None:
        raise Refused("is no point; two numbers are needed")
    notes = [] if _plain(value) else ["is not written as two numbers, but can be read as such"]
    x, y = pair
    if isinstance(x, float) and isinstance(y, float) and 0 < x < 1 and 0 < y < 1:
        raise Refused("is a fraction of the screen, not pixels")
    width, height = frame.processed
    if not (-SLACK <= x <= width - 1 + SLACK and -SLACK <= y <= height - 1 + SLACK):
        raise Refused(f"is outside of the {width}x{height} screen")
    inside = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    if inside != (x, y):
        notes.append(f"is just outside of the {width}x{height} screen, moved onto its edge")
    return frame.on_screen(inside), notes


def _plain(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, int | float) for each in value)


def _text(value: Any) -> tuple[str, list[str]]:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value), ["is a number, read as text"]
    if not isinstance(value, str):
        raise Refused("is no text")
    if not value:
        raise Refused("is empty")
    return value, []


def _keys(value: Any, space: Space) -> tuple[tuple[str, ...], list[str]]:
    notes = []
    if isinstance(value, str):
        value = value.split("+") if value.strip("+") else [value]  # "ctrl+c", but not "+"
        notes.append("is a text, read as a list of keys")
    if not isinstance(value, list) or not value or not all(isinstance(k, str) for k in value):
        raise Refused("is no list of keys")
    if not all(value):
        raise Refused("holds an empty key")
    warning = unknown_keys(value, space)
    return tuple(value), [*notes, *([warning] if warning else [])]


def _number(value: Any) -> tuple[float, list[str]]:
    found = number(value)
    if found is None:
        raise Refused("is no number")
    return float(found), ["is a text, read as a number"] if isinstance(value, str) else []


def _seconds(value: Any) -> tuple[float, list[str]]:
    seconds, notes = _number(value)
    if seconds < 0:
        raise Refused("is less than no time")
    if seconds > LONGEST:
        notes.append(f"is longer than {LONGEST:g} seconds, cut to that")
    return min(seconds, LONGEST), notes


def _choice(value: Any, allowed: Sequence[str]) -> tuple[str, list[str]]:
    if value in allowed:
        return value, []
    near = [each for each in allowed if isinstance(value, str) and each.lower() == value.lower()]
    if not near:
        raise Refused(f"is none of {', '.join(allowed)}")
    return near[0], [f"is read as {near[0]!r}"]


def foreign(arguments: Mapping[str, Any], space: Space, action: str) -> list[str]:
    """Arguments that the action does not take; they change nothing and are told."""
    takes = space.takes[action]
    return [
        f"{name} {str(value)[:40]!r} does not belong to {action}, left out"
        for name, value in arguments.items()
        if name not in ("action", *takes.needs, *takes.may)
    ]
