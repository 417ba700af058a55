"""QwenVL HTML read back: everything that is complete, whatever stands around it.

Survives chatter, fences, cut replies, wrong nesting, and ordinary HTML without boxes.
"""

import re

from qvl.tasks.document.attributes import name_unknown
from qvl.tasks.document.blocks import Blocks
from qvl.tasks.document.faults import HARMLESS, Fault, Faults
from qvl.tasks.document.lexer import Text
from qvl.tasks.document.model import Page
from qvl.tasks.document.phrase import begins, is_blank
from qvl.tasks.document.tree import RANKS, Node, tree
from qvl.tasks.place import Size

_FENCE = re.compile(r"`{1,3}(?:html|xml)?(?=\s|\Z)", re.IGNORECASE)
Part = Node | Text


def parse(text: str, size: Size | None = None) -> tuple[Page, list[Fault]]:
    """The page that a reply describes, and what could not be taken as it stands.

    Boxes are in pixels of the resized page, whose width and height are `size`; with it, boxes
    are clipped to the page. Raises ValueError where there is no markup at all.
    """
    faults = Faults(text, "data-bbox" in text)
    page, _ = read(text, size, faults)
    return page, [fault for fault in faults.in_order() if fault.kind not in HARMLESS]


def read(text: str, size: Size | None, faults: Faults) -> tuple[Page, Node]:
    """The page, and the tree that it was read from."""
    root = tree(text, faults)
    if not any(root.nodes()):
        raise ValueError(f"the reply holds no markup: {text[:80]!r}")
    name_unknown(root, faults)
    elements = Blocks(size, faults).of(_without_chatter(root, faults), None, root.cut)
    return Page(tuple(elements), size), root


def _without_chatter(root: Node, faults: Faults) -> list[Part]:
    """What stands at the top, without the words before and after the markup."""
    blocks = [part for part in root.children if isinstance(part, Node) and part.name in RANKS]
    if not blocks:
        return root.children
    whole = any(part.name == "html" for part in blocks)
    first, last = blocks[0].at, blocks[-1].at
    kept: list[Part] = []
    for part in root.children:
        apart = whole or not first <= part.at <= last
        if isinstance(part, Text) and apart:
            _name_chatter(part, faults)
        else:
            kept.append(part)
    return kept


def _name_chatter(part: Text, faults: Faults) -> None:
    if not is_blank(part) and _FENCE.sub("", part.text).strip():
        end = part.at + len(part.text)
        faults.add("chatter", begins(part), "words outside of the markup, left out", end)
