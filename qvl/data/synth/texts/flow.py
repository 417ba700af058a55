"""Blocks of text put one below the other into columns, cut where a column ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from qvl.data.fonts import Face
from qvl.data.synth.texts.run import Run
from qvl.data.synth.texts.setting import Block, set_lines, wrapped
from qvl.data.synth.texts.sheet import Sheet
from qvl.data.synth.texts.supply import Piece
from qvl.tasks.place import Corners


def credit(sheet: Sheet, *things: Piece | Face) -> None:
    """Remember what a sheet is made of, and who allows it."""
    for each in things:
        source = each.source if isinstance(each, Piece) else source_of(each)
        if source not in sheet.sources:
            sheet.sources.append(source)
        if each.licence not in sheet.licences:
            sheet.licences.append(each.licence)


def source_of(face: Face) -> str:
    """A face as a record names its sources."""
    return f"debian:{face.package}/{str(face.path).partition(f'/{face.package}/')[2]}"


@dataclass
class Flow:
    """Where the next block goes: columns in reading order, filled from the top."""

    sheet: Sheet
    columns: Sequence[Corners]
    at: int = 0
    y: float = field(init=False)

    def __post_init__(self) -> None:
        self.y = self.columns[0][1]

    @property
    def full(self) -> bool:
        return self.at >= len(self.columns)

    @property
    def column(self) -> Corners:
        return self.columns[self.at]

    def put(self, text: str, block: Block, after: float, inset: float = 0.0) -> list[Run]:
        """A paragraph, over the end of a column where it must; what has no place is left out."""
        runs: list[Run] = []
        lines: list[str] | None = None
        while not self.full:
            left, _, right, bottom = self.column
            block = replace(block, width=right - left - inset)
            lines = wrapped(text, block) if lines is None else lines
            fits = max(0, int((bottom - self.y) // block.step))
            taken = list(islice(lines, fits))
            if taken:
                ended = len(taken) == len(lines)
                runs += set_lines(taken, block, (left + inset, self.y), ended)
                self.y += len(taken) * block.step + after
            lines = lines[len(taken) :]
            if not lines:
                break
            self.turn()
            block = replace(block, indent=0.0)
        self.sheet.runs += runs
        return runs

    def turn(self) -> None:
        """On to the next column."""
        self.at += 1
        if not self.full:
            self.y = self.column[1]

    def skip(self, pixels: float) -> None:
        self.y += pixels


def side_by_side(area: Corners, count: int, gutter: float, rightmost: bool) -> list[Corners]:
    """Columns of equal width in reading order."""
    left, top, right, bottom = area
    wide = (right - left - gutter * (count - 1)) / count
    found = [
        (left + i * (wide + gutter), top, left + i * (wide + gutter) + wide, bottom)
        for i in range(count)
    ]
    return found[::-1] if rightmost else found


def sizes(rng: np.random.Generator, low: float = 9.0, high: float = 48.0) -> float:
    """A size of letters in pixels, small ones more often, whole or half ones."""
    return round(2 * float(np.exp(rng.uniform(np.log(low), np.log(high))))) / 2
