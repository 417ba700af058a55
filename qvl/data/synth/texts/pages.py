"""Pages of real text in twelve languages: columns, headings, notes, lists, mixed scripts."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from qvl.data.fonts import Face
from qvl.data.synth.texts.flow import Flow, credit, side_by_side, sizes
from qvl.data.synth.texts.layouts import Layout, layout
from qvl.data.synth.texts.letters import Type
from qvl.data.synth.texts.run import Colour, joined
from qvl.data.synth.texts.setting import Block
from qvl.data.synth.texts.sheet import Sheet
from qvl.data.synth.texts.supply import face_of, fitting, texts
from qvl.data.synth.texts.tones import area, frame, pick, rule, tones
from qvl.data.words.languages import TWELVE


def page(rng: np.random.Generator, folder: Path, language: str) -> tuple[Sheet, str]:
    """A page, and the name of its style. `folder` is the cache of packages."""
    seen = layout(rng, language)
    size = (int(rng.integers(560, 1180)), int(rng.integers(620, 1480)))
    body = float(min(sizes(rng, 11, 26), size[0] / seen.columns / 14))
    ground, ink, accent = tones(rng, seen.tone)
    sheet = Sheet(size, ground)
    face = face_of(rng, folder, language)
    made = _Maker(rng, folder, language, seen, sheet, face, Type.of(face, body), ink, accent)
    made.fill()
    return sheet, seen.name


@dataclass
class _Maker:
    """Everything that the parts of one page have to agree on."""

    rng: np.random.Generator
    folder: Path
    language: str
    seen: Layout
    sheet: Sheet
    face: Face
    type: Type
    ink: Colour
    accent: Colour

    def fill(self) -> None:
        width, high = self.sheet.size
        side = float(self.rng.uniform(0.05, 0.11)) * width
        self.supply = texts(self.rng, self.folder, self.language, self.face, "prose")
        top = self.head(side, side * 0.5)
        bottom = high - side
        gutter = self.type.size * float(self.rng.uniform(1.4, 2.6))
        columns = side_by_side(
            (side, top, width - side, bottom), self.seen.columns, gutter, self.language == "ar"
        )
        if self.seen.columns > 1 and self.rng.random() < 0.4:
            for left, *_ in columns if self.language != "ar" else columns[::-1]:
                if left > side:
                    x = left - gutter / 2
                    self.sheet.below.append(rule((x, top), (x, bottom), self.accent))
        flow = Flow(self.sheet, columns)
        self.body(flow)
        self.foot(side, bottom + side * 0.25)

    def piece(self, longest: int) -> str:
        """Text that is not longer than so many letters."""
        text, piece = fitting(self.supply, longest)
        credit(self.sheet, piece)
        return text

    def block(self, size: float, colour: Colour, align: str = "", bold: bool = False) -> Block:
        type_ = replace(self.type, size=size, bold=bold)
        leading = float(self.rng.uniform(1.2, 1.65)) if size == self.type.size else 1.3
        return Block(type_, colour, 1.0, leading, align or self.seen.align)

    def line(self, box: tuple[float, float, float], block: Block, longest: int) -> float:
        """A short text between left and right from a top on; where it ends below."""
        left, right, top = box
        flow = Flow(self.sheet, [(left, top, right, top + 5 * block.type.size)])
        flow.put(self.piece(longest), block, 0)
        return flow.y

    def head(self, side: float, y: float) -> float:
        """The running head and the title; where the columns begin."""
        credit(self.sheet, self.face)
        width = self.sheet.size[0]
        small = max(9.0, self.type.size * 0.75)
        near = "right" if self.language == "ar" else "left"
        if self.seen.furniture in ("head", "both"):
            y = self.line((side, width - side, y), self.block(small, self.accent, near), 40)
            self.sheet.below.append(rule((side, y + 3), (width - side, y + 3), self.accent))
        y = max(y + small * 0.8, side)
        if self.seen.title == "none":
            return y
        big = min(self.type.size * float(self.rng.uniform(1.4, 2.4)), 60.0)
        style = self.seen.title
        align = near if style in ("left", "ruled") else "middle"
        colour = self.sheet.ground if style == "banner" else self.ink
        pad = big * 0.5 if style in ("banner", "boxed") else 0.0
        block = self.block(big, colour, align, bold=True)
        end = self.line((side + pad, width - side - pad, y + pad), block, 44) + pad
        around = (side, y, width - side, end)
        if style == "banner":
            self.sheet.below.append(area(around, self.accent, 6))
        elif style == "boxed":
            self.sheet.below.append(frame(around, self.accent, 2))
        elif style == "ruled":
            self.sheet.below.append(rule((side, end + 4), (width - side, end + 4), self.accent, 3))
        return end + self.type.size

    def body(self, flow: Flow) -> None:
        size = self.type.size
        block = self.block(size, self.ink)
        gap = {"spaced": 0.7, "hanging": 0.5}.get(self.seen.paragraph, 0.0) * size
        if self.seen.paragraph == "indented":
            block = replace(block, indent=size * 1.5)
        elif self.seen.paragraph == "hanging" and self.language != "ar":
            block = replace(block, indent=-size * 1.5)
        count, special = 0, int(self.rng.integers(1, 4))
        while not flow.full:
            count += 1
            if count > 1 and self.rng.random() < 0.18:
                flow.skip(size * 0.4)
                heading = self.block(size * 1.2, self.accent, block.align, bold=True)
                flow.put(self.piece(40), replace(heading, align=self.side), size * 0.3)
            elif count % 4 == special and self.seen.extra != "none":
                self.extra(flow, block)
            else:
                flow.put(self.piece(900), block, gap, -min(block.indent, 0.0))

    @property
    def side(self) -> str:
        return "right" if self.language == "ar" else "left"

    def extra(self, flow: Flow, block: Block) -> None:
        size, kind = self.type.size, self.seen.extra
        plain = replace(block, indent=0.0, align=self.side)
        if kind in ("bullets", "numbers"):
            mark = pick(self.rng, ("• ", "– ", "- ", "* ")) if kind == "bullets" else ""
            for number in range(1, int(self.rng.integers(3, 7))):
                text = (mark or f"{number}. ") + self.piece(90)
                inset = 0.0 if self.language == "ar" else size
                flow.put(text if not self.face.lacks(text) else text[2:], plain, size * 0.2, inset)
        elif kind == "quote":
            start, at = flow.y, flow.at
            flow.skip(size * 0.5)
            runs = flow.put(self.piece(220), replace(plain, colour=self.accent), size, size)
            if runs and flow.at == at:
                left, _, right, _ = flow.column
                edge = right if self.language == "ar" else left
                self.sheet.below.append(
                    rule((edge, start + 4), (edge, flow.y - size), self.accent, 3)
                )
        elif kind == "note":
            note = replace(plain, type=replace(self.type, size=max(9.0, size * 0.8)))
            flow.skip(size * 0.3)
            flow.put(self.piece(200), note, size * 0.6)
        else:
            self.foreign(flow, plain)

    def foreign(self, flow: Flow, plain: Block) -> None:
        """A paragraph in another language, in a face of its own."""
        other = pick(self.rng, [each for each in TWELVE if each != self.language])
        face = face_of(self.rng, self.folder, other)
        piece = next(p for p in texts(self.rng, self.folder, other, face) if len(p.text) < 160)
        credit(self.sheet, piece, face)
        align = "right" if joined(piece.text) else "left"
        block = replace(plain, type=Type.of(face, self.type.size), align=align)
        flow.put(piece.text, block, self.type.size * 0.5)

    def foot(self, side: float, y: float) -> None:
        if self.seen.furniture not in ("foot", "both"):
            return
        align = pick(self.rng, ("left", "middle", "right"))
        block = self.block(max(9.0, self.type.size * 0.75), self.ink, align)
        number = int(self.rng.integers(1, 900))
        text = pick(self.rng, (f"{number}", f"- {number} -", f"{number} / {number + 40}"))
        if self.face.lacks(text):
            return
        flow = Flow(self.sheet, [(side, y, self.sheet.size[0] - side, y + 3 * block.type.size)])
        flow.put(text, block, 0)
