"""Facts about documents: tables with their spans, and whole pages as QwenVL HTML.

table   {"rows": [[{"text": "Month", "header": true, "columns": 2}, {"text": "Sum"}], ...]}
page    a page as `qvl.tasks.document.records.page_dict` has it, in pixels of the original
"""

from typing import Any

from qvl.messages import Media
from qvl.tasks import table
from qvl.tasks.document.model import Cell, Page, Rows, Table, inline
from qvl.tasks.document.parse import parse
from qvl.tasks.document.plain import plain
from qvl.tasks.document.records import page_dict, page_from
from qvl.tasks.document.render import render, rows_html
from qvl.tasks.place import Frame

TABLE_FORMS = ("html", "markdown", "csv", "json")


def cell(text: str, *, header: bool = False, rows: int = 1, columns: int = 1) -> dict[str, Any]:
    """A cell as facts have it; what is usual is left out."""
    told = {"text": text, "header": header, "rows": rows, "columns": columns}
    usual = {"header": False, "rows": 1, "columns": 1}
    return {k: v for k, v in told.items() if k == "text" or v != usual[k]}


def plain_rows(rows: list[list[str]]) -> dict[str, Any]:
    """Facts of a table without spans whose first row is its header."""
    return {"rows": [[cell(text, header=not at) for text in row] for at, row in enumerate(rows)]}


def cells(value: Any) -> Rows:
    """The cells of a table's facts as a document has them."""
    return tuple(
        tuple(
            Cell(
                inline(each["text"]),
                each.get("header", False),
                each.get("rows", 1),
                each.get("columns", 1),
            )
            for each in row
        )
        for row in value["rows"]
    )


def write_table(value: Any, form: str, _seen: Media) -> str:
    """ValueError for spans in a form that has none."""
    if form == "html":
        return f"```html\n<table>{rows_html(cells(value))}\n</table>\n```"
    if any("rows" in each or "columns" in each for row in value["rows"] for each in row):
        raise ValueError(f"a table with spans in the form {form!r}; write it as html")
    head, *body = (tuple(each["text"] for each in row) for row in value["rows"])
    made = table.Table(head, tuple(body))
    if form == "markdown":
        return made.to_markdown()
    return f"```{form}\n{made.to_csv() if form == 'csv' else made.to_json()}```"


def read_table(text: str, form: str, _seen: Media) -> Any:
    if form != "html":
        found = table.parse(text)
        return plain_rows([list(found.header), *map(list, found.rows)])
    page, _ = parse(text)
    found = next((each for each in page.elements if isinstance(each, Table)), None)
    if found is None:
        raise ValueError(f"no table in {text[:80]!r}")
    return {
        "rows": [
            [
                cell(plain(c.content), header=c.header, rows=c.rowspan, columns=c.colspan)
                for c in row
            ]
            for row in found.rows
        ]
    }


def write_page(value: Any, _form: str, seen: Media) -> str:
    return render(page_from(value).into(Frame.of(seen)))


def read_page(text: str, _form: str, seen: Media) -> Any:
    page: Page = parse(text, seen.processed_size)[0].out(Frame.of(seen))
    return page_dict(page)
