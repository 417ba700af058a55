"""The order in which lines of text are read: rows of a page, columns of a page, upright columns."""

from collections.abc import Sequence
from statistics import median
from typing import Literal

from qvl.tasks.ocr import Line
from qvl.tasks.place import Corners
from qvl.tasks.scripts import LEFTWARD, script

Direction = Literal["right", "left", "down"]  # where a line runs; "down" has its first at the right
_UPRIGHT = 1.5  # heights to widths from which lines of Han and kana are upright
_COLUMN = 6  # widths to heights of lines that make a column of a page, and no table's cells
_ACROSS = 0.6  # of the width of a page: lines that go on over its columns
_GUTTER = 0.7  # of a line's height: white between columns
_SAME = 0.5  # of the lower height: how much two lines of one row share


def sorted_lines(lines: Sequence[Line], direction: Direction | None = None) -> list[Line]:
    """Lines as they are read; None is the direction that their letters and boxes show."""
    boxes = [(line.left, line.top, line.right, line.bottom) for line in lines]
    return [lines[i] for i in reading_order(boxes, direction or direction_of(lines))]


def direction_of(lines: Sequence[Line]) -> Direction:
    """Where most letters run."""
    written = script(" ".join(line.text for line in lines))
    if written in LEFTWARD:
        return "left"
    tall = [line for line in lines if line.bottom - line.top > _UPRIGHT * (line.right - line.left)]
    long = [line for line in lines if len(line.text) > 1]
    upright = len([line for line in tall if len(line.text) > 1]) * 2 > len(long) > 0
    return "down" if upright and written in ("Han", "Kana", "Hangul") else "right"


def reading_order(boxes: Sequence[Corners], direction: Direction = "right") -> list[int]:
    """The numbers of boxes in the order in which they are read.

    Rows from the top, a row in its direction; where a gutter splits long lines into columns, a
    column after the other. Short pieces side by side are a table's cells and stay a row.
    """
    turned = [_turned(box, direction) for box in boxes]
    return _read(list(range(len(boxes))), turned)


def _turned(box: Corners, direction: Direction) -> Corners:
    """A box on a page that is turned or mirrored so that its lines run to the right."""
    left, top, right, bottom = box
    if direction == "left":
        return -right, top, -left, bottom
    return (top, -right, bottom, -left) if direction == "down" else box


def _read(which: list[int], boxes: Sequence[Corners]) -> list[int]:
    """Lines across the page, each alone in its row, and the bands between them column by column."""
    if not which:
        return []
    extent = max(boxes[i][2] for i in which) - min(boxes[i][0] for i in which)
    order: list[int] = []
    band: list[int] = []
    for i in sorted(which, key=lambda i: boxes[i][1] + boxes[i][3]):
        if boxes[i][2] - boxes[i][0] > _ACROSS * extent and _alone(i, which, boxes):
            order += [*_columns(band, boxes), i]
            band = []
        else:
            band.append(i)
    return order + _columns(band, boxes)


def _alone(one: int, which: Sequence[int], boxes: Sequence[Corners]) -> bool:
    return not any(i != one and _shared(boxes[one], boxes[i]) >= _SAME for i in which)


def _columns(which: list[int], boxes: Sequence[Corners]) -> list[int]:
    gutter = _gutter([boxes[i] for i in which])
    if gutter is None:
        return _rows(which, boxes)
    first = [i for i in which if boxes[i][2] <= gutter]
    rest = [i for i in which if boxes[i][2] > gutter]
    return _read(first, boxes) + _read(rest, boxes)


def _gutter(boxes: Sequence[Corners]) -> float | None:
    """Where the widest white strip from top to bottom begins, if there are columns beside it."""
    if len(boxes) < 4:
        return None
    height = median(box[3] - box[1] for box in boxes)
    best, where, reach = _GUTTER * height, None, min(box[2] for box in boxes)
    for left, _, right, _ in sorted(boxes):
        if left - reach > best:
            best, where = left - reach, reach
        reach = max(reach, right)
    if where is None:
        return None
    sides = [[b for b in boxes if b[2] <= where], [b for b in boxes if b[2] > where]]
    wide = all(len(s) > 1 and median(b[2] - b[0] for b in s) >= _COLUMN * height for s in sides)
    return where if wide else None


def _rows(which: list[int], boxes: Sequence[Corners]) -> list[int]:
    rows: list[list[int]] = []
    for i in sorted(which, key=lambda i: (boxes[i][1] + boxes[i][3], boxes[i][0])):
        if rows and _shared(boxes[rows[-1][-1]], boxes[i]) >= _SAME:
            rows[-1].append(i)
        else:
            rows.append([i])
    return [i for row in rows for i in sorted(row, key=lambda i: boxes[i][0])]


def _shared(a: Corners, b: Corners) -> float:
    """How much of the lower of two heights two boxes share."""
    lower = min(a[3] - a[1], b[3] - b[1])
    return (min(a[3], b[3]) - max(a[1], b[1])) / lower if lower > 0 else 0
