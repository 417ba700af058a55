"""What a strict reader asks of a page beyond what a tolerant one has to put right."""

from collections.abc import Iterator
from itertools import pairwise

from qvl.tasks.document.attributes import walk
from qvl.tasks.document.boxes import box
from qvl.tasks.document.divs import Kind, kind_of
from qvl.tasks.document.faults import Faults
from qvl.tasks.document.lexer import Text
from qvl.tasks.document.phrase import TAGS, formula, is_blank
from qvl.tasks.document.rows import CELLS, GROUPS, outline
from qvl.tasks.document.tables import grid
from qvl.tasks.document.tree import HEADINGS, Node
from qvl.tasks.place import Corners

_TEXTS = frozenset({"p", "li", *CELLS, *HEADINGS})  # what holds text and marks
PARENTS = {
    "html": frozenset({""}),
    "body": frozenset({"html"}),
    **dict.fromkeys(("address", *HEADINGS), frozenset({"body"})),
    "p": frozenset({"body", "address", "div"}),
    **dict.fromkeys(("ul", "ol"), frozenset({"body", "li"})),
    "li": frozenset({"ul", "ol"}),
    **dict.fromkeys(("table", "div"), frozenset({"body", "div"})),
    **dict.fromkeys(GROUPS, frozenset({"table"})),
    "tr": frozenset({"table", *GROUPS}),
    **dict.fromkeys(CELLS, frozenset({"tr"})),
    "style": frozenset({"body"}),
    **dict.fromkeys(TAGS, _TEXTS | TAGS.keys()),
}
_NEEDS: dict[Kind, tuple[str, str]] = {
    "chart": ("table", "no-table"),
    "image caption": ("p", "empty"),
    "image ocr": ("p", "empty"),
    **dict.fromkeys(
        ("formula", "formula.handwritten", "formula.machine_printed"), ("div", "empty")
    ),
    **dict.fromkeys(("music sheet", "chemical formula"), ("div", "empty")),
}


def check(root: Node, faults: Faults) -> None:
    """Names what the rules of the format forbid in a page that was read."""
    _check_root(root, faults)
    numbers: set[str] = set()
    for parent in walk(root):
        for node in parent.nodes():
            allowed = PARENTS.get(node.name)
            if allowed is not None and parent.name not in allowed:
                where = f"inside of <{parent.name}>" if parent.name else "outside of <html>"
                faults.add("nesting", node.at, f"a <{node.name}> {where}", node.inner)
        _check_text(parent, faults)
        if parent.name == "div" and (kind := kind_of(parent)):
            _check_figure(parent, kind, faults)
        if parent.name == "table":
            _check_table(parent, numbers, faults)
        if parent.name == "body":
            _check_styles(parent, faults)


def _check_root(root: Node, faults: Faults) -> None:
    tops = [node for node in root.nodes() if node.name == "html"]
    bodies = [node for top in tops for node in top.nodes() if node.name == "body"]
    if not (tops and bodies):
        missing = "body" if tops else "html"
        faults.add("no-root", root.at, f"no <{missing}> around the elements", root.at)
    for node in (*tops[1:], *bodies[1:]):
        faults.add("nesting", node.at, f"a second <{node.name}>", node.inner)


def _own_text(node: Node) -> Iterator[str]:
    """The text in an element and its marks, but for code."""
    for part in node.children:
        if isinstance(part, Text):
            yield part.text
        elif part.name in TAGS and part.name != "code":
            yield from _own_text(part)


def _check_text(node: Node, faults: Faults) -> None:
    if node.name not in _TEXTS or node.cut:
        return
    if "".join(_own_text(node)).replace("\\$", "").count("$") % 2:
        faults.add("dollars", node.at, "a formula in dollars without an end; write \\$", node.inner)
    if node.name in HEADINGS and all(map(is_blank, node.children)):
        faults.add("empty", node.at, "a heading without text", node.inner)


def _check_figure(node: Node, kind: Kind, faults: Faults) -> None:
    images = [each for each in node.nodes() if each.name == "img"]
    for image in images[1:]:
        faults.add("image", image.at, f"a second image in a {kind}", image.inner)
    first = next(node.nodes(), None)
    if images and first is not images[0]:
        faults.add("order", images[0].at, "the image does not come first", images[0].inner)
    wanted, fault = _NEEDS.get(kind, ("", ""))
    content = next((each for each in node.nodes() if each.name == wanted), None)
    if wanted and content is None:
        faults.add(fault, node.at, f"a {kind} without <{wanted}>", node.inner)
    if content and kind.startswith("formula"):
        _check_latex(content, faults)
    outer = box(node, None, Faults(""))
    inner = box(images[0], None, Faults("")) if images else None
    if outer and inner and _outside(inner, outer):
        why = "the image reaches out of its figure"
        faults.add("image-outside", images[0].at, why, images[0].inner)


def _outside(inner: Corners, outer: Corners) -> bool:
    low = any(a < b for a, b in zip(inner[:2], outer[:2], strict=True))
    return low or any(a > b for a, b in zip(inner[2:], outer[2:], strict=True))


def _check_latex(node: Node, faults: Faults) -> None:
    latex = formula(node, Faults(""))
    if not latex:
        faults.add("empty", node.at, "a formula without LaTeX", node.inner)
    bare = latex.replace("\\\\", "").replace("\\{", "").replace("\\}", "")
    if bare.count("{") != bare.count("}") and not node.cut:
        faults.add("braces", node.at, "braces that do not close in LaTeX", node.inner)


def _check_table(node: Node, numbers: set[str], faults: Faults) -> None:
    name = node.attributes.get("class")
    if name in numbers:
        faults.add("table-twice", node.at, f"a second table of class {name!r}", node.inner)
    numbers |= {name} if name else set()
    lines = outline(node)
    bare = any(each.name in CELLS for each in node.nodes())
    if not bare and not any(cells for _, cells in lines):
        faults.add("empty", node.at, "a table without cells", node.inner)
    for wrong in [] if node.cut else grid(tuple(cells for _, cells in lines))[1]:
        line, _ = lines[wrong.row]
        faults.add(wrong.kind, line.at, wrong.reason, line.inner)


def _check_styles(body: Node, faults: Faults) -> None:
    parts = list(body.nodes())
    for style, table in pairwise(parts):
        if (style.name, table.name) != ("style", "table"):
            continue
        name = table.attributes.get("class", "")
        sheet = "".join(each.text for each in style.children if isinstance(each, Text))
        if name not in sheet:
            faults.add("style", style.at, f"a style that does not name {name!r}", style.inner)
        elif not name:
            faults.add("style", style.at, "a style for a table without a class", style.inner)
