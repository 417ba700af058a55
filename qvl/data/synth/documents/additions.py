"""What is put between the paragraphs of a chapter: formulas, molecules, music, tables, pictures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qvl.data.synth.documents import formulas, illustrations, molecules, music
from qvl.data.synth.documents.look import Look, Rng, pick
from qvl.data.synth.documents.pen import Sheet
from qvl.data.synth.documents.strips import Art, Piece
from qvl.data.synth.documents.vector import image_art
from qvl.data.synth.forms.words import label
from qvl.tasks.document.model import (
    Cell,
    Chart,
    Chemical,
    Element,
    Formula,
    Inline,
    Music,
    Paragraph,
    Picture,
    Table,
    inline,
)
from qvl.tasks.place import Corners


@dataclass
class Making:
    """What a document is made with, and what it turns out to be made of."""

    rng: Rng
    cache: Path
    language: str
    look: Look
    captioned: bool  # illustrations say what they show
    sources: set[str] = field(default_factory=set)
    licences: set[str] = field(default_factory=set)
    figures: int = 0
    tables: int = 0
    charts: int = 1  # at most so many, since one takes as long as a page

    def lacks(self, text: str) -> bool:
        voices = (self.look.body.family, self.look.head.family)
        return any(family.lacks(text) for family in voices)


def _formula(making: Making) -> Iterator[Piece]:
    rng, size = making.rng, making.look.body.size * float(making.rng.uniform(1.0, 1.35))
    latex = formulas.formula(rng, int(rng.integers(2, 5)))
    made = formulas.engraved(latex, size, making.look.math)
    left, top, right, bottom = made.ink
    if right - left > making.look.width:
        return
    colour = making.look.body.colour

    def draw(sheet: Sheet, box: Corners) -> None:
        sheet.path(box[0] - left, box[1] - top, made.outline, colour)

    yield Piece(Formula(None, None, latex), Art((round(right - left), round(bottom - top)), draw))


def _molecule(making: Making) -> Iterator[Piece]:
    smiles = molecules.molecule(making.rng)
    bond = making.look.body.size * float(making.rng.uniform(1.5, 2.2))
    art = molecules.engraved(smiles, making.rng, bond)
    if art.size[0] <= making.look.width and art.size[1] <= 0.4 * making.look.size[1]:
        yield Piece(Chemical(None, None, smiles), art)


def _tune(making: Making) -> Iterator[Piece]:
    rng, width = making.rng, making.look.width
    most = max(2, min(16, int(width / 45)))
    made = music.tune(rng, int(rng.integers(2, most + 1)))
    scale = int(min(making.look.body.size * rng.uniform(1.7, 2.6), width / 9))
    art, abc = music.engraved(made, width, max(20, scale), pick(rng, music.FACES))
    yield Piece(Music(None, None, abc), art)


def _table(making: Making) -> Iterator[Piece]:
    from qvl.data.synth.tables import measured, written

    sheet = pick(making.rng, (*measured.SHEETS, *written.SHEETS))(making.rng, making.language)
    if any(making.lacks(cell.text) or "$" in cell.text for row in sheet.rows for cell in row):
        return
    rows = tuple(
        tuple(Cell(inline(c.text), c.header, c.rows, c.columns) for c in row) for row in sheet.rows
    )
    if making.rng.random() < 0.6 and sheet.caption and not making.lacks(sheet.caption):
        making.tables += 1
        name = label("table", making.language)
        yield Piece(Paragraph(None, (f"{name} {making.tables}. {sheet.caption}",)))
    yield Piece(Table(None, rows))


def _chart(making: Making) -> Iterator[Piece]:
    if not making.charts:
        return
    making.charts -= 1
    from qvl.data.synth.charts.boxed import boxed
    from qvl.data.synth.charts.figure import DRAW, figure, settings
    from qvl.data.synth.charts.look import look
    from qvl.data.synth.charts.stage import ALL

    kind = pick(making.rng, tuple(DRAW))
    chart = ALL[kind](kind, making.rng, making.language)
    with settings(seen := look(making.rng, making.language)):
        drawn = boxed(*figure([chart], seen, ""))
    if drawn.fault():
        return
    head, *body = chart.table()
    rows = (
        tuple(Cell(inline(text), header=True) for text in head),
        *(tuple(Cell(inline(text)) for text in row) for row in body),
    )
    scale = min(1.0, making.look.width / drawn.image.width, 420 / drawn.image.height)
    if scale > 0.6:
        yield _captioned(making, Chart(None, None, rows), image_art(drawn.image, scale), "")


def _stamp(making: Making) -> Iterator[Piece]:
    shown = illustrations.stamp(making.rng, making.cache, making.language, making.look.width)
    if shown is None or making.lacks(shown.about) or "$" in shown.about:
        return
    making.sources.add(shown.source)
    making.licences.add(shown.licence)
    about: Inline = (shown.about,)
    element = Picture(None, None, "caption", about) if making.captioned else Picture(None, None)
    visible = shown.about if making.rng.random() < 0.5 else ""
    yield _captioned(making, element, shown.art, visible)


def _captioned(making: Making, element: Element, art: Art, about: str) -> Piece:
    """A figure with its caption as the reader sees it, or none."""
    if not about:
        return Piece(element, art)
    making.figures += 1
    name = label("figure", making.language)
    sign = pick(making.rng, (".", ":", " –"))
    return Piece(element, art, (f"{name} {making.figures}{sign} {about}",))


def _sign(making: Making) -> Iterator[Piece]:
    from qvl.data.synth.charts.words import names

    groups = ("product", "city", "team", "subject", "country", "month")
    texts = [pick(making.rng, names(pick(making.rng, groups), making.language)) for _ in range(3)]
    texts = [t for t in texts if not making.lacks(t)][: int(making.rng.integers(1, 4))]
    if texts:
        art, content = illustrations.sign(making.rng, making.look, texts, making.look.width)
        yield Piece(Picture(None, None, "ocr", content), art)


ADDED: dict[str, Callable[[Making], Iterator[Piece]]] = {
    "formula": _formula,
    "molecule": _molecule,
    "tune": _tune,
    "table": _table,
    "chart": _chart,
    "stamp": _stamp,
    "sign": _sign,
}
