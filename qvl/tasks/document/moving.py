"""Every box in a part of a document, moved."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from qvl.tasks.place import Corners


def moved(part: Any, move: Callable[[Corners], Corners]) -> Any:
    """An element, or an entry of a list, with every box in it moved."""
    changes: dict[str, Any] = {}
    for name in ("box", "image"):
        if corners := getattr(part, name, None):
            changes[name] = move(corners)
    for name in ("items", "lists"):
        if inner := getattr(part, name, ()):
            changes[name] = tuple(moved(each, move) for each in inner)
    return replace(part, **changes)
