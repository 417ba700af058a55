"""Tables with spans, set within a width and ruled as the look has it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qvl.data.synth.documents.look import Look
from qvl.data.synth.documents.pen import Sheet
from qvl.data.synth.documents.setting import Line, lines, said
from qvl.data.synth.documents.strips import Join, Piece, Strip
from qvl.data.synth.documents.strips import around as around
from qvl.data.synth.documents.words import words
from qvl.tasks.document.model import Cell, Element, Inline, Rows, Table
from qvl.tasks.place import Corners


@dataclass(frozen=True)
class Slot:
    """A cell at its first row and column of the grid, with its lines."""

    cell: Cell
    row: int
    column: int
    lines: tuple[Line, ...] = ()


def slots(rows: Rows) -> list[Slot]:
    """Where each cell begins, with those above that reach down counted."""
    taken: set[tuple[int, int]] = set()
    found = []
    for r, row in enumerate(rows):
        c = 0
        for cell in row:
            while (r, c) in taken:
                c += 1
            found.append(Slot(cell, r, c))
            taken |= {(r + i, c + j) for i in range(cell.rowspan) for j in range(cell.colspan)}
            c += cell.colspan
    return found


def table(piece: Piece, look: Look, width: float) -> tuple[list[Strip], Join] | None:
    """One strip; None if a column would be too narrow for its words."""
    element = piece.element
    assert isinstance(element, Table)
    voice = look.body.at(0.92)
    pad = 0.35 * voice.size
    held = slots(element.rows)
    wide = _widths(held, look, width, pad)
    if wide is None:
        return None
    high = voice.size * 1.3
    placed = [
        _filled(s, look, sum(wide[s.column : s.column + s.cell.colspan]) - 2 * pad) for s in held
    ]
    tall = [high + pad] * len(element.rows)
    for s in sorted(placed, key=lambda s: s.cell.rowspan):
        lack = len(s.lines) * high + pad - sum(tall[s.row : s.row + s.cell.rowspan])
        if lack > 0:
            tall[s.row + s.cell.rowspan - 1] += lack

    def draw(sheet: Sheet, x: float, y: float) -> Element:
        xs = [x + sum(wide[:i]) for i in range(len(wide) + 1)]
        ys = [y + sum(tall[:i]) for i in range(len(tall) + 1)]
        _rule(sheet, look, placed, xs, ys)
        said_in: dict[int, list[Cell]] = {r: [] for r in range(len(element.rows))}
        for s in placed:
            top = ys[s.row] + (sum(tall[s.row : s.row + s.cell.rowspan]) - len(s.lines) * high) / 2
            for i, line in enumerate(s.lines):
                line.draw(sheet, xs[s.column] + pad, top + high * i + high / 2 + 0.36 * voice.size)
            said_in[s.row].append(replace(s.cell, content=said(s.lines) if s.lines else ()))
        rows = tuple(tuple(cells) for cells in said_in.values())
        return replace(element, box=(xs[0], ys[0], xs[-1], ys[-1]), rows=rows)

    return [Strip(sum(tall), look.gap + 6, draw)], lambda found: found[0]


def _filled(s: Slot, look: Look, width: float) -> Slot:
    voice = replace(look.body.at(0.92), strong=s.cell.header)
    align = "right" if _numeric(s.cell.content) else "left"
    return replace(s, lines=tuple(lines(words(s.cell.content, voice), width, align=align)))


def _numeric(content: Inline) -> bool:
    text = content[0] if content and isinstance(content[0], str) else ""
    digits = sum(c.isdigit() for c in text)
    return bool(digits) and digits >= 0.4 * len(text)


def _widths(held: Sequence[Slot], look: Look, width: float, pad: float) -> list[float] | None:
    """Of each column: what it would like, or its fair part where there is no room for all."""
    count = max(s.column + s.cell.colspan for s in held)
    like, need = [0.0] * count, [0.0] * count
    voice = replace(look.body.at(0.92), strong=True)
    for s in (s for s in held if s.cell.colspan == 1):
        set_ = words(s.cell.content, voice)
        spaces = sum(voice.size * 0.3 for w in set_ if w.space)
        like[s.column] = max(like[s.column], sum(w.advance for w in set_) + spaces + 2 * pad + 1)
        widest = max((w.advance for w in set_), default=0)
        need[s.column] = max(need[s.column], widest + 2 * pad + 1)
    like = [max(w, 2 * voice.size) for w in like]
    need = [max(w, 2 * voice.size) for w in need]
    if sum(need) > width:
        return None
    if sum(like) <= width:
        extra = min((width - sum(like)) / count, 1.5 * voice.size)
        return [w + extra for w in like]
    more = sum(li - n for li, n in zip(like, need, strict=True))
    part = (width - sum(need)) / more
    return [n + (li - n) * part for li, n in zip(like, need, strict=True)]


def _rule(
    sheet: Sheet, look: Look, held: Sequence[Slot], xs: Sequence[float], ys: Sequence[float]
) -> None:
    """The lines and grounds of a style."""
    heads = _header_rows(held)
    left, right, colour = xs[0], xs[-1], look.accent
    if look.table == "striped":
        for r in range(heads, len(ys) - 1, 2):
            sheet.rect((left, ys[r], right, ys[r + 1]), look.panel or (238, 240, 243))
    if look.table in ("head", "striped", "grid") and heads:
        shade = look.panel or (228, 230, 235)
        sheet.rect((left, ys[0], right, ys[heads]), shade)
    if look.table == "grid":
        for s in held:
            box = xs[s.column], ys[s.row], xs[s.column + s.cell.colspan], ys[s.row + s.cell.rowspan]
            sheet.frame(box, (120, 120, 120), 1)
        return
    lines_at: list[tuple[float, float]] = []
    if look.table in ("booktabs", "head"):
        lines_at = [(ys[0], 2), (ys[-1], 2), *([(ys[heads], 1)] if heads else [])]
    elif look.table == "rules":
        lines_at = [(ys[0], 1.2), (ys[-1], 1.2)]
        lines_at += [(y, 0.8) for y in _uncrossed(held, ys)]
    for y, wide in lines_at:
        sheet.line((left, y, right, y), colour, wide)


def _header_rows(held: Sequence[Slot]) -> int:
    """Rows at the top in which every cell is a header."""
    count = 0
    while any(s.row == count for s in held) and all(s.cell.header for s in held if s.row == count):
        count += 1
    last = max(s.row for s in held)
    return count if count <= last else 0


def _uncrossed(held: Sequence[Slot], ys: Sequence[float]) -> list[float]:
    """The edges between rows that no cell reaches over."""
    crossed = {s.row + i for s in held for i in range(1, s.cell.rowspan)}
    return [ys[r] for r in range(1, len(ys) - 1) if r not in crossed]


def box_of(found: Table) -> Corners:
    assert found.box
    return found.box
