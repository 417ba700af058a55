"""Questions about documents of many pages, whose answers stand on certain pages.

Pages are counted from one, as they are printed on them.
"""

from collections.abc import Sequence
from typing import Any

from qvl.data.records import Facts, Part
from qvl.data.synth.documents.look import Rng, pick
from qvl.data.synth.documents.markup import flat
from qvl.data.synth.documents.tasks import NAMES, parts
from qvl.messages import Text
from qvl.tasks.document.model import Heading, Page, Paragraph

Asked = tuple[str, list[Part]]
Pages = Sequence[Page]
_SECTION = (
    "On which page does the section “{}” begin?",
    "Which page has the heading “{}”?",
    "Find the section titled “{}”. Answer with the page number.",
    "“{}”这一节在第几页？",
)
_NO_SECTION = ("There is no section with this title.", "No page has such a heading.")
_ABSENT = ("Beekeeping in winter", "Tax rates of 1913", "How to bake rye bread", "Index of rivers")
_PASSAGE = (
    "On which page does the paragraph that begins with “{}” stand?",
    "Which page contains the words “{}”?",
    "Find the page where the text reads “{}…”.",
)
_REST = (
    "Read the paragraph on page {} that begins with “{}”.",
    "On page {}, a paragraph begins with “{}”. Give the whole paragraph.",
)
_PLACE = (
    "Locate the paragraph that begins with “{}”: say the page, then output its bbox as JSON.",
    "Where does “{}” stand? Name the page and give the coordinates in JSON format.",
)
_OUTLINE = (
    "List the headings of the document with their pages.",
    "Write a table of contents: every heading and its page number.",
    "列出文档的所有标题及其页码。",
)
_COUNT = (
    "How many pages does the document have?",
    "Count the pages.",
    "这份文档有多少页？",
)
_KINDS = ("How many {}s are there in the document?", "Count the {}s on all pages.")
_FIRST = ("What is the first heading on page {}?", "Which heading comes first on page {}?")


def section(rng: Rng, pages: Pages) -> Asked | None:
    """The page of a heading, of one that is there once; or of one that is not there."""
    if rng.random() < 0.15:
        return pick(rng, _SECTION[:3]).format(pick(rng, _ABSENT)), [Text(pick(rng, _NO_SECTION))]
    heads = [(flat(h.content), n) for n, p in enumerate(pages, 1) for h in parts(p, Heading)]
    titles = [text for text, _ in heads]
    once = [(text, n) for text, n in heads if titles.count(text) == 1]
    if not once:
        return None
    text, number = pick(rng, once)
    return pick(rng, _SECTION).format(text), [Text(str(number))]


def _passages(pages: Pages) -> list[tuple[str, int, Any]]:
    """Paragraphs by first words that no other paragraph begins with."""
    every = [(p, n) for n, page in enumerate(pages, 1) for p in parts(page, Paragraph)]
    texts = [flat(p.content) for p, _ in every]
    found = []
    for (element, number), text in zip(every, texts, strict=True):
        begin = text[:14] if " " not in text[:20] else " ".join(text.split(" ")[:6])
        if len(text) > 60 and sum(begin in t for t in texts) == 1:
            found.append((begin, number, element))
    return found


def passage(rng: Rng, pages: Pages) -> Asked | None:
    found = _passages(pages)
    if not found:
        return None
    begin, number, _ = pick(rng, found)
    return pick(rng, _PASSAGE).format(begin), [Text(str(number))]


def rest(rng: Rng, pages: Pages) -> Asked | None:
    """A paragraph that ends where a sentence does, as a whole."""
    found = [each for each in _passages(pages) if flat(each[2].content)[-1] in ".!?。！？"]
    if not found:
        return None
    begin, number, element = pick(rng, found)
    return pick(rng, _REST).format(number, begin), [Text(flat(element.content))]


def place(rng: Rng, pages: Pages) -> Asked | None:
    found = _passages(pages)
    if not found:
        return None
    begin, number, element = pick(rng, found)
    rows = [{"label": begin, "box": list(element.box)}]
    answer: list[Part] = [Text(f"Page {number}\n"), Facts("boxes", rows, of=f"{number - 1}.jpg")]
    return pick(rng, _PLACE).format(begin), answer


def outline(rng: Rng, pages: Pages) -> Asked | None:
    heads = [(flat(h.content), n) for n, p in enumerate(pages, 1) for h in parts(p, Heading)]
    if not 2 <= len(heads) <= 60:
        return None
    told = "\n".join(f"{text} — {number}" for text, number in heads)
    return pick(rng, _OUTLINE), [Text(told)]


def counted(rng: Rng, pages: Pages) -> Asked:
    """Pages, or elements of a kind that no end of a page breaks in two."""
    if rng.random() < 0.5:
        return pick(rng, _COUNT), [Text(str(len(pages)))]
    name = pick(rng, ("heading", "table", "figure", "chart", "formula"))
    count = sum(1 for page in pages for _ in parts(page, NAMES[name]))
    return pick(rng, _KINDS).format(name), [Text(str(count))]


def first(rng: Rng, pages: Pages) -> Asked | None:
    heads = {n: list(parts(p, Heading)) for n, p in enumerate(pages, 1)}
    numbers = [n for n, found in heads.items() if found]
    if not numbers:
        return None
    number = pick(rng, numbers)
    return pick(rng, _FIRST).format(number), [Text(flat(heads[number][0].content))]


MAKERS = (section, passage, rest, place, outline, counted, first)
