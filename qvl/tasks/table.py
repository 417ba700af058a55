"""A table in Markdown, as models list the text of a clip."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qvl.tasks.wire import Problem

_RULE = re.compile(r"\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?")
_CELL = re.compile(r"(?:[^\\|]|\\.|\\$)*", re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_WRITTEN = {"&": "&amp;", "<": "&lt;", "\\": "\\\\", "|": "\\|", "\n": "<br>"}
_READ = {"&amp;": "&", "&lt;": "<", "\\\\": "\\", "\\|": "|"}


@dataclass(frozen=True)
class Table:
    """Every row is as wide as the header; cells have no blanks at their ends."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    problems: tuple[Problem, ...] = field(default=(), compare=False)


def render(table: Table) -> str:
    rule = ["---"] * len(table.header)
    return "\n".join(_line(cells) for cells in (map(_written, table.header), rule)) + "".join(
        "\n" + _line(map(_written, row)) for row in table.rows
    )


def parse(reply: str) -> Table:
    """The first table in a reply; a row that is cut at the reply's end is left out and reported.

    ValueError where no header has its line of dashes below it.
    """
    lines = list(_lines(reply))
    ruled = (i for i in range(1, len(lines)) if _is_rule(lines[i - 1][1], lines[i][1]))
    at = next(ruled, None)
    if at is None:
        raise ValueError(f"the model's reply holds no table: {reply[:80]!r}")
    header = _cells(lines[at - 1][1])
    rows, problems = [], []
    for where, line in lines[at + 1 :]:
        if "|" not in line:
            break
        cells = _cells(line)
        if line.startswith("|") and not _closed(line) and where + len(line) >= len(reply.rstrip()):
            problems.append(Problem(where, line, "a row that is cut off before its end, left out"))
            continue
        if len(cells) != len(header):
            reason = f"a row of {len(cells)} cells in a table of {len(header)}"
            problems.append(Problem(where, line, reason))
        rows.append((*cells, *[""] * len(header))[: len(header)])
    rest = next((lines[i - 1] for i in ruled), None)
    if rest:
        problems.append(Problem(*rest, "a second table, not read"))
    return Table(tuple(header), tuple(rows), tuple(problems))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without the blanks around them, and where they begin."""
    at = 0
    for line in text.split("\n"):
        yield at + len(line) - len(line.lstrip()), line.strip()
        at += len(line) + 1


def _is_rule(above: str, line: str) -> bool:
    return "|" in above + line and above != "" and _RULE.fullmatch(line) is not None


def _line(cells: Iterator[str] | Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _written(cell: str) -> str:
    return "".join(_WRITTEN.get(c, c) for c in cell)


def _cells(line: str) -> list[str]:
    """What stands between the bars of a line, the outer two left away."""
    parts, at = [], 1 if line.startswith("|") else 0
    while at <= len(line):
        cell = _CELL.match(line, at)
        assert cell
        parts.append(_read(cell[0].strip()))
        at = cell.end() + 1
    return parts[:-1] if _closed(line) and len(parts) > 1 else parts


def _closed(line: str) -> bool:
    bare = line.removesuffix("|")
    return bare != line and (len(bare) - len(bare.rstrip("\\"))) % 2 == 0


def _read(cell: str) -> str:
    cell = _BREAK.sub("\n", cell)
    return re.sub(r"&amp;|&lt;|\\[\\|]", lambda found: _READ[found[0]], cell)
