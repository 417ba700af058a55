"""What stands around the text of a page: header, footer, footnote."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from qvl.data.synth.documents.letters import Voice
from qvl.data.synth.documents.look import Look
from qvl.data.synth.documents.pen import Sheet
from qvl.data.synth.documents.setting import Line, lines, said
from qvl.data.synth.documents.strips import around, text_strips
from qvl.data.synth.documents.words import words
from qvl.tasks.document.model import Element, Inline, Mark, Paragraph


@dataclass(frozen=True)
class Footnote:
    lines: tuple[Line, ...]
    height: float


@dataclass(frozen=True)
class Edges:
    """`first` is the number of the first page, `last` of the last; `note` gives a footnote."""

    running: str  # title in headers and footers
    first: int
    last: int
    note: Callable[[], Inline | None]

    def header(self, sheet: Sheet, look: Look, number: int) -> list[Element]:
        width, edge = look.size[0], look.margin
        baseline = 0.62 * edge
        voice = look.body.at(0.82)
        if look.header == "none":
            return []
        if look.header == "band":
            sheet.rect((0, 0, width, 0.8 * edge), look.accent)
            voice = replace(voice, colour=look.paper)
        elif look.header in ("rule", "title+number"):
            sheet.line((edge, 0.78 * edge, width - edge, 0.78 * edge), look.accent, 1)
        texts = []
        if look.header != "number":
            texts.append((self.running, edge, "left"))
        if look.header in ("number", "title+number"):
            texts.append((str(number), width - edge, "right"))
        return [_edge(sheet, voice, text, x, baseline, side) for text, x, side in texts]

    def footer(self, sheet: Sheet, look: Look, number: int) -> list[Element]:
        (width, height), edge = look.size, look.margin
        baseline = height - 0.45 * edge
        voice = look.body.at(0.82)
        if look.footer == "none":
            return []
        if look.footer == "rule":
            y = height - 0.9 * edge
            sheet.line((edge, y, width - edge, y), (130, 130, 130), 1)
        if look.footer == "title":
            return [_edge(sheet, voice, self.running, width / 2, baseline, "centre")]
        text = f"{number} / {self.last}" if look.footer == "of" else str(number)
        side = "right" if number % 2 else "left"
        at = {"outer": (width - edge if number % 2 else edge, side)}
        x, where = at.get(look.footer, (width / 2, "centre"))
        return [_edge(sheet, voice, text, x, baseline, where)]

    def footnote(self, look: Look) -> Footnote | None:
        """The next one, set over all columns."""
        content = self.note()
        if content is None:
            return None
        voice = look.body.at(0.8)
        room = look.size[0] - 2 * look.margin
        told: Inline = (Mark("sup", ("1",)), *content)
        rows, high, _ = text_strips(told, voice, replace(look, align="left"), room)
        return Footnote(tuple(rows), high * len(rows) + 0.8 * look.body.size)

    def notes(self, sheet: Sheet, look: Look, note: Footnote | None, top: float) -> list[Element]:
        if note is None or not note.lines:
            return []
        y = top + 0.5 * look.body.size
        sheet.line((look.margin, y, look.margin + 0.3 * look.size[0], y), look.body.colour, 1)
        size = 0.8 * look.body.size
        high = (note.height - 0.8 * look.body.size) / len(note.lines)
        boxes = [
            row.draw(
                sheet, look.margin, y + 0.3 * look.body.size + high * i + high / 2 + 0.36 * size
            )
            for i, row in enumerate(note.lines)
        ]
        return [Paragraph(around(boxes), said(note.lines))]


def _edge(sheet: Sheet, voice: Voice, text: str, x: float, baseline: float, side: str) -> Paragraph:
    row = lines(words((text,), voice), 10_000)[0]
    far = row.ink[2]
    left = {"left": x, "right": x - far, "centre": x - far / 2}[side]
    return Paragraph(row.draw(sheet, left, baseline), said([row]))
