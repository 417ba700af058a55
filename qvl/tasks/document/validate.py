"""QwenVL HTML read strictly: every fault with its line and its kind."""

from qvl.tasks.document.faults import Fault, Faults
from qvl.tasks.document.parse import read
from qvl.tasks.document.rules import check
from qvl.tasks.place import Size


def validate(text: str, size: Size | None = None) -> list[Fault]:
    """What is wrong in a page, in the order of the text; an empty list: nothing.

    `size` is the width and height of the resized page in pixels, which boxes must keep to. Words
    and a fence around the page are allowed for a fence alone. At most 500 of a kind are listed.
    """
    faults = Faults(text, boxed=True)
    try:
        _, root = read(text, size, faults)
    except ValueError:
        faults.add("no-markup", 0, "no markup at all")
        return faults.in_order()
    check(root, faults)
    once: dict[tuple[str, int], Fault] = {}
    for fault in faults.in_order():
        once.setdefault((fault.kind, fault.at), fault)
    return list(once.values())
