"""A page on which text is put at places; it remembers what each value says and where."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from qvl.data.synth.documents.letters import Voice
from qvl.data.synth.documents.pen import BLACK, Colour, Sheet
from qvl.data.synth.documents.setting import Line, lines, said
from qvl.data.synth.documents.strips import around
from qvl.data.synth.documents.words import words
from qvl.tasks.document.model import Cell, Element, Heading, Paragraph, Table, inline
from qvl.tasks.place import Corners

ITEM = ("name", "quantity", "price", "amount")


@dataclass
class Board:
    """`values` and `boxes` have keys such as "total" and "items.0.name"; order is reading order."""

    sheet: Sheet
    body: Voice
    accent: Colour = BLACK
    elements: list[Element] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, Corners] = field(default_factory=dict)

    def put(
        self, text: str, place: tuple[float, float, float], voice: Voice, align: str = "left"
    ) -> tuple[Corners, list[Line], float]:
        """Text from x and y on within a width: the box of its ink, its lines, and where it ends.

        ValueError for a character that the face does not have.
        """
        x, y, width = place
        if lacking := voice.family.lacks(text):
            raise ValueError(f"{voice.family.name} has no {lacking[0]!r}")
        rows = lines(words((text,), voice), width, align=align)
        high = voice.size * 1.3
        boxes = [r.draw(self.sheet, x, y + high * (i + 0.78)) for i, r in enumerate(rows)]
        return around(boxes), rows, y + high * len(rows)

    def plain(
        self,
        text: str,
        place: tuple[float, float, float],
        voice: Voice | None = None,
        align: str = "left",
        level: int = 0,
    ) -> float:
        """A paragraph, or a heading of a level; where it ends."""
        box, rows, end = self.put(text, place, voice or self.body, align)
        content = said(rows)
        self.elements.append(Heading(box, level, content) if level else Paragraph(box, content))
        return end

    def value(
        self,
        key: str,
        text: str,
        place: tuple[float, float, float],
        voice: Voice | None = None,
        align: str = "left",
    ) -> float:
        """A value that stands alone, as a paragraph of its own."""
        box, rows, end = self.put(text, place, voice or self.body, align)
        self.elements.append(Paragraph(box, said(rows)))
        self.keep(key, text, box)
        return end

    def keep(self, key: str, text: str, box: Corners) -> None:
        self.values[key] = text
        self.boxes[key] = box

    def pair(
        self, key: str, label: str, text: str, place: tuple[float, float, float], far: bool = False
    ) -> float:
        """A label and its value on a line: side by side, or far from each other; one paragraph."""
        x, y, width = place
        box, rows, end = self.put(label, (x, y, width), self.body)
        used = box[2] - x + 0.5 * self.body.size
        voice = self.body
        value, value_rows, value_end = self.put(
            text,
            (x + used, y, max(width - used, 3 * voice.size)),
            voice,
            "right" if far else "left",
        )
        content = inline(*said(rows), " ", *said(value_rows))
        self.elements.append(Paragraph(around([box, value]), content))
        self.keep(key, text, value)
        return max(end, value_end)

    def rule(
        self, x: float, y: float, width: float, kind: str, colour: Colour = (90, 90, 90)
    ) -> None:
        """A line across: thin, thick, dashed or double."""
        if kind == "none":
            return
        wide = 2.0 if kind == "thick" else 1.0
        self.sheet.line((x, y, x + width, y), colour, wide, 4 if kind == "dashed" else 0)
        if kind == "double":
            self.sheet.line((x, y + 3, x + width, y + 3), colour, wide)

    def table(self, box: Corners, rows: Sequence[Sequence[Cell]]) -> None:
        self.elements.append(Table(box, tuple(tuple(row) for row in rows)))
