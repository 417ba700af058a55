"""What is made of all pages of a document together: the formats, the tables, the report."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qvl.cli import output
from qvl.cli.papers import figure_name, figures
from qvl.tasks.document.figures import Source
from qvl.tasks.document.model import Document, Figure, Page, Table
from qvl.tasks.document.render import render
from qvl.tasks.document.tables import to_csv

FORMATS = {"html": ".html", "md": ".md", "json": ".json", "qwenvl": ".qwenvl.html"}


def formats(wanted: str | None) -> list[str]:
    """The formats of an option such as "md,html"; None: all. ValueError for another one."""
    names = [name.strip() for name in wanted.split(",")] if wanted else list(FORMATS)
    if unknown := [name for name in names if name not in FORMATS]:
        raise ValueError(f"--to {unknown[0]!r} is no format; name some of {','.join(FORMATS)}")
    return list(dict.fromkeys(names))


def text_of(
    document: Document, kind: str, name: str, reports: Sequence[Mapping[str, Any]], saved: bool
) -> str:
    """The document in one of the formats; with `saved`, figures are named by their files."""
    source = _addresses(document, reports) if saved else None
    if kind == "html":
        return document.to_html(name, source)
    if kind == "md":
        return document.to_markdown(source)
    if kind == "json":
        told = {**document.to_dict(), "name": name}
        for page, raw, report in zip(document.pages, told["pages"], reports, strict=True):
            raw.update(_places(page, report))
        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    return "\n".join(render(page) for page in document.pages) + "\n"


def save_all(
    document: Document,
    name: str,
    reports: Sequence[Mapping[str, Any]],
    kinds: Sequence[str],
    folder: Path,
) -> list[Path]:
    """Every file of a whole document; the paths of its formats and of the report."""
    paths = []
    for kind in kinds:
        paths.append(folder / f"{name}{FORMATS[kind]}")
        output.save_text(text_of(document, kind, name, reports, saved=True), paths[-1])
    for old in (folder / "tables").glob("page_*.csv"):
        old.unlink()
    for page, report in zip(document.pages, reports, strict=True):
        for index, element in enumerate(page.elements):
            if isinstance(element, Table) and element.rows:
                path = folder / "tables" / f"page_{report['page']:03d}_{index + 1:02d}.csv"
                output.save_text(to_csv(element.rows), path)
    paths.append(folder / "report.json")
    output.save_json(report_of(name, reports), paths[-1])
    return paths


def report_of(name: str, reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The reports of the pages, and how many of which status there are."""
    states = [report["status"] for report in reports]
    counts = {state: states.count(state) for state in ("ok", "doubtful", "failed")}
    seconds = round(sum(report["seconds"] for report in reports), 3)
    return {"name": name, "pages": len(reports), **counts, "seconds": seconds, "each": [*reports]}


def _addresses(document: Document, reports: Sequence[Mapping[str, Any]]) -> Source:
    """Where the picture of a figure lies, seen from the files of the document."""
    names = [
        {id(figure): figure_name(report["page"], index) for index, figure in figures(page)}
        for page, report in zip(document.pages, reports, strict=True)
    ]

    def address(page: int, figure: Figure) -> str | None:
        return names[page].get(id(figure))

    return address


def _places(page: Page, report: Mapping[str, Any]) -> dict[str, Any]:
    """The number of a page; of a PDF, where things are in points from its upper left corner."""
    told: dict[str, Any] = {"page": report["page"], "status": report["status"]}
    if "points" not in report or page.size is None:
        return told
    across, down = (p / s for p, s in zip(report["points"], page.size, strict=True))
    boxes = [
        box and [round(c * r, 2) for c, r in zip(box, (across, down) * 2, strict=True)]
        for box in (each.box for each in page.elements)
    ]
    return {**told, "points": report["points"], "boxes_in_points": boxes}


def told(report: Mapping[str, Any]) -> str:
    """One page in a few words."""
    tries = len(report["attempts"])
    more = f", {tries} attempts" if tries > 1 else ""
    faults = [one["fault"] for one in report["attempts"] if one["kept"] and one["fault"]]
    wrong = f" ({', '.join(dict.fromkeys(faults))})" if faults else ""
    return (
        f"{report['page']} {report['status']}{wrong}, {report['elements']} elements, "
        f"{report['seconds']:.1f} s{more}"
    )


def summed(reports: Sequence[Mapping[str, Any]], name: str) -> int:
    """A line on stderr where pages are not in order; the number of those that failed."""
    count = {s: sum(r["status"] == s for r in reports) for s in ("failed", "doubtful")}
    if any(count.values()):
        rate = 100 * count["failed"] / len(reports)
        output.note(
            f"{name}: of {len(reports)} pages {count['failed']} failed ({rate:.0f} %) and "
            f"{count['doubtful']} are doubtful; report.json (-o DIR) says why"
        )
    return count["failed"]
