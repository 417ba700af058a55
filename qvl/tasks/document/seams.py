"""Elements that two tiles of a page saw: whether they are the same one, and what both make."""

from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from qvl.tasks.document.model import (
    Author,
    Element,
    Heading,
    Inline,
    List,
    Paragraph,
    Separator,
    Table,
    inline,
)
from qvl.tasks.document.plain import element_text, plain
from qvl.tasks.place import Corners

_SAME = 0.7  # of the area of both, from which on boxes are one
_ALIKE = 0.6  # of the characters, from which on texts are one
_LEAST = 8  # characters that both parts of a cut text have


def both(old: Element, new: Element) -> Element | None:
    """What an element seen twice is; None if these are two. `old` is the one further up."""
    if isinstance(old, Separator) or isinstance(new, Separator):
        return None
    if old.box is None or new.box is None or type(old) is not type(new):
        return None
    over, part = _overlap(old.box, new.box)
    if part <= 0:
        return None
    text, other = element_text(old), element_text(new)
    if over > _SAME and SequenceMatcher(None, text, other, autojunk=False).ratio() >= _ALIKE:
        return old if len(text) >= len(other) else new
    around = (
        min(old.box[0], new.box[0]),
        min(old.box[1], new.box[1]),
        max(old.box[2], new.box[2]),
        max(old.box[3], new.box[3]),
    )
    joined = _joined(old, new)
    return replace(joined, box=around) if joined is not None else None


def _overlap(a: Corners, b: Corners) -> tuple[float, float]:
    """The part of the area of both boxes, and of the smaller one, that both have."""
    width = max(min(a[2], b[2]) - max(a[0], b[0]), 0)
    height = max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    areas = [max((box[2] - box[0]) * (box[3] - box[1]), 1e-9) for box in (a, b)]
    return width * height / (sum(areas) - width * height), width * height / min(areas)


def _joined(old: Any, new: Any) -> Any:
    """The whole of two parts; None where they do not fit."""
    if isinstance(old, Paragraph | Heading | Author):
        content = _text(old.content, new.content)
        return None if content is None else replace(old, content=content)
    if isinstance(old, Table):
        rows = _rows(old.rows, new.rows)
        return None if rows is None else replace(old, rows=rows)
    if isinstance(old, List):
        items = _rows(old.items, new.items)
        return None if items is None else replace(old, items=items)
    return max(old, new, key=lambda each: _area(each.box))


def _area(box: Corners) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _text(old: Inline, new: Inline) -> Inline | None:
    """Marked text up to the longest piece that both have, then the new text after it."""
    a, b = plain(old), plain(new)
    match = SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
    if match.size < min(_LEAST, len(a), len(b)):
        return None
    if not a or not b:
        return old or new
    if match.b + match.size == len(b) and match.a + match.size <= len(a):
        return old if len(a) >= len(b) else new
    if match.a == 0 and match.b > 0:
        return new  # it begins further up
    if match.a + match.size == len(a) and match.b == 0:
        return inline(*old, b[match.size :])
    return inline(a[: match.a + match.size] + b[match.b + match.size :])


def _rows(old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Rows of the first, then those of the second that it has not; edges may have cut a row."""
    for last in (len(old), len(old) - 1):
        for first in (0, 1):
            for many in range(min(last, len(new) - first), 0, -1):
                if old[last - many : last] == new[first : first + many]:
                    return old[:last] + new[first + many :]
    return None
