"""A box as it stands in a tag: four whole numbers in pixels of the resized page, or nearly so."""

import re

from qvl.tasks.document.faults import Faults
from qvl.tasks.document.tree import Node
from qvl.tasks.place import Corners, Frame, Size, number

_BETWEEN = re.compile(r"[\s,;]+")


def box(node: Node, size: Size | None, faults: Faults) -> Corners | None:
    """The box of an element, in order and inside of `size`; None where there is none to read."""
    raw = node.attributes.get("data-bbox")
    if raw is None:
        return _around(node, faults)
    parts = [part for part in _BETWEEN.split(raw.strip(" \t\r\n()[]")) if part]
    found = [value for part in parts if (value := number(part)) is not None]
    if len(found) < len(parts):
        faults.add("box-number", node.at, f"a box of {raw!r}, which are no numbers", node.inner)
        return None
    if len(found) != 4:
        why = f"a box of {len(found)} numbers; it takes four: left, top, right, bottom"
        faults.add("box-count", node.at, why, node.inner)
        return None
    left, top, right, bottom = (int(c) if c == int(c) else c for c in found)
    if "," in raw or any("." in part for part in parts):
        why = "a box is written as four whole numbers with blanks between them"
        faults.add("box-whole", node.at, why, node.inner)
    return _inside(node, (left, top, right, bottom), size, faults)


def required_box(node: Node, size: Size | None, faults: Faults) -> Corners | None:
    """The box of an element that needs one; a page on which nothing has one is taken as it is."""
    if not {"data-bbox", "data-polygon"} & node.attributes.keys() and faults.boxed:
        faults.add("no-box", node.at, f"a <{node.name}> without a box", node.inner)
    return box(node, size, faults)


def _inside(node: Node, corners: Corners, size: Size | None, faults: Faults) -> Corners:
    left, top, right, bottom = corners
    if left > right or top > bottom:
        faults.add("box-order", node.at, "corners the wrong way round were swapped", node.inner)
        left, right = min(left, right), max(left, right)
        top, bottom = min(top, bottom), max(top, bottom)
    if left == right or top == bottom:
        faults.add("box-area", node.at, "a box without area", node.inner)
    if not size:
        if left < 0 or top < 0:
            faults.add("box-outside", node.at, "outside of any page", node.inner)
        return left, top, right, bottom
    kept, wrong = Frame(size, size).inside((left, top, right, bottom))
    for why in wrong:
        faults.add("box-outside", node.at, why, node.inner)
    return kept


def _around(node: Node, faults: Faults) -> Corners | None:
    """The box around a `data-polygon`, where that stands instead of a box."""
    raw = node.attributes.get("data-polygon")
    if raw is None:
        return None
    parts = [number(part) for part in _BETWEEN.split(raw.strip(" \t\r\n()[]")) if part]
    found = [value for value in parts if value is not None]
    if len(found) < 6 or len(found) % 2 or len(found) != len(parts):
        faults.add("polygon", node.at, f"a polygon of {raw!r}, left out", node.inner)
        return None
    faults.add("polygon", node.at, "a polygon, of which the box around it is kept", node.inner)
    return min(found[::2]), min(found[1::2]), max(found[::2]), max(found[1::2])
