"""Which tags and attributes the format has; whatever else stands in a page is named."""

from collections.abc import Iterator

from qvl.tasks.document.faults import Faults
from qvl.tasks.document.phrase import SYNONYMS, TAGS
from qvl.tasks.document.tree import HEADINGS, Node

_PLACE = frozenset({"data-bbox", "data-polygon"})
_NONE: frozenset[str] = frozenset()
_CELL = frozenset({"rowspan", "colspan"})
ALLOWED = {
    **dict.fromkeys(("html", "body", "head", "tr", "thead", "tbody", "tfoot", "style"), _NONE),
    **dict.fromkeys(("p", "li", "ul", "ol", "img", *HEADINGS), _PLACE),
    **dict.fromkeys(("table", "address"), _PLACE | {"class"}),
    **dict.fromkeys(TAGS, _NONE),
    **dict.fromkeys(("td", "th"), _CELL),
    "div": _PLACE | {"class", "format"},
    "a": frozenset({"href"}),
    "span": frozenset({"style"}),
    "script": _NONE,
}


def walk(node: Node) -> Iterator[Node]:
    """Every element below, in the order of the text."""
    stack = [node]
    while stack:
        each = stack.pop()
        yield each
        stack += reversed(list(each.nodes()))


def name_unknown(root: Node, faults: Faults) -> None:
    """A fault for every tag and attribute that the format does not have."""
    for node in walk(root):
        if node is root:
            continue
        if node.name not in ALLOWED:
            faults.add("unknown-tag", node.at, f"<{node.name}>, its text is kept", node.inner)
            continue
        if node.name in SYNONYMS:
            why = f"<{node.name}> for <{SYNONYMS[node.name]}>"
            faults.add("synonym", node.at, why, node.inner)
        for name in node.attributes.keys() - ALLOWED[node.name]:
            kind = "event-handler" if name.startswith("on") else "attribute"
            if (node.name, name) == ("img", "src"):
                kind = "image-source"
            faults.add(kind, node.at, f"the attribute {name}, left out", node.inner)
