"""Where a page of runs comes apart: gutters between columns, spaces between lines."""

import itertools
from collections.abc import Sequence
from statistics import median

from qvl.media.placing import Box, union
from qvl.media.runs import Run

_GUTTER = 0.6  # heights that columns are apart, at least
_NARROW = 6.0  # heights; what is narrower is no column
_FEW = 3  # lines; what has fewer is no column
_FULL = 0.5  # of its column's width that a line of text takes; a table's cells take less
_LOOSE = 0.2  # the same where lines of two columns do not stand level, as rows of a table do


def column_cut(runs: list[Run], rules: Sequence[Box]) -> list[list[Run]]:
    """The columns; or what stands above, beside and below the tallest gutter; or all as one.

    A rule across a gutter makes it one of a table, and not between columns.
    """
    if columns := _columns(runs, rules):
        return columns
    tallest: tuple[float, tuple[float, float]] = (0.0, (0.0, 0.0))
    for middle in _middles(runs):
        for top, bottom in _stretches(runs, rules, middle):
            within = [run for run in runs if top <= _level(run) <= bottom]
            if bottom - top > tallest[0] and len(within) < len(runs) and _columns(within, rules):
                tallest = bottom - top, (top, bottom)
    if not tallest[0]:
        return [runs]
    top, bottom = tallest[1]
    parts = [
        [run for run in runs if _level(run) < top],
        [run for run in runs if top <= _level(run) <= bottom],
        [run for run in runs if _level(run) > bottom],
    ]
    return [part for part in parts if part]


def lines_of(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs side by side as lines, from the top; each from the left."""
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: -run.height):  # letters first, then their exponents
        line = max(lines, key=lambda line: _shared(line[0], run), default=None)
        if line is not None and _shared(line[0], run) > 0.5:
            line.append(run)
        else:
            lines.append([run])
    lines.sort(key=lambda line: (line[0].body[1] + line[0].body[3]) / 2)
    return [sorted(line, key=lambda run: run.body[0]) for line in lines]


def gaps(bodies: Sequence[Box]) -> list[float]:
    """The white between each line and the next."""
    return [below[1] - above[3] for above, below in itertools.pairwise(bodies)]


def free(spans: Sequence[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    """The intervals between `spans` that none covers, of at least this length."""
    found, end = [], None
    for first, last in sorted(spans):
        if end is not None and first - end >= least:
            found.append((end, first))
        end = last if end is None else max(end, last)
    return found


def _shared(a: Run, b: Run) -> float:
    """The part of the lower run's height that both have."""
    both = min(a.body[3], b.body[3]) - max(a.body[1], b.body[1])
    return both / max(min(a.body[3] - a.body[1], b.body[3] - b.body[1]), 1e-6)


def _columns(runs: Sequence[Run], rules: Sequence[Box]) -> list[list[Run]] | None:
    if len(runs) < 2 * _FEW:
        return None
    height = median(run.height for run in runs)
    rest, parts = list(runs), []
    top, bottom = min(map(_level, runs)), max(map(_level, runs))
    within = [rule for rule in rules if top < rule[1] < bottom]
    for first, last in free([(run.body[0], run.body[2]) for run in runs], _GUTTER * height):
        left = [run for run in rest if run.body[2] <= first]
        right = [run for run in rest if run.body[0] >= last]
        walled = any(rule[0] < first and last < rule[2] for rule in within)
        if not walled and _beside(left, right, height):
            parts.append(left)
            rest = right
    return [*parts, rest] if parts else None


def _beside(left: Sequence[Run], right: Sequence[Run], height: float) -> bool:
    """Whether these are columns of text, and not of a table or a list."""
    if min(len(left), len(right)) < _FEW:
        return False
    lines = lines_of(left), lines_of(right)
    boxes = [union([run.body for run in side]) for side in (left, right)]
    if min(map(len, lines)) < _FEW or min(b[2] - b[0] for b in boxes) < _NARROW * height:
        return False
    full = min(
        median(sum(run.body[2] - run.body[0] for run in line) for line in side) / (b[2] - b[0])
        for side, b in zip(lines, boxes, strict=True)
    )
    return full >= _FULL or (full >= _LOOSE and _aligned(*lines, height) < 0.5)


def _aligned(left: list[list[Run]], right: list[list[Run]], height: float) -> float:
    """The part of the shorter side's lines that stand level with one of the other side."""
    few, many = sorted((left, right), key=len)
    levels = [_level(line[0]) for line in many]
    level = [any(abs(_level(line[0]) - each) < 0.15 * height for each in levels) for line in few]
    return sum(level) / len(level)


def _level(run: Run) -> float:
    return (run.body[1] + run.body[3]) / 2


def _middles(runs: Sequence[Run]) -> list[float]:
    """Where gutters may be: in the middle of every gap between runs of a line, each once."""
    found = {
        round((left.body[2] + right.body[0]) / 2 / left.height): (left.body[2] + right.body[0]) / 2
        for line in lines_of(runs)
        for left, right in itertools.pairwise(line)
    }
    return sorted(found.values())


def _stretches(
    runs: Sequence[Run], rules: Sequence[Box], middle: float
) -> list[tuple[float, float]]:
    """From where to where nothing crosses a gutter, in heights of the page."""
    crossing = [_level(run) for run in runs if run.body[0] < middle < run.body[2]]
    crossing += [rule[1] for rule in rules if rule[0] < middle < rule[2]]
    crossing.sort()
    ends = [-1.0, *crossing, max(run.body[3] for run in runs) + 1]
    return [(a + 0.5, b - 0.5) for a, b in itertools.pairwise(ends) if b - a > 1]
