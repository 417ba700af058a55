"""What a browser tells of a page to elements of a document."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from qvl.tasks.document.model import (
    Cell,
    Element,
    Heading,
    Inline,
    Item,
    List,
    Mark,
    Page,
    Paragraph,
    Picture,
    Table,
    inline,
)
from qvl.tasks.place import Size

Raw = Mapping[str, Any]
BREAK = "\u2028"  # a line end that is seen, as `walk.js` tells it


@cache
def script(name: str) -> str:
    """The source of a script that stands beside this file."""
    return files("qvl.data.synth.documents").joinpath(f"{name}.js").read_text(encoding="utf-8")


class CutText(ValueError):
    """Text that is only in part on the page."""


def measured(tab: Any, size: Size) -> Page:
    """The page that a tab shows, with what its edges cut hidden first. CutText if some is left."""
    tab.evaluate(script("hide"), list(size))
    return page_of(tab.evaluate(script("walk"), list(size)), size)


def page_of(raw: Iterable[Raw], size: Size) -> Page:
    found = [each for part in raw if (each := _element(part)) is not None]
    return Page(tuple(found), size)


def _element(raw: Raw) -> Element | None:
    kind = raw["kind"]
    if kind == "list":
        return _list(raw)
    if kind == "table":
        return _table(raw)
    if raw["box"] is None:
        return None
    if raw["cut"]:
        raise CutText(f"a {kind} is cut at {raw['box']}")
    box = tuple(raw["box"])
    if kind == "picture":
        return Picture(box, box)
    content = content_of(raw["parts"], raw["pre"])
    if not content:
        return None
    if kind == "heading":
        return Heading(box, raw["level"], content)
    return Paragraph(box, content)


def content_of(parts: Sequence[Sequence[str]], pre: bool) -> Inline:
    """Text with marks; blanks are as the browser shows them, code keeps those that begin a line."""
    if pre:
        return _code("".join(text for _, text in _joined(parts)).replace(BREAK, "\n"))
    made: list[str | Mark] = []
    for mark, text in _joined(parts):
        for at, line in enumerate(text.split(BREAK)):
            made += [Mark("br")] if at else []
            made += _marked(mark, re.sub(r"[ \t\r\f\n]+", " ", line))
    return inline(*_without_ends(made))


def _code(text: str) -> Inline:
    lines = [line.expandtabs(8).rstrip() for line in text.strip("\n").split("\n")]
    parts: list[str | Mark] = []
    for at, line in enumerate(each for each in lines if each):
        parts += [Mark("br"), line] if at else [line]
    return (Mark("code", inline(*parts)),) if parts else ()


def _joined(parts: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Neighbours of the same mark as one."""
    found: list[tuple[str, str]] = []
    for mark, text in parts:
        text = text.replace("\u00a0", " ").replace("\u200b", "").replace("\u00ad", "")
        if found and found[-1][0] == mark:
            found[-1] = (mark, found[-1][1] + text)
        else:
            found.append((mark, text))
    return found


def _marked(mark: str, text: str) -> list[str | Mark]:
    escaped = text if mark == "code" else text.replace("$", "\\$")
    inner = escaped.strip(" ")
    if not mark or not inner:
        return [escaped] if escaped else []
    before, after = (
        escaped[: len(escaped) - len(escaped.lstrip(" "))],
        escaped[len(escaped.rstrip(" ")) :],
    )
    return [p for p in (before, Mark(mark, (inner,)), after) if p]  # type: ignore[arg-type]


def _without_ends(parts: list[str | Mark]) -> list[str | Mark]:
    """No blanks and line ends at the ends, no empty lines, one blank between words."""
    found: list[str | Mark] = []
    for part in parts:
        is_break = isinstance(part, Mark) and part.tag == "br"
        if isinstance(part, str) and _begins(found):
            part = part.lstrip(" ")
            if not part:
                continue
        if is_break and (not found or _is_break(found[-1])):
            continue
        if is_break and isinstance(found[-1], str):
            found[-1] = found[-1].rstrip(" ")
            if not found[-1]:
                found.pop()
                if not found or _is_break(found[-1]):
                    continue
        found.append(part)
    while found and (_is_break(found[-1]) or found[-1] == "" or _blank(found[-1])):
        found.pop()
    if found and isinstance(found[-1], str):
        found[-1] = found[-1].rstrip(" ")
    return found


def _blank(part: str | Mark) -> bool:
    return isinstance(part, str) and not part.strip(" ")


def _begins(found: list[str | Mark]) -> bool:
    """Whether a line begins, or a blank stands before."""
    if not found or _is_break(found[-1]):
        return True
    return isinstance(found[-1], str) and found[-1].endswith(" ")


def _is_break(part: str | Mark) -> bool:
    return isinstance(part, Mark) and part.tag == "br"


def _list(raw: Raw) -> List | None:
    items = []
    for each in raw["items"]:
        if each["cut"]:
            raise CutText(f"an item is cut at {each['box']}")
        below = tuple(found for inner in each["lists"] if (found := _list(inner)) is not None)
        content = content_of(each["parts"], each["pre"])
        if each["box"] is not None and content:
            items.append(Item(tuple(each["box"]), content, below))
        elif below:
            items += [item for inner in below for item in inner.items]
    return List(None, raw["ordered"], tuple(items)) if items else None


def _table(raw: Raw) -> Table | None:
    """None for a table of which nothing is seen."""
    rows = tuple(tuple(_cell(cell) for cell in row) for row in raw["rows"] if row)
    if raw["box"] is None or not any(cell.content for row in rows for cell in row):
        return None
    if raw["cut"]:
        raise CutText(f"a table is cut at {raw['box']}")
    return Table(tuple(raw["box"]), rows)


def _cell(raw: Raw) -> Cell:
    if raw["cut"]:
        raise CutText("a cell is cut")
    content = content_of(raw["parts"], raw["pre"])
    return Cell(content, raw["header"], max(1, raw["rows"]), max(1, raw["columns"]))
