"""The text inside of elements: what is flowing text with marks, and what is taken letter by letter.

Blanks at both ends of a text are of the layout, unless they are written as references.
"""

import re
from collections.abc import Iterable, Iterator
from typing import get_args

from qvl.tasks.document.faults import Faults
from qvl.tasks.document.inline import Inline, Mark, MarkTag, merged
from qvl.tasks.document.lexer import Text, settled
from qvl.tasks.document.tree import HEADINGS, RANKS, Node

BLANKS = " \t\n\r"
SYNONYMS: dict[str, MarkTag] = {"strong": "b", "em": "i", "del": "s", "strike": "s", "ins": "u"}
TAGS: dict[str, MarkTag] = {**{tag: tag for tag in get_args(MarkTag)}, **SYNONYMS}
SAFE_ADDRESS = re.compile(r"https?:|mailto:|[#/.]|[^:]*\Z", re.IGNORECASE)
_LEFT_OUT = ("style", "script")
_NAMED = frozenset({"img", "p", "address", "div", "ul", "ol", "table", *HEADINGS})
_FENCE = re.compile(r"\s*`{1,3}\s*\Z")
_DELIMITERS = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))


def is_blank(part: Node | Text) -> bool:
    return isinstance(part, Text) and not part.text.strip(BLANKS)


def begins(part: Node | Text) -> int:
    """Where the letters of a part begin in the markup."""
    if isinstance(part, Node):
        return part.at
    return part.at + len(part.text) - len(part.text.lstrip(BLANKS))


def phrase(parts: Iterable[Node | Text], faults: Faults, cut: bool = False) -> Inline:
    """Flowing text without the blanks at its ends; what is no text or mark gives its text.

    `cut`: the reply ends in it, perhaps with the fence that was around the page.
    """
    found = list(merged(_marks(parts, faults)))
    if found and isinstance(found[0], str):
        found[0] = found[0].lstrip(BLANKS)
    if found and isinstance(found[-1], str):
        found[-1] = _without_fence(found[-1], cut).rstrip(BLANKS)
    return merged(map(_settled, found))


def leaf(node: Node, faults: Faults) -> str:
    """The text of LaTeX, ABC or SMILES: a tag in it, but for a paragraph or a <br>, is letters."""
    return settled(_leaf(node, faults))


def formula(node: Node, faults: Faults) -> str:
    """LaTeX without the dollars around it."""
    raw = _leaf(node, faults)
    for begin, end in _DELIMITERS:
        if raw.startswith(begin) and raw.endswith(end) and len(raw) >= len(begin + end):
            within = raw[len(begin) : -len(end)]
            if begin != "$" or "$" not in within:
                return settled(within.strip(BLANKS))
    if node.cut:
        raw = raw.removeprefix("$").removeprefix("$").removesuffix("$")
    return settled(raw.strip(BLANKS))


def _leaf(node: Node, faults: Faults) -> str:
    return _without_fence("".join(_letters(node, faults)), node.cut).strip(BLANKS)


def _without_fence(text: str, cut: bool) -> str:
    return _FENCE.sub("", text) if cut else text


def _settled(part: str | Mark) -> str | Mark:
    if isinstance(part, str):
        return settled(part)
    return Mark(part.tag, merged(map(_settled, part.content)), part.value)


def _marks(parts: Iterable[Node | Text], faults: Faults) -> Iterator[str | Mark]:
    """Text and marks; where a paragraph or the like begins or ends inside, stands a <br>."""
    some = apart = False  # whether anything stands before, and apart from what follows
    for part in parts:
        if is_blank(part) and apart:
            continue
        block = isinstance(part, Node) and part.name in RANKS and part.name not in _LEFT_OUT
        if some and (block or apart):
            yield Mark("br")
        some, apart = some or not is_blank(part), block
        if isinstance(part, Text):
            yield part.text
        elif part.name in TAGS:
            yield _mark(part, faults)
        elif part.name in _LEFT_OUT:
            faults.add(part.name, part.at, f"a <{part.name}>, left out", part.end)
        else:
            yield from _flattened(part, faults)


def _mark(node: Node, faults: Faults) -> Mark:
    tag, value = TAGS[node.name], ""
    if tag == "span":
        value = node.attributes.get("style", "")
    elif tag == "a":
        value = node.attributes.get("href", "")
        if not SAFE_ADDRESS.match(value.strip()):
            faults.add("link", node.at, "an address that is no web address, left out", node.inner)
            value = ""
    return Mark(tag, () if tag == "br" else merged(_marks(node.children, faults)), value)


def _flattened(node: Node, faults: Faults) -> Iterator[str | Mark]:
    if node.name in _NAMED:
        kind = "image" if node.name == "img" else "nesting"
        faults.add(kind, node.at, f"a <{node.name}> inside a text, its text is kept", node.inner)
    yield from _marks(node.children, faults)


def _letters(node: Node, faults: Faults) -> Iterator[str]:
    for part in node.children:
        if isinstance(part, Text):
            yield part.text
        elif part.name == "br":
            yield "\n"
        elif part.name in ("p", "div", "span"):
            yield from _letters(part, faults)
        else:
            faults.add("markup", part.at, f"<{part.name}> taken as letters", part.inner)
            yield faults.text[part.at : part.inner]
            yield from _letters(part, faults)
            yield faults.text[part.close : part.end]
