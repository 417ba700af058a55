"""Tables and the data of charts: rows of texts, out of Markdown, HTML, CSV or JSON."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image as Pillow

from qvl.messages import Chat, Image, Settings, message
from qvl.tasks import markdown, salvage
from qvl.tasks.grid import Grid, even
from qvl.tasks.htmltable import grid_of
from qvl.tasks.prompts import TABLE
from qvl.tasks.wire import Problem

_FENCED = re.compile(r"```(\w*)[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL)
_ENDS = {"data", "rows"}  # under which name JSON replies hold the rows


@dataclass(frozen=True)
class Table:
    """Every row is as wide as the header; units stay in the texts that name them."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    problems: tuple[Problem, ...] = ()

    def to_csv(self) -> str:
        """Comma-separated, quoted where needed, a line feed after each row."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([self.header, *self.rows])
        return out.getvalue()

    def to_markdown(self) -> str:
        return markdown.render(self.header, self.rows)

    def to_json(self) -> str:
        """A list with a row a line: objects by the header, lists where its names are not unique."""
        alike = len(set(self.header)) < len(self.header) or not self.rows
        rows: list[Any] = [dict(zip(self.header, row, strict=True)) for row in self.rows]
        if alike:
            rows = [self.header, *self.rows]
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        return f"[\n{lines}\n]\n"


def tabulate(
    chat: Chat, image: Pillow.Image | Image, settings: Settings, prompt: str = TABLE
) -> Table:
    """The table of a picture, or of a chart with `prompts.CHART`; prose is a ValueError."""
    return parse(chat([message("user", image, prompt)], settings).text)


def parse(reply: str) -> Table:
    """The first table of a reply, in whichever of the four forms it is.

    ValueError where there is none. A reply cut short keeps whole rows; rows that are too long or
    too short are made to fit, and reported.
    """
    for read in (grid_of, markdown.parse, _json, _csv):
        if (found := read(reply)) is not None:
            header, rows, problems = even(found)
            return Table(header, rows, problems)
    raise ValueError(f"the model's reply holds no table: {reply[:80]!r}")


def _json(reply: str) -> Grid | None:
    """A list of objects, a list of lists, or an object with columns and rows."""
    fenced = _FENCED.search(reply)
    text = (fenced[2] if fenced else reply).strip()
    if not text.startswith(("[", "{")):
        return None
    value, problems = salvage.value(text)
    if isinstance(value, Mapping):
        names = _ENDS & set(value)
        rows, columns = (value[names.pop()] if names else None), value.get("columns")
        if not isinstance(rows, list):
            return None
        if isinstance(columns, list):
            return Grid([_texts(columns), *map(_texts, rows)], problems)
        value = rows
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(row, Mapping) for row in value):
        keys = list(dict.fromkeys(key for row in value for key in row))
        return Grid([_texts(keys), *(_texts(row.get(k) for k in keys) for row in value)], problems)
    if all(isinstance(row, list) for row in value):
        return Grid([_texts(row) for row in value], problems)
    return None


def _texts(values: Iterable[Any] | Any) -> list[str]:
    if isinstance(values, Mapping) or not isinstance(values, Iterable):
        values = [values]
    return [_text(value) for value in values]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _csv(reply: str) -> Grid | None:
    """In a fence that says so, or two lines at least that have equally many commas."""
    fenced = _FENCED.search(reply)
    if fenced and fenced[1].lower() == "csv":
        return Grid(_rows(fenced[2]), [])
    rows = _rows(reply)
    alike = len(rows) > 1 and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1
    return Grid(rows, []) if alike else None


def _rows(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text.strip()), skipinitialspace=True) if row]
