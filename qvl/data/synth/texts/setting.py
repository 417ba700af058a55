"""Text to lines of a width: where it may break, and how a line fills what it has."""

from dataclasses import dataclass

import numpy as np

from qvl.data.synth.texts.letters import Type, letters
from qvl.data.synth.texts.run import Colour, Run, joined, level

_NOT_FIRST = np.array(
    sorted(
        map(
            ord,
            "、。，．・：；？！）」』】〕〉》％”’ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々,.:;!?)]}…",
        )
    )
)
_NOT_LAST = np.array(sorted(map(ord, "（「『【〔〈《“‘([{")))
_JOINED_SHARE = 0.82  # of the width of its letters alone that Arabic needs, about


@dataclass(frozen=True)
class Block:
    """How a block of text is set: pixels; `align` is left, right, middle or justified."""

    type: Type
    colour: Colour
    width: float
    leading: float  # from baseline to baseline at least, in sizes
    align: str = "left"
    indent: float = 0.0  # of the first line
    gap: float = 0.0  # between letters

    @property
    def step(self) -> float:
        """From one baseline to the next; faces that reach far up and down get more than asked."""
        table = letters(self.type)
        return max(self.leading * self.type.size, 0.92 * (table.ascent + table.descent))

    @property
    def drop(self) -> float:
        """From the top of a block to its first baseline."""
        table = letters(self.type)
        return (self.step + table.ascent - table.descent) / 2


def breaks(codes: np.ndarray) -> np.ndarray:
    """bool[N]: whether a line may begin with this letter."""
    han = ((codes >= 0x2E80) & (codes < 0xA000)) | ((codes >= 0xF900) & (codes < 0xFB00))
    han |= (codes >= 0xFF00) & (codes < 0xFFF0)
    after = np.r_[False, han[:-1]]
    last = np.r_[False, np.isin(codes[:-1], _NOT_LAST)]
    space = codes == 32
    free = (han | after) & ~np.isin(codes, _NOT_FIRST) & ~last & ~space
    return free | np.r_[False, space[:-1]]


def wrapped(text: str, block: Block) -> list[str]:
    """The lines of a text, blanks at their ends gone; a word longer than a line is cut."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    table = letters(block.type)
    widths = table.widths(text) + block.gap
    if joined(text):
        widths = widths * _JOINED_SHARE
    ends = np.cumsum(widths)
    starts = ends - widths
    may = np.flatnonzero(breaks(codes))
    lines, at, room = [], 0, block.width - block.indent
    while at < len(text):
        over = int(np.searchsorted(ends, starts[at] + room, side="right"))  # the first too much
        if over >= len(text):
            stop = len(text)
        elif text[over] == " ":
            stop = over
        else:
            before = may[: np.searchsorted(may, over, side="right")]
            stop = int(before[-1]) if len(before) and before[-1] > at else max(over, at + 1)
        if line := text[at:stop].strip():
            lines.append(line)
        at, room = stop, block.width
        while at < len(text) and text[at] == " ":
            at += 1
    return lines


def set_lines(
    lines: list[str], block: Block, at: tuple[float, float], ended: bool = True
) -> list[Run]:
    """Lines one below the other, the first baseline below `at`, the block's upper left.

    `ended`: the last is the end of its paragraph, which is not spread over the width.
    """
    runs: list[Run] = []
    baseline = at[1] + block.drop
    for number, text in enumerate(lines):
        indent = block.indent if not number else 0.0
        ends = ended and number == len(lines) - 1
        runs.append(_line(text, block, (at[0], baseline + number * block.step), indent, ends))
    return runs


def _line(text: str, block: Block, at: tuple[float, float], indent: float, ends: bool) -> Run:
    if joined(text):
        run = level(text, block.type, at, block.colour)
        wide = run.box[2] - run.box[0]
        left = {"left": 0.0, "middle": (block.width - wide) / 2}.get(block.align)
        x = block.width - wide - indent if left is None else left
        return level(text, block.type, (at[0] + x, at[1]), block.colour)
    table = letters(block.type)
    wide = float((table.widths(text) + block.gap).sum()) - block.gap
    spare = max(0.0, block.width - indent - wide)
    gaps: np.ndarray | float = block.gap
    x = indent
    if block.align == "right":
        x = spare
    elif block.align == "middle":
        x = (block.width - wide) / 2
    elif block.align == "justified" and not ends and spare < 0.35 * block.width:
        gaps = _spread(text, spare, block.gap)
    return level(text, block.type, (at[0] + x, at[1]), block.colour, gaps)


def _spread(text: str, spare: float, gap: float) -> np.ndarray:
    """The spare width given to the blanks of a line, or between its letters if it has none."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    open_ = (codes == 32).astype(float)
    if open_.sum() < 2:
        open_ = np.r_[np.ones(max(len(codes) - 1, 0)), 0.0]
    return gap + open_ * spare / max(open_.sum(), 1)
