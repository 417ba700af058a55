"""What an element says, as characters alone: to compare elements, not to show them."""

from typing import Any

from qvl.tasks.document.model import Element, Inline


def words(element: Element) -> str:
    """Texts, cells, entries and sources of an element, without marks, blanks made one."""
    return " ".join(" ".join(_pieces(element)).split())


def inline_text(content: Inline) -> str:
    """The text of marked text."""
    return "".join(
        part if isinstance(part, str) else " " if part.tag == "br" else inline_text(part.content)
        for part in content
    )


def _pieces(part: Any) -> list[str]:
    found = [inline_text(getattr(part, "content", ()))]
    found += [getattr(part, name, "") for name in ("latex", "abc", "smiles")]
    inner = [cell for row in getattr(part, "rows", ()) for cell in row]
    inner += [*getattr(part, "items", ()), *getattr(part, "lists", ())]
    return [*found, *(text for each in inner for text in _pieces(each))]
