"""What is asked of a page: the whole of it, its text, or where and what its parts are."""

from collections.abc import Iterator
from typing import Any

from qvl.data.records import Facts
from qvl.data.synth.documents.asking import asked
from qvl.data.synth.documents.look import Rng, pick
from qvl.data.synth.documents.markup import flat
from qvl.data.synth.talk import Said
from qvl.tasks.document.model import (
    Chart,
    Chemical,
    Document,
    Formula,
    Heading,
    Item,
    List,
    Music,
    Page,
    Paragraph,
    Picture,
    Table,
)
from qvl.tasks.document.plain import page_text
from qvl.tasks.document.records import page_dict

Talk = list[tuple[str, Said]]
NAMES: dict[str, type[Any]] = {
    "heading": Heading,
    "paragraph": Paragraph,
    "table": Table,
    "figure": Picture,
    "chart": Chart,
    "formula": Formula,
    "music sheet": Music,
    "chemical formula": Chemical,
    "list item": Item,
}
NOTATION = {
    "formulas": (Formula, "latex"),
    "music": (Music, "abc"),
    "molecules": (Chemical, "smiles"),
}


def whole(rng: Rng, page: Page, language: str, of: str, captioned: bool) -> Talk:
    """The page as QwenVL HTML."""
    facts = Facts("page", page_dict(page), "html", of)
    return [(asked(rng, "captioned" if captioned else "page", language), facts)]


def partly(rng: Rng, page: Page, language: str, of: str) -> Talk:
    """Up to three questions, of those that the page has an answer to."""
    makers = (_read, _located, _passage, _notation, _headings, _absent)
    order = [makers[i] for i in rng.permutation(len(makers))]
    found = (each for make in order if (each := make(rng, page, language, of)))
    return [each for each, _ in zip(found, range(int(rng.integers(1, 4))), strict=False)]


Made = tuple[str, Said] | None


def _read(rng: Rng, page: Page, language: str, of: str) -> Made:
    """The whole text, plain or as Markdown."""
    first, second = (_text, _markdown) if rng.random() < 0.5 else (_markdown, _text)
    return first(rng, page, language, of) or second(rng, page, language, of)


def _text(rng: Rng, page: Page, language: str, of: str) -> Made:
    drawn = (Chart, Chemical, Music, Formula)
    if any(isinstance(e, drawn) for e in page.elements):
        return None  # what is not text would have to be told, too
    return asked(rng, "text", language), page_text(page)


def _markdown(rng: Rng, page: Page, language: str, of: str) -> Made:
    if any(isinstance(e, Picture | Chart | Chemical | Music) for e in page.elements):
        return None
    return asked(rng, "markdown", language), Document((page,)).to_markdown()


def parts(page: Page, kind: type[Any]) -> Iterator[Any]:
    """The elements of a kind with boxes, items of lists among them."""
    for each in page.elements:
        if kind is Item and isinstance(each, List):
            yield from _items(each)
        elif isinstance(each, kind) and each.box:
            yield each


def _items(each: List) -> Iterator[Item]:
    for item in each.items:
        if item.box:
            yield item
        for inner in item.lists:
            yield from _items(inner)


def _located(rng: Rng, page: Page, language: str, of: str) -> Made:
    present = [name for name, kind in NAMES.items() if any(True for _ in parts(page, kind))]
    if not present:
        return None
    name = pick(rng, present)
    rows = [{"label": name, "box": list(each.box)} for each in parts(page, NAMES[name])]
    return asked(rng, "locate", language, name), Facts("boxes", rows, of=of)


def _absent(rng: Rng, page: Page, language: str, of: str) -> Made:
    """A kind of element that is not there."""
    missing = [name for name, kind in NAMES.items() if not any(True for _ in parts(page, kind))]
    if not missing or rng.random() < 0.6:
        return None
    return asked(rng, "locate", language, pick(rng, missing)), Facts("boxes", [], of=of)


def _passage(rng: Rng, page: Page, language: str, of: str) -> Made:
    """A paragraph by its first words, which no other has."""
    texts = {id(e): flat(e.content) for e in parts(page, Paragraph)}
    begins = {at: _begin(text, language) for at, text in texts.items() if len(text) > 40}
    unique = [at for at, b in begins.items() if sum(t.startswith(b) for t in texts.values()) == 1]
    if not unique:
        return None
    chosen = pick(rng, unique)
    element = next(e for e in parts(page, Paragraph) if id(e) == chosen)
    rows = [{"label": begins[chosen], "box": list(element.box)}]
    return asked(rng, "passage", language, begins[chosen]), Facts("boxes", rows, of=of)


def _begin(text: str, language: str) -> str:
    return text[:12] if language in ("zh", "ja") else " ".join(text.split(" ")[:5])


def _notation(rng: Rng, page: Page, language: str, of: str) -> Made:
    has = [k for k, (kind, _) in NOTATION.items() if any(True for _ in parts(page, kind))]
    if not has:
        return None
    key = pick(rng, has)
    kind, name = NOTATION[key]
    return asked(rng, key, language), "\n\n".join(getattr(e, name) for e in parts(page, kind))


def _headings(rng: Rng, page: Page, language: str, of: str) -> Made:
    texts = [flat(e.content) for e in parts(page, Heading)]
    return (asked(rng, "headings", language), "\n".join(texts)) if texts else None
