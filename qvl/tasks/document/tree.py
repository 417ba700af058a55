"""Tags to a tree: whatever is closed wrongly, or not at all, is put right and named."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from qvl.tasks.document.faults import Faults
from qvl.tasks.document.lexer import Tag, Text, tokens

DEEPEST = 48  # open elements; what is opened inside of these is left out, its text is kept
VOID = frozenset({"br", "img", "hr", "input", "meta", "link", "wbr", "col", "source"})
CONTAINERS = frozenset(
    {
        *("header", "nav", "main", "section", "article", "footer", "aside", "figure", "center"),
        *("figcaption", "blockquote", "pre", "dl", "dt", "dd", "form", "details", "summary"),
    }
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9"})
# An end tag closes what is open inside of its element, but only what ranks no higher.
RANKS = {
    **dict.fromkeys({"p", *HEADINGS}, 1),
    **dict.fromkeys({"li", "address"}, 2),
    **dict.fromkeys({"ul", "ol", "td", "th"}, 3),
    "tr": 4,
    **dict.fromkeys({"thead", "tbody", "tfoot"}, 5),
    "table": 6,
    **dict.fromkeys({"div", "style", "script"}, 7),
    **dict.fromkeys(CONTAINERS, 8),
    **dict.fromkeys({"head", "body"}, 9),
    "html": 10,
}
# A start tag closes what is open up to this rank: a row ends the row before it.
_CLOSES = {
    **dict.fromkeys({"p", "div", "table", "ul", "ol", "address", "style", *HEADINGS}, 1),
    **dict.fromkeys(CONTAINERS, 1),
    "li": 2,
    **dict.fromkeys({"td", "th"}, 3),
    "tr": 4,
    **dict.fromkeys({"thead", "tbody", "tfoot"}, 5),
    "body": 9,
}


@dataclass(slots=True, eq=False)
class Node:
    """An element of the markup; its source is text[at:end], its inside text[inner:close]."""

    name: str
    attributes: dict[str, str]
    at: int
    inner: int
    children: list["Node | Text"] = field(default_factory=list)
    close: int = -1  # where its end tag begins, or where it is ended without one
    end: int = -1
    cut: bool = False  # open where the text ends

    def nodes(self) -> Iterator["Node"]:
        return (each for each in self.children if isinstance(each, Node))


def tree(text: str, faults: Faults) -> Node:
    """The whole text as one node without a name; every tag is in it or among the faults."""
    root = Node("", {}, 0, 0)
    stack = [root]
    for token in tokens(text, faults):
        if isinstance(token, Text):
            stack[-1].children.append(token)
        elif token.closing:
            _end(token, stack, faults)
        else:
            _start(token, stack, faults)
    size = len(text)
    for node in stack[1:]:
        node.close = node.end = size
        node.cut = True
    if len(stack) > 1:
        names = ", ".join(f"<{node.name}>" for node in stack[1:])
        faults.add("cut", size, f"the text ends before {names} is closed")
    root.close = root.end = size
    return root


def _start(tag: Tag, stack: list[Node], faults: Faults) -> None:
    rank = _CLOSES.get(tag.name, -1)
    if tag.name in ("table", "div") and "data-bbox" in tag.attributes:
        rank = 7  # begins an element of the page, wherever the one before was left open
    _close(stack, rank, tag.at, faults)
    node = Node(tag.name, tag.attributes, tag.at, tag.end, close=tag.end, end=tag.end)
    if len(stack) > DEEPEST:
        faults.add("deep", tag.at, f"more than {DEEPEST} elements deep, left out", tag.end)
        return
    stack[-1].children.append(node)
    if tag.name in VOID:
        return
    if tag.empty:
        faults.add("self-closing", tag.at, f"<{tag.name}/> is no empty element", tag.end)
        return
    stack.append(node)


def _close(stack: list[Node], rank: int, at: int, faults: Faults) -> None:
    """Ends, without an end tag, what is open up to a rank."""
    while len(stack) > 1 and RANKS.get(stack[-1].name, 0) <= rank:
        node = stack.pop()
        node.close = node.end = at
        faults.add("unclosed", node.at, f"<{node.name}> is not closed", node.inner)


def _end(tag: Tag, stack: list[Node], faults: Faults) -> None:
    rank = RANKS.get(tag.name, 0)
    for depth in range(len(stack) - 1, 0, -1):
        open_one = stack[depth]
        if open_one.name == tag.name:
            break
        if RANKS.get(open_one.name, 0) > rank:
            depth = 0
            break
    else:
        depth = 0
    if not depth:
        kind, why = "stray-end", f"</{tag.name}> closes nothing"
        if tag.name == "body":
            kind, why = "closing-order", "</body> comes after </html>"
        faults.add(kind, tag.at, why, tag.end)
        return
    for node in stack[depth + 1 :]:
        node.close = node.end = tag.at
        if (tag.name, node.name) != ("html", "body"):
            faults.add("unclosed", node.at, f"<{node.name}> is not closed", node.inner)
    stack[depth].close, stack[depth].end = tag.at, tag.end
    del stack[depth:]
