"""A work item to a page of a document with its conversation."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from qvl.data.records import Record
from qvl.data.synth.documents import chapters, tasks
from qvl.data.synth.documents.additions import Making
from qvl.data.synth.documents.chapters import Chapter
from qvl.data.synth.documents.compose import THEMES, pieces, title_of
from qvl.data.synth.documents.edges import Edges
from qvl.data.synth.documents.flow import Leaf, flow
from qvl.data.synth.documents.letters import LANGUAGES
from qvl.data.synth.documents.look import Rng, look, pick
from qvl.data.synth.documents.markup import flat
from qvl.data.synth.documents.shot import Shot, aged
from qvl.data.synth.documents.strips import Piece
from qvl.data.synth.talk import LICENCE, Scene, encoded, record
from qvl.data.work import Rejected, Work
from qvl.tasks.document.model import Author, Heading, Inline, Paragraph

FAMILY = "documents"
SCANNED = 0.25
READ = 30  # pages of documentation for one document


def language_of(rng: Rng) -> str:
    """English in two of five, Chinese more often than the others."""
    draw = rng.random()
    return "en" if draw < 0.4 else "zh" if draw < 0.52 else pick(rng, LANGUAGES[2:])


def pages(work: Work, cache: Path) -> Iterator[Record | Rejected]:
    """One page, asked for as a whole or in parts."""
    rng = work.rng()
    language = language_of(rng)
    making = making_of(rng, cache, language)
    leaf = next(leaves(making, 1), None)
    if leaf is None:
        yield Rejected(work.key, "nothing on the page")
        return
    shot, age = aged(
        Shot(leaf.drawing.pixels(), leaf.page), rng, SCANNED, 0.8 * making.look.body.size
    )
    picture = encoded(shot.image, int(rng.integers(80, 96)))
    if rng.random() < 0.6 or making.captioned:
        talk, task = tasks.whole(rng, shot.page, language, picture[0], making.captioned), "page"
    else:
        talk, task = tasks.partly(rng, shot.page, language, picture[0]), "parts"
    kinds = sorted({type(e).__name__.lower() for e in shot.page.elements})
    meta = {"style": making.look.style, "age": age, "task": task, "kinds": kinds}
    if not talk:
        talk = tasks.whole(rng, shot.page, language, picture[0], False)
    yield told(record(Scene(work.key, FAMILY, language, meta, picture), talk), making)


def told(made: Record, making: Making) -> Record:
    """The record with what its document was made of."""
    licences = sorted(making.licences) or [LICENCE]
    return replace(
        made,
        licence=" AND ".join(licences),
        sources=(*made.sources, *sorted(making.sources)),
    )


def making_of(rng: Rng, cache: Path, language: str, **sizes: Any) -> Making:
    seen = look(rng, cache, language, **sizes)
    return Making(rng, cache, language, seen, captioned=bool(rng.random() < 0.3))


def leaves(making: Making, most: int, theme: str = "") -> Iterator[Leaf]:
    """The pages of a document of real chapters; the first may have a title over all columns."""
    rng = making.rng
    theme = theme or pick(rng, tuple(THEMES))
    found = _chapters(making)
    opening = next(found)
    titled = _title(making, opening) if rng.random() < 0.35 else []
    start = 0 if titled or most > 1 else int(rng.integers(0, max(1, len(opening.elements) - 4)))
    after = pieces(making, chain([opening], found), theme, start)
    if titled:
        after = (p for p in after if not (isinstance(p.element, Heading) and _is_title(p, titled)))
    first = 1 if most > 1 or titled else int(rng.integers(1, 400))
    running = title_of(opening)
    running = "" if making.lacks(running) else running[:60]
    last = first + most + int(rng.integers(0, 40))
    edges = Edges(running or str(first), first, last, _notes(making, opening))
    yield from flow(titled, after, making.look, edges, most)


def _chapters(making: Making) -> Iterator[Chapter]:
    """Neighbouring pages of documentation that have something to say, READ of them at most."""
    rng, every = making.rng, chapters.pages(making.cache, making.language)
    found = False
    for _ in range(12):  # in some translations most pages are English
        at = int(rng.integers(len(every)))
        for step in range(READ):
            package, path = every[(at + step) % len(every)]
            chapter = chapters.read(making.cache, making.language, package, path)
            if sum(isinstance(e, Paragraph) for e in chapter.elements) >= 3:
                found = True
                yield chapter
        if found:
            return
    raise ValueError(f"no chapter in {making.language!r} of the {len(every)} pages tried")


def _title(making: Making, chapter: Chapter) -> list[Piece]:
    from qvl.data.synth.forms.people import person

    text = title_of(chapter)
    if making.lacks(text) or len(text) > 90:
        return []
    names = [person(making.rng, making.language) for _ in range(int(making.rng.integers(1, 4)))]
    found = [Piece(Heading(None, 1, (text,)))]
    if making.rng.random() < 0.6 and not making.lacks(names[0]):
        found.append(Piece(Author(None, (", ".join(names),))))
    return found


def _is_title(piece: Piece, titled: list[Piece]) -> bool:
    ours, its = titled[0].element, piece.element
    return (
        isinstance(ours, Heading)
        and isinstance(its, Heading)
        and flat(ours.content).strip() == flat(its.content).strip()
    )


def _notes(making: Making, chapter: Chapter) -> Callable[[], Inline | None]:
    """Footnotes on a third of the pages: short paragraphs of the same chapter."""
    short = [
        e.content
        for e in chapter.elements
        if isinstance(e, Paragraph) and 20 < len(flat(e.content)) < 160
        and all(isinstance(p, str) for p in e.content) and not making.lacks(flat(e.content))
    ]  # fmt: skip

    def note() -> Inline | None:
        if not short or making.rng.random() > 0.3:
            return None
        return (flat(pick(making.rng, short)).strip(),)

    return note
