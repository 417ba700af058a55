"""Pictures, formulas, music, molecules and charts with the words beside them, as strips."""

from dataclasses import replace

from qvl.data.synth.documents.look import Look
from qvl.data.synth.documents.pen import Sheet
from qvl.data.synth.documents.setting import said
from qvl.data.synth.documents.strips import Join, Piece, Strip, around, text_strips
from qvl.tasks.document.model import Element, Formula, Picture
from qvl.tasks.place import Corners


def figure(piece: Piece, look: Look, width: float) -> tuple[list[Strip], Join] | None:
    """One strip: the drawing, and its caption above or below; None for one that gets too small.

    The box of the element holds both, the box of its image the drawing alone.
    """
    art, element = piece.art, piece.element
    assert art is not None
    scale = min(1.0, width / art.size[0])
    if scale < 0.55:
        return None
    wide, high = art.size[0] * scale, art.size[1] * scale
    centred = isinstance(element, Formula) or look.title != "left"
    voice = replace(look.body.at(0.88), slanted=look.heading in ("plain", "centred"))
    plain = replace(look, align="centre" if centred else "left")
    rows, row_high, down = text_strips(piece.caption, voice, plain, width)
    said_high = len(rows) * row_high + (0.3 * voice.size if rows else 0)
    above = look.caption == "above"

    def draw(sheet: Sheet, x: float, y: float) -> Element:
        top = y + (said_high if above else 0)
        left = x + ((width - wide) / 2 if centred else 0)
        box = (left, top, left + wide, top + high)
        art.draw(sheet, box)
        if look.framed and isinstance(element, Picture):
            sheet.frame(box, (150, 150, 150), 1)
        first = y if above else top + high + 0.3 * voice.size
        boxes = [r.draw(sheet, x, first + down + i * row_high) for i, r in enumerate(rows)]
        return _told(element, box, boxes, said(rows) if rows else ())

    return [Strip(high + said_high, look.gap + 8, draw)], lambda found: found[0]


def _told(element: Element, box: Corners, boxes: list[Corners], words: tuple) -> Element:
    whole = around([box, *boxes])
    if isinstance(element, Picture) and words:
        return replace(element, box=whole, image=box, text="caption", content=words)
    return replace(element, box=whole, image=box)  # type: ignore[call-arg]
