"""A document as plain text: paragraphs apart, cells of a row with tabs between."""

from collections.abc import Iterator

from qvl.tasks.document.model import (
    Chart,
    Chemical,
    Document,
    Element,
    Formula,
    Inline,
    List,
    Mark,
    Music,
    Page,
    Picture,
    Rows,
    Separator,
    Table,
)


def plain(content: Inline) -> str:
    """The letters alone: a <br> is a line end, a formula keeps its dollars."""
    return "".join(_letters(part) for part in content)


def document_text(document: Document) -> str:
    """Every text in reading order, pages with a form feed between."""
    return "\f".join(page_text(page) for page in document.pages)


def page_text(page: Page) -> str:
    return "\n\n".join(text for each in page.elements if (text := element_text(each)))


def element_text(part: Element) -> str:
    """The text of one element; of a figure what it shows, in its notation."""
    match part:
        case Separator():
            return ""
        case List():
            return "\n".join(_lines(part, 0))
        case Table(rows=rows) | Chart(rows=rows):
            return _cells(rows)
        case Formula(latex=text) | Music(abc=text) | Chemical(smiles=text):
            return text
        case Picture(text=""):
            return ""
        case _:
            return plain(part.content)


def _letters(part: str | Mark) -> str:
    if isinstance(part, str):
        return part
    return "\n" if part.tag == "br" else plain(part.content)


def _cells(rows: Rows) -> str:
    lines = ("\t".join(" ".join(plain(cell.content).split()) for cell in row) for row in rows)
    return "\n".join(lines)


def _lines(part: List, depth: int) -> Iterator[str]:
    for at, item in enumerate(part.items, 1):
        sign = f"{at}." if part.ordered else "-"
        yield f"{'  ' * depth}{sign} {plain(item.content)}"
        for inner in item.lists:
            yield from _lines(inner, depth + 1)
