"""A document as JSON has it; text is in the marks of QwenVL HTML, boxes are lists of four."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from qvl.tasks.document.faults import Faults
from qvl.tasks.document.inline import Inline
from qvl.tasks.document.model import (
    Author,
    Cell,
    Chart,
    Chemical,
    Document,
    Element,
    Formula,
    Heading,
    Item,
    List,
    Music,
    Page,
    Paragraph,
    Picture,
    Separator,
    Table,
)
from qvl.tasks.document.phrase import phrase
from qvl.tasks.document.render import inline_html
from qvl.tasks.document.tree import tree

_ELEMENTS = (
    *(Author, Chart, Chemical, Formula, Heading, List, Music, Paragraph, Picture, Separator),
    Table,
)
KINDS: dict[str, type[Element]] = {kind.__name__.lower(): kind for kind in _ELEMENTS}


def to_dict(document: Document) -> dict[str, Any]:
    """Every page with its size and elements; what has its usual value is left out."""
    return {"pages": [page_dict(page) for page in document.pages]}


def page_dict(page: Page) -> dict[str, Any]:
    elements = [{"kind": type(each).__name__.lower(), **_fields(each)} for each in page.elements]
    return {"size": list(page.size) if page.size else None, "elements": elements}


def from_dict(record: Mapping[str, Any]) -> Document:
    """The inverse of `to_dict`; ValueError for what it would not write."""
    try:
        return Document(tuple(page_from(page) for page in record["pages"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a document as Document.to_dict writes it: {error!r}") from error


def page_from(record: Mapping[str, Any]) -> Page:
    elements = []
    for each in record["elements"]:
        kind = KINDS.get(each["kind"])
        if not kind:
            raise ValueError(f"no element is of kind {each['kind']!r}; there are {list(KINDS)}")
        elements.append(_made(kind, {name: v for name, v in each.items() if name != "kind"}))
    size = record["size"]
    return Page(tuple(elements), (size[0], size[1]) if size else None)


def inline_from(text: str) -> Inline:
    """The inverse of `inline_html`."""
    faults = Faults(text)
    return phrase(tree(text, faults).children, faults)


def _fields(part: Any) -> dict[str, Any]:
    made = {}
    for each in fields(part):
        value = getattr(part, each.name)
        if each.default is MISSING or value != each.default:
            made[each.name] = inline_html(value) if each.name == "content" else _plain(value)
    return made


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _fields(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _made(kind: type[Any], record: Mapping[str, Any]) -> Any:
    read = {
        "content": inline_from,
        "box": _box,
        "image": _box,
        "rows": lambda rows: tuple(tuple(_made(Cell, each) for each in row) for row in rows),
        "items": lambda items: tuple(_made(Item, each) for each in items),
        "lists": lambda lists: tuple(_made(List, each) for each in lists),
    }
    return kind(**{name: read[name](v) if name in read else v for name, v in record.items()})


def _box(value: Any) -> Any:
    if value is None:
        return None
    left, top, right, bottom = value
    return left, top, right, bottom
