"""A contact sheet: the frames that a model saw of a clip, their times, and what happens when."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from qvl.media.fonts import font
from qvl.media.labels import PALETTE, label, paint, write
from qvl.media.video import Survey

MOST = 60  # frames on a sheet; of more, as many are chosen evenly
EVENTS = 24  # that are listed below the time line
WIDE, NARROW = 1600, 720  # pixels across
GAP, EDGE, LETTER = 10, 24, 18
INK, GREY, PAPER, TRACK = "#1a1a1a", "#767676", "white", "#e4e4e4"
Mark = tuple[float, float, str]  # start, end, text


@dataclass(frozen=True)
class Cells:
    """A grid for pictures of one size; a time stands below each."""

    columns: int
    rows: int
    width: int
    height: int  # of a picture

    @classmethod
    def of(cls, count: int, size: tuple[int, int]) -> "Cells":
        """For `count` pictures of `size` (width, height); about as wide as high in all."""
        shape = min(max(size[0] / size[1], 0.4), 4)
        columns = min(max(round(math.sqrt(1.3 * count / shape)), 2), count, 12)
        width = min((WIDE - 2 * EDGE + GAP) // columns - GAP, round(360 * min(shape, 1)))
        return cls(columns, -(count // -columns), width, round(width / shape))

    @property
    def across(self) -> int:
        return self.columns * (self.width + GAP) - GAP

    def corner(self, i: int) -> tuple[int, int]:
        """Left and top of the i-th cell in the grid."""
        row, column = divmod(i, self.columns)
        return column * (self.width + GAP), row * (self.height + LETTER + 2 * GAP)


def contact_sheet(
    plan: Survey,
    frames: Iterable[tuple[float, np.ndarray]],
    marks: Sequence[Mark] = (),
    title: str = "",
    most: int = MOST,
) -> Image.Image:
    """The frames of `glimpses(video, most)`, one held at a time; coloured where a mark covers one.

    Marks are in seconds of the clip. Of frames and marks that find no room the sheet tells.
    """
    count = min(most, len(plan.times))
    cells = Cells.of(count, plan.original_size)
    lanes = _lanes(marks)
    listed = min(len(marks), EVENTS) + (len(marks) > EVENTS)
    head = EDGE + 2 * (LETTER + GAP) + (1 + max(lanes, default=0)) * 16 + 12 + LETTER + 2 * GAP
    head += listed * (LETTER + 6) + GAP
    width = max(cells.across, NARROW) + 2 * EDGE
    height = head + cells.corner(cells.rows * cells.columns)[1] + EDGE
    sheet = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    _write(draw, (EDGE, EDGE), title, LETTER + 2, width - EDGE)
    at = EDGE + LETTER + GAP
    _write(draw, (EDGE, at), _summary(plan, count), LETTER - 2, width - EDGE, GREY)
    at = _time_line(draw, at + LETTER + GAP, width, plan, marks)
    _legend(draw, at, marks, width)
    for i, (time, pixels) in enumerate(frames):
        left, top = cells.corner(i)
        _frame(sheet, draw, (EDGE + left, head + top), cells, (time, pixels), marks)
    return sheet


def _summary(plan: Survey, count: int) -> str:
    width, height = plan.original_size
    seen = len(plan.times)
    left = f", of which {count} are shown and {seen - count} left out" if count < seen else ""
    return f"{width}x{height}, {clock(plan.duration)} long; {seen} frames were seen{left}"


def clock(seconds: float) -> str:
    """mm:ss.ff, with hours where there are any."""
    minutes, rest = divmod(round(seconds * 100), 6000)
    told = f"{minutes % 60:02}:{rest // 100:02}.{rest % 100:02}"
    return f"{minutes // 60}:{told}" if minutes >= 60 else told


def _lanes(marks: Sequence[Mark]) -> list[int]:
    """The lane of each mark on the time line, so that none covers another."""
    ends: list[float] = []
    lanes = [0] * len(marks)
    for i in sorted(range(len(marks)), key=lambda i: marks[i][:2]):
        free = next((k for k, end in enumerate(ends) if end < marks[i][0]), len(ends))
        ends[free : free + 1] = [marks[i][1]]
        lanes[i] = free
    return lanes


def _time_line(
    draw: ImageDraw.ImageDraw, top: int, width: int, plan: Survey, marks: Sequence[Mark]
) -> int:
    """The whole clip, what was seen of it, each frame as a stroke, marks as bars; its lower end."""
    room, lasts = width - 2 * EDGE, max(plan.duration, 0.01)

    def x(seconds: float) -> int:
        return EDGE + round(room * min(max(seconds / lasts, 0), 1))

    lanes = _lanes(marks)
    for (start, end, _), i, lane in zip(marks, range(len(marks)), lanes, strict=True):
        y = top + 16 * lane
        draw.rectangle((x(start), y, max(x(end), x(start) + 3), y + 12), fill=_colour(i))
    top += 16 * (1 + max(lanes, default=-1))
    draw.rectangle((EDGE, top, EDGE + room, top + 10), fill=TRACK)
    for time in plan.times:
        draw.line((x(time), top, x(time), top + 10), fill=GREY)
    for share in (0, 0.25, 0.5, 0.75, 1):
        told, letters = clock(share * lasts), font(LETTER - 4)
        wide = draw.textlength(told, font=letters)
        left = min(max(x(share * lasts) - wide / 2, EDGE), EDGE + room - wide)
        draw.text((left, top + 14), told, fill=GREY, font=letters)
    return top + 14 + LETTER + GAP


def _legend(draw: ImageDraw.ImageDraw, top: int, marks: Sequence[Mark], width: int) -> None:
    for i, (start, end, text) in enumerate(marks[:EVENTS]):
        y = top + i * (LETTER + 6)
        right = _chip(draw, (EDGE, y), i)
        line = f"{clock(start)} - {clock(end)}  {text}"
        _write(draw, (right + 8, y), line, LETTER - 2, width - EDGE)
    if len(marks) > EVENTS:
        line = f"and {len(marks) - EVENTS} more events"
        _write(draw, (EDGE, top + EVENTS * (LETTER + 6)), line, LETTER - 2, width - EDGE, GREY)


def _frame(
    sheet: Image.Image,
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    cells: Cells,
    shown: tuple[float, np.ndarray],
    marks: Sequence[Mark],
) -> None:
    """A picture in its cell, its time below, a border and the numbers of marks that cover it."""
    (left, top), (time, pixels) = corner, shown
    high, wide = pixels.shape[:2]
    scale = min(cells.width / wide, cells.height / high)
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    small = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
    draw.rectangle((left, top, left + cells.width - 1, top + cells.height - 1), fill=TRACK)
    inset = (cells.width - size[0]) // 2, (cells.height - size[1]) // 2
    sheet.paste(small, (left + inset[0], top + inset[1]))
    over = [i for i, (start, end, _) in enumerate(marks) if start <= time <= end]
    if over:
        box = (left - 4, top - 4, left + cells.width + 3, top + cells.height + 3)
        draw.rectangle(box, outline=_colour(over[0]), width=5)
    below = top + cells.height + 6
    right = left + draw.textlength(clock(time), font=font(LETTER - 2)) + 8
    _write(draw, (left, below), clock(time), LETTER - 2, left + cells.width)
    for i in over:
        if right + 30 > left + cells.width:
            break
        right = _chip(draw, (round(right), below), i) + 4


def _chip(draw: ImageDraw.ImageDraw, corner: tuple[int, int], i: int) -> int:
    """The number of a mark on its colour; where it ends on the right."""
    what = label(str(i + 1), LETTER - 4, 99, 1)
    paint(draw, what, corner, _colour(i))
    return corner[0] + what.width


def _colour(i: int) -> str:
    return PALETTE[i % len(PALETTE)]


def _write(
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    text: str,
    size: int,
    right: int,
    fill: str = INK,
) -> None:
    """One line in letters of any script, shortened where it would pass `right`."""
    left = at[0] - max(2, size // 5)  # the edge of the plate that is not drawn
    write(draw, label(text, size, right - at[0], 1), (left, at[1] - 2), fill)
