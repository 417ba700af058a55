"""Figures in the markup: a div that names its kind, with an image and what the image shows."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from qvl.tasks.document.boxes import required_box
from qvl.tasks.document.faults import Faults
from qvl.tasks.document.lexer import Text
from qvl.tasks.document.model import Chart, Chemical, Figure, Formula, Music, Picture
from qvl.tasks.document.phrase import TAGS, begins, formula, is_blank, leaf, phrase
from qvl.tasks.document.rows import rows
from qvl.tasks.document.tree import Node
from qvl.tasks.place import Size

Kind = Literal[
    "chart",
    "chemical formula",
    "formula",
    "formula.handwritten",
    "formula.machine_printed",
    "image",
    "image caption",
    "image ocr",
    "music sheet",
]
KINDS: dict[frozenset[str], Kind] = {
    frozenset(kind.replace(".", " ").split()): kind for kind in get_args(Kind)
}
FORMATS = {"music sheet": "abc notation", "chemical formula": "smile"}
CONTENT = {"chart": ("table",), "image": (), "image caption": ("p",), "image ocr": ("p",)}
Part = Node | Text


@dataclass
class _Inside:
    """What stands in the div of a figure; `rest` is what does not belong there."""

    image: Node | None
    content: list[Node]
    rest: list[Part]


def kind_of(node: Node) -> Kind | None:
    """The kind that a div's class names, in any order of its words."""
    words = node.attributes.get("class", "").lower().replace(".", " ").split()
    return KINDS.get(frozenset(words))


def figure(node: Node, kind: Kind, size: Size | None, faults: Faults) -> tuple[Figure, list[Part]]:
    """The figure, and the parts of its div that are none of it."""
    inside = _inside(node, kind, faults)
    places = (
        required_box(node, size, faults),
        required_box(inside.image, size, faults) if inside.image else None,
    )
    if kind in FORMATS and node.attributes.get("format", "") != FORMATS[kind]:
        why = f'a {kind} without format="{FORMATS[kind]}", taken as such'
        faults.add("format", node.at, why, node.inner)
    if not inside.image:
        faults.add("no-image", node.at, f"a {kind} without <img>", node.inner)
    made: Figure
    if kind == "chart":
        found, loose = rows(inside.content[0], faults) if inside.content else ((), [])
        made, inside.rest = Chart(*places, found, cut=node.cut), [*loose, *inside.rest]
    elif kind.startswith("formula"):
        latex = formula(inside.content[0], faults) if inside.content else ""
        written: Any = kind.partition(".")[2]
        made = Formula(*places, latex, written, cut=node.cut)
    elif kind in FORMATS:
        text = leaf(inside.content[0], faults) if inside.content else ""
        made = (Music if kind == "music sheet" else Chemical)(*places, text, cut=node.cut)
    else:
        parts = inside.content
        text = phrase(parts[0].children if len(parts) == 1 else parts, faults, node.cut)
        about: Any = kind.partition(" ")[2]
        made = Picture(*places, about, text, cut=node.cut)
    return made, inside.rest


def _inside(node: Node, kind: Kind, faults: Faults) -> _Inside:
    """Sorts the parts of a div; where its content has no tag around it, the text itself is it."""
    wanted = CONTENT.get(kind, ("div", "p"))
    many = wanted == ("p",)
    found = _Inside(None, [], [])
    for part in node.children:
        if is_blank(part):
            continue
        if isinstance(part, Node) and part.name == "img" and not found.image:
            found.image = part
        elif isinstance(part, Node) and part.name in wanted and (many or not found.content):
            found.content.append(part)
        else:
            found.rest.append(part)
    bare = [each for each in found.rest if _is_text(each)]
    if bare and wanted and not found.content and wanted != ("table",):
        faults.add("nesting", begins(bare[0]), f"text of a {kind} without <{wanted[0]}> around it")
        found.content = [_wrapped(node, bare)]
        found.rest = [each for each in found.rest if not _is_text(each)]
    return found


def _is_text(part: Part) -> bool:
    return isinstance(part, Text) or part.name in TAGS


def _wrapped(node: Node, parts: list[Part]) -> Node:
    return Node("div", {}, node.inner, node.inner, parts, node.close, node.close, node.cut)
