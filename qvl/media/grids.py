"""Lines that stand in the columns of a table."""

from collections.abc import Iterator, Sequence

from qvl.media.cuts import free
from qvl.media.runs import Run, text_of

_ROWS = 3  # lines of several cells that make a table
_APART = 0.5  # heights between columns of a table, at least
_FAR = 2.5  # heights between rows of a table, at most

Cells = list[tuple[str, ...]]


def table_spans(lines: Sequence[Sequence[Run]]) -> Iterator[tuple[int, int, Cells]]:
    """(first line, line after the last, cells) of every table among the lines of a column."""
    first = 0
    while first < len(lines):
        end = first
        while end < len(lines) and len(lines[end]) > 1 and _follows(lines[first : end + 1]):
            end += 1
        gutters = _gutters(lines[first:end]) if end - first >= _ROWS else []
        if gutters and not _is_list(lines[first:end], gutters[0]):
            yield first, end, [_row(line, gutters) for line in lines[first:end]]
            first = end
        else:
            first += 1


def _follows(lines: Sequence[Sequence[Run]]) -> bool:
    """Whether the last of these lines is one more row: near the one above, in its columns."""
    if len(lines) > 1:
        above = max(run.body[3] for run in lines[-2])
        below = min(run.body[1] for run in lines[-1])
        if below - above > _FAR * lines[-1][0].height:
            return False
    return bool(_gutters(lines))


def _gutters(lines: Sequence[Sequence[Run]]) -> list[float]:
    runs = [run for line in lines for run in line]
    if not runs:
        return []
    height = sorted(run.height for run in runs)[len(runs) // 2]
    spans = free([(run.body[0], run.body[2]) for run in runs], _APART * height)
    return [(first + last) / 2 for first, last in spans]


def _is_list(lines: Sequence[Sequence[Run]], gutter: float) -> bool:
    """Whether the first column holds nothing but marks, such as bullets or numbers."""
    marks = [run.text for line in lines for run in line if run.body[2] <= gutter]
    return all(len(mark) <= 4 for mark in marks) and len(lines[0]) == 2


def _row(line: Sequence[Run], gutters: Sequence[float]) -> tuple[str, ...]:
    cells: list[list[Run]] = [[] for _ in range(len(gutters) + 1)]
    for run in line:
        cells[sum(run.body[0] >= gutter for gutter in gutters)].append(run)
    return tuple(map(text_of, cells))
