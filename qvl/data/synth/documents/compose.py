"""What stands in a document: a real chapter, and between its paragraphs what its theme adds."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from qvl.data.synth.documents import formulas, illustrations
from qvl.data.synth.documents.additions import ADDED, Making
from qvl.data.synth.documents.chapters import Chapter
from qvl.data.synth.documents.look import pick
from qvl.data.synth.documents.markup import flat, plain_parts
from qvl.data.synth.documents.strips import Piece
from qvl.tasks.document.model import Element, Heading, Paragraph

THEMES = {  # what is put between paragraphs
    "prose": (),
    "science": ("formula", "formula", "formula", "table"),
    "chemistry": ("molecule", "molecule", "formula", "table"),
    "music": ("tune", "tune", "stamp"),
    "report": ("table", "chart", "table", "sign"),
    "illustrated": ("stamp", "stamp", "sign"),
}


def pieces(making: Making, chapters: Iterable[Chapter], theme: str, start: int) -> Iterator[Piece]:
    """The elements from the `start`-th on, with additions; what no face can draw is left out."""
    rng, kinds = making.rng, THEMES[theme]
    since = int(rng.integers(0, 3))
    for chapter in chapters:
        making.sources.add(chapter.source)
        making.licences.add(chapter.licence)
        for at, element in enumerate(chapter.elements[start:], start):
            piece = _real(making, chapter, at, element)
            if piece is None:
                continue
            yield _with_formulas(making, piece) if theme == "science" else piece
            since += isinstance(element, Paragraph)
            if kinds and since >= 2 and rng.random() < 0.7:
                since = 0
                yield from ADDED[pick(rng, kinds)](making)
        start = 0


def _real(making: Making, chapter: Chapter, at: int, element: Element) -> Piece | None:
    if path := chapter.pictures.get(at):
        try:
            art = illustrations.photo(path, making.look.width, making.look.size[1] * 0.35)
        except OSError:
            return None
        return Piece(element, art) if art else None
    if any(making.lacks(text) for text in plain_parts(element)):
        return None
    return Piece(element)


def _with_formulas(making: Making, piece: Piece) -> Piece:
    """Some words of a paragraph with a short formula after them."""
    element, rng = piece.element, making.rng
    if not isinstance(element, Paragraph) or rng.random() < 0.6:
        return piece
    content = list(element.content)
    at = next((i for i, part in enumerate(content) if isinstance(part, str) and " " in part), None)
    if at is None:
        return piece
    words = str(content[at]).split(" ")
    words.insert(int(rng.integers(1, len(words))), f"${formulas.short(rng)}$")
    content[at] = " ".join(words)
    return Piece(replace(element, content=tuple(content)))


def title_of(chapter: Chapter) -> str:
    """The first heading of a chapter, or what its file is called."""
    for each in chapter.elements:
        if isinstance(each, Heading):
            return flat(each.content).strip()
    return chapter.path.stem.replace("-", " ").replace("_", " ")
