"""A work item to a form, an invoice or a receipt with its conversation."""

from collections.abc import Iterator
from pathlib import Path

from qvl.data.records import Record
from qvl.data.synth.documents.letters import Voice, families, handwriting, monospaced
from qvl.data.synth.documents.look import Rng, pick
from qvl.data.synth.documents.pen import Drawing
from qvl.data.synth.documents.shot import Shot, aged, clipped
from qvl.data.synth.documents.stage import language_of
from qvl.data.synth.documents.tasks import whole
from qvl.data.synth.forms import asking
from qvl.data.synth.forms.board import Board
from qvl.data.synth.forms.fillable import form
from qvl.data.synth.forms.invoices import invoice
from qvl.data.synth.forms.receipts import receipt
from qvl.data.synth.talk import Said, Scene, encoded, record
from qvl.data.work import Rejected, Work
from qvl.tasks.document.model import Page

FAMILY = "forms"
TRIES = 4
SCANNED = 0.3
Drawn = tuple[Board, Drawing, str]


def forms(work: Work, cache: Path) -> Iterator[Record | Rejected]:
    """One form, invoice or receipt; a rejection where values do not go into their fields."""
    rng = work.rng()
    language = language_of(rng)
    for _ in range(TRIES):
        try:
            board, drawing, style = drawn(rng, cache, language)
            break
        except ValueError:
            continue
    else:
        yield Rejected(work.key, "a value does not go into its field")
        return
    page = Page(tuple(clipped(each, drawing.size) for each in board.elements), drawing.size)
    shot, age = aged(Shot(drawing.pixels(), page, board.boxes), rng, SCANNED)
    picture = encoded(shot.image, int(rng.integers(78, 96)))
    talk = _talk(rng, board, shot, language, picture[0])
    meta = {"style": style, "age": age}
    yield record(Scene(work.key, FAMILY, language, meta, picture), talk)


def drawn(rng: Rng, cache: Path, language: str) -> Drawn:
    """ValueError where a value is too long for its field."""
    family = pick(rng, families(cache, language))
    mono = pick(rng, monospaced(cache, language))
    kind = pick(rng, ("receipt", "invoice", "form"))
    if kind == "receipt":
        return receipt(rng, Voice(mono if rng.random() < 0.4 else family, mono, 16), language)
    voice = Voice(family, mono, 16)
    if kind == "invoice":
        return invoice(rng, voice, language)
    return form(rng, voice, language, handwriting(cache, language))


def _talk(rng: Rng, board: Board, shot: Shot, language: str, of: str) -> list[tuple[str, Said]]:
    """Values by keys most often; up to three questions."""
    draw, values, boxes = rng.random(), board.values, dict(shot.values)
    if draw < 0.15:
        return whole(rng, shot.page, language, of, False)
    if draw < 0.35:
        return [asking.schemed(rng, values, of)]
    if draw < 0.75 or not boxes:
        return [asking.keyed(rng, values, boxes, language, of)]
    found = [asking.keyed(rng, values, boxes, language, of)] if rng.random() < 0.4 else []
    found.append(asking.one(rng, values, language))
    flat = [key for key in boxes if not key.startswith("items.")]
    if flat and rng.random() < 0.6:
        found.append(asking.where(rng, boxes, language, of))
    return found
