"""QwenVL HTML to ordinary HTML, by the routine that was published with the models."""

import html
from collections.abc import Iterator

from qvl.tasks.document.divs import kind_of
from qvl.tasks.document.faults import Faults
from qvl.tasks.document.lexer import Text, settled
from qvl.tasks.document.phrase import is_blank
from qvl.tasks.document.tree import VOID, Node, tree

_DROPPED = frozenset({"data-bbox", "data-polygon"})
_EMPTIED = frozenset({"image caption", "music sheet", "chemical formula", "chart"})


def clean(text: str) -> str:
    """The page without what only a layout needs, in a fence, an element a line.

    Boxes, polygons and colours go; the classes of formulas become one; captioned images, music
    sheets, chemical formulas and charts are emptied. Markup that is no part of the format stays
    as it is: to show a page, take `Document.to_html`, which is safe.
    """
    root = tree(text, Faults(text))
    if not any(root.nodes()):
        raise ValueError(f"the reply holds no markup: {text[:80]!r}")
    lines = ["".join(_source(part)).strip() for part in _body(root).children if not is_blank(part)]
    return "\n".join(["```html", "<html><body>", *lines, "</body></html>", "```"])


def _body(node: Node) -> Node:
    for name in ("html", "body"):
        node = next((each for each in node.nodes() if each.name == name), node)
    return node


def _source(part: Node | Text, raw: bool = False) -> Iterator[str]:
    if isinstance(part, Text):
        yield part.text if raw else html.escape(settled(part.text), quote=False)
        return
    kind = kind_of(part) if part.name == "div" else None
    attributes = {k: v for k, v in part.attributes.items() if k not in _DROPPED}
    if "style" in attributes:
        attributes["style"] = _without_colour(attributes["style"])
    if kind and kind.startswith("formula"):
        attributes["class"] = "formula"
    if kind in _EMPTIED:
        attributes.pop("format", None)
        attributes["class"] = "image" if kind == "image caption" else kind
    inside = "".join(
        f' {name}="{html.escape(value)}"'
        for name, value in attributes.items()
        if (name, value) != ("style", "")
    )
    if part.name in VOID:
        yield f"<{part.name}{inside}/>"
        return
    yield f"<{part.name}{inside}>"
    for each in () if kind in _EMPTIED else part.children:
        yield from _source(each, part.name in ("style", "script"))
    yield f"</{part.name}>"


def _without_colour(style: str) -> str:
    parts = (part.strip() for part in style.split(";"))
    return "; ".join(p for p in parts if p and p.partition(":")[0].strip().lower() != "color")
