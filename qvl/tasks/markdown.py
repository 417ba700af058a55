"""Tables in Markdown (the pipe form of GitHub's dialect), written and read."""

import html
import re
from collections.abc import Iterable, Sequence

from qvl.tasks.grid import Grid
from qvl.tasks.wire import Problem

_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_PIPE = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
_OUTER = " \t\r\x0b\x0c"  # blanks around a cell mean nothing


def render(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A line a row. Blanks around a cell's text and its kinds of line breaks are not kept."""
    lines = [_line(header), "|" + " --- |" * len(header), *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "|" + "".join(f" {_escaped(cell)} |" for cell in cells)


def _escaped(cell: str) -> str:
    """The text of a cell so that no sign in it is taken for the table's."""
    text = cell.strip(_OUTER + "\n")
    if html.unescape(text) != text or _BREAK.search(text):
        text = text.replace("&", "&amp;").replace("<", "&lt;")
    text = re.sub(r"\r\n?|\n", "<br>", text)
    return text.replace("|", "\\|")


def parse(reply: str) -> Grid | None:
    """The first table, or None; the inverse of `render`. A last row without its end is dropped."""
    lines = reply.split("\n")
    for at in range(len(lines) - 1):
        if "|" in lines[at] and _RULE.fullmatch(lines[at + 1].rstrip("\r")):
            return _table(reply, lines, at)
    return None


def _table(reply: str, lines: list[str], at: int) -> Grid:
    end = at + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    body, problems = lines[at + 2 : end], []
    closed = _closed(lines[at])
    if body and end == len(lines) and closed and not _closed(body[-1]):
        raw = body.pop()
        problems.append(Problem(len(reply) - len(raw), raw, "cut off before its end"))
    return Grid([_cells(lines[at]), *map(_cells, body)], problems)


def _closed(line: str) -> bool:
    return bool(re.search(r"(?<!\\)\|\s*$", line))


def _cells(line: str) -> list[str]:
    line = line.strip(_OUTER)
    inner = line[line.startswith("|") : len(line) - _closed(line)] if line != "|" else ""
    return [_plain(cell) for cell in _PIPE.split(inner)]


def _plain(cell: str) -> str:
    text = _BREAK.sub("\n", cell.replace("\\|", "|").strip(_OUTER))
    return html.unescape(text)
