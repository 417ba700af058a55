"""Facts to text and back: each kind is written and read by the task that parses a model's answer.

A new kind is a row in KINDS, and two functions in `kinds/` or `pages` that say what its `value` is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from qvl.data import pages
from qvl.data.kinds import actions, fields, places, times
from qvl.data.records import Facts
from qvl.messages import Media
from qvl.tasks.place import Size


@dataclass(frozen=True)
class Kind:
    """How facts are written for what the model saw, and read back into pixels of the original."""

    forms: tuple[str, ...]
    write: Callable[[Any, str, Media], str]  # value, form
    read: Callable[[str, str, Media], Any]  # its inverse, but for rounding to whole pixels


KINDS: dict[str, Kind] = {
    "text": Kind(("text",), lambda value, _form, _seen: value, lambda text, _form, _seen: text),
    "boxes": Kind(("json", "text"), places.write_boxes, places.read_boxes),
    "points": Kind(("json", "xml"), places.write_points, places.read_points),
    "lines": Kind(("json",), places.write_lines, places.read_lines),
    "count": Kind(("json",), places.write_count, places.read_count),
    "table": Kind(pages.TABLE_FORMS, pages.write_table, pages.read_table),
    "fields": Kind(("json", "located"), fields.write, fields.read),
    "page": Kind(("html",), pages.write_page, pages.read_page),
    "events": Kind(times.FORMS, times.write, times.read),
    "actions": Kind(actions.FORMS, actions.write, actions.read),
}
_NOTHING = Media((1, 1), (1, 1), 0)  # for facts without a place
_PLACES = ("box", "image", "point", "point2")


def written(facts: Facts, seen: Media | None) -> str:
    """Facts as a model is taught to write them. ValueError names what is unknown or missing."""
    kind = KINDS.get(facts.kind)
    if kind is None:
        raise ValueError(f"facts of the kind {facts.kind!r}; known are {', '.join(KINDS)}")
    if facts.form not in kind.forms:
        raise ValueError(f"{facts.kind} in the form {facts.form!r}; it has {', '.join(kind.forms)}")
    if seen is None and any(spots(facts.value)):
        raise ValueError(f"{facts.kind} with places about no picture; name one in `of`")
    try:
        return kind.write(facts.value, facts.form, seen or _NOTHING)
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{facts.kind} are not as they should be: {error!r}") from None


def read(like: Facts, text: str, seen: Media | None) -> Facts:
    """What an answer says in the kind and form of `like`; ValueError where it says no such thing.

    Coordinates are in pixels of the original.
    """
    try:
        value = KINDS[like.kind].read(text, like.form, seen or _NOTHING)
        return replace(like, value=value)
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"the answer is no {like.kind} as {like.form}: {error!r}") from None


def fault(facts: Facts, seen: Media | None) -> str:
    """What is wrong with facts: places off the picture, or text that is not read back; or ""."""
    media = seen or _NOTHING
    off = next((why for spot in spots(facts.value) if (why := _off(spot, media.original_size))), "")
    try:
        text = written(facts, seen)
        again = KINDS[facts.kind].read(text, facts.form, media)
        if not off and KINDS[facts.kind].write(again, facts.form, media) != text:
            return "what is written is not read back the same"
    except ValueError as error:
        return str(error)
    return off


def _off(spot: list[float], size: Size) -> str:
    left, top, right, bottom = spot if len(spot) == 4 else (*spot, *spot)
    if len(spot) == 4 and (left >= right or top >= bottom):
        return f"the box {spot} has no area"
    if min(left, top) < 0 or right > size[0] or bottom > size[1]:
        what = "box" if len(spot) == 4 else "point"
        return f"the {what} {spot} is not on the {size[0]}x{size[1]} picture"
    return ""


def spots(value: Any) -> Iterator[list[float]]:
    """Every box and point in a value, whatever stands around it."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        if name in _PLACES and isinstance(inner, list) and len(inner) in (2, 4):
            yield inner
        else:
            yield from spots(inner)
    for inner in value if isinstance(value, list) else ():
        yield from spots(inner)
