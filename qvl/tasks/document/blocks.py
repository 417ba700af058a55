"""The elements of a page in its markup, in order; what stands where it should not is still read."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qvl.tasks.document.boxes import box, required_box
from qvl.tasks.document.divs import figure, kind_of
from qvl.tasks.document.faults import Faults
from qvl.tasks.document.lexer import Text
from qvl.tasks.document.model import (
    Author,
    Element,
    Heading,
    Item,
    List,
    Paragraph,
    Picture,
    Separator,
    Table,
)
from qvl.tasks.document.phrase import begins, is_blank, phrase
from qvl.tasks.document.rows import rows
from qvl.tasks.document.tree import HEADINGS, RANKS, Node
from qvl.tasks.place import Corners, Size

NUMBER = re.compile(r"table(\d{1,9})\Z")
LISTS = ("ul", "ol")
_FENCES = re.compile(r"(?:\s*`{1,3}(?:html|xml)?)*\s*\Z", re.IGNORECASE)
_BLOCKS = frozenset({"img", "style", "script", *RANKS})
Part = Node | Text


@dataclass(frozen=True)
class Blocks:
    """Reads elements of one page; `size` is the page's, in pixels."""

    size: Size | None
    faults: Faults

    def of(self, parts: Iterable[Part], place: Corners | None, cut: bool) -> Iterator[Element]:
        """The elements in `parts`; text outside of an element becomes a paragraph at `place`.

        `cut`: the reply ends where the parts end.
        """
        loose: list[Part] = []
        style: Node | None = None
        for part in parts:
            if isinstance(part, Text) or part.name not in _BLOCKS:
                loose.append(part)
                continue
            yield from self._loose(loose, place)
            loose = []
            if style and part.name != "table":
                self._stray(style)
            yield from self._block(part, style if part.name == "table" else None)
            style = part if part.name == "style" else None
        if style:
            self._stray(style)
        yield from self._loose(loose, place, cut)

    def _stray(self, style: Node) -> None:
        self.faults.add("style", style.at, "a style without its table, left out", style.end)

    def _loose(
        self, parts: Sequence[Part], place: Corners | None, cut: bool = False
    ) -> Iterator[Element]:
        only_text = "".join(part.text for part in parts if isinstance(part, Text))
        if all(isinstance(part, Text) for part in parts) and _FENCES.match(only_text):
            return
        if content := phrase(parts, self.faults, cut):
            at = next(begins(part) for part in parts if not is_blank(part))
            self.faults.add("loose-text", at, "text outside of an element, taken as a paragraph")
            yield Paragraph(place, content, cut=cut)

    def _block(self, node: Node, style: Node | None) -> Iterator[Element]:
        name, faults = node.name, self.faults
        if name in HEADINGS or name in ("p", "address", "li"):
            yield self._text(node)
            images = (each for each in node.nodes() if each.name == "img")
            yield from (self._picture(each) for each in images if "data-bbox" in each.attributes)
        elif name in LISTS:
            yield self._list(node)
        elif name == "table":
            yield from self._table(node, style)
        elif name == "img":
            faults.add("image", node.at, "an <img> outside of a figure", node.inner)
            yield self._picture(node)
        elif name in ("head", "script"):
            faults.add(name, node.at, f"a <{name}>, left out", node.end)
        elif name == "div":
            yield from self._div(node)
        elif name != "style":
            if name not in ("html", "body"):
                faults.add("nesting", node.at, f"a <{name}> where elements stand", node.inner)
            yield from self.of(node.children, None, node.cut)

    def _text(self, node: Node) -> Element:
        name, faults = node.name, self.faults
        if name == "address":
            if node.attributes.get("class") != "author":
                faults.add("class", node.at, 'an address is of class "author"', node.inner)
            inner = list(node.nodes())
            parts = inner[0].children if [each.name for each in inner] == ["p"] else node.children
            return Author(
                box(node, self.size, faults), phrase(parts, faults, node.cut), cut=node.cut
            )
        content = phrase(node.children, faults, node.cut)
        if name == "p" and not content and not node.attributes:
            return Separator(cut=node.cut)
        place = required_box(node, self.size, faults)
        if name == "li":
            faults.add("nesting", node.at, "an <li> outside of a list", node.inner)
        elif name != "p":
            if int(name[1]) > 6:
                faults.add("heading-level", node.at, "headings go from 1 to 6", node.inner)
            return Heading(place, min(int(name[1]), 6), content, cut=node.cut)
        return Paragraph(place, content, cut=node.cut)

    def _picture(self, node: Node) -> Picture:
        place = required_box(node, self.size, self.faults)
        return Picture(place, place)

    def _list(self, node: Node) -> List:
        items: list[Item] = []
        for part in node.children:
            if is_blank(part):
                continue
            if isinstance(part, Node) and part.name == "li":
                lists = tuple(self._list(each) for each in part.nodes() if each.name in LISTS)
                flow = [each for each in part.children if not _is_list(each)]
                content = phrase(flow, self.faults, part.cut)
                items.append(Item(required_box(part, self.size, self.faults), content, lists))
                continue
            end = part.inner if isinstance(part, Node) else None
            self.faults.add("nesting", begins(part), "in a list, but outside of an <li>", end)
            if isinstance(part, Node) and part.name in LISTS:
                last = items.pop() if items else Item(None)
                items.append(Item(last.box, last.content, (*last.lists, self._list(part))))
            elif content := phrase([part], self.faults, node.cut):
                items.append(Item(None, content))
        return List(
            box(node, self.size, self.faults), node.name == "ol", tuple(items), cut=node.cut
        )

    def _table(self, node: Node, style: Node | None) -> Iterator[Element]:
        given = node.attributes.get("class")
        found = NUMBER.match(given or "")
        if given is not None and not found:
            self.faults.add("class", node.at, 'a table is of class "table{id}"', node.inner)
        cells, loose = rows(node, self.faults)
        sheet = (
            "".join(part.text for part in style.children if isinstance(part, Text)) if style else ""
        )
        place = required_box(node, self.size, self.faults)
        number = int(found[1]) if found else None
        yield Table(place, cells, number, sheet.strip(), cut=node.cut)
        yield from self.of(loose, None, node.cut)

    def _div(self, node: Node) -> Iterator[Element]:
        if kind := kind_of(node):
            made, rest = figure(node, kind, self.size, self.faults)
            yield made
            yield from self.of(rest, None, node.cut)
            return
        self.faults.add("class", node.at, "a div of no known class, its text is kept", node.inner)
        yield from self.of(node.children, box(node, self.size, self.faults), node.cut)


def _is_list(part: Part) -> bool:
    return isinstance(part, Node) and part.name in LISTS
