"""The files of one document: made page by page, whole or not there, and gone on with later."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvl import __version__
from qvl.cli import output
from qvl.cli.marks import Mark, key_of, place, read_mark, write_mark
from qvl.media.paper import Paper, Sheet
from qvl.messages import Chat
from qvl.tasks.document.figures import crop
from qvl.tasks.document.layout import draw_layout
from qvl.tasks.document.model import Figure, Page
from qvl.tasks.document.pages import Ask, Reading, asked, read_page

_DRAFT = re.compile(r"\..+\.[0-9]+")  # as cli/output names them
_SMALLEST = 4  # pixels a side of a figure that is worth a file


@dataclass(frozen=True)
class Job:
    """How the pages of a document are read; `model` is a digest of what reads them."""

    ask: Ask
    model: str
    chat: Callable[[Sheet], Chat]
    layer: bool = False  # the pages' text layers are read

    def key(self, paper: Paper, number: int) -> str:
        return key_of(
            **asked(self.ask),
            file=paper.digest,
            page=number,
            dpi=paper.dpi,
            model=self.model,
            version=__version__,
        )


def pages_done(
    paper: Paper, numbers: Sequence[int], job: Job, folder: Path
) -> Iterator[tuple[int, Mark, bool]]:
    """(number, mark, whether it was done before) of every page; a page at a time is in memory."""
    _sweep(folder)
    told = False
    for number in numbers:
        mark = read_mark(place(folder, number))
        key = job.key(paper, number)
        if mark is not None and mark.key == key and not _missing(folder, number, mark):
            yield number, mark, True
            continue
        if mark is not None and mark.key != key and not told:
            output.note(f"{folder} holds pages of another file, model or setting; they are redone")
            told = True
        yield number, _read(paper, number, job, folder, key), False


def readings(
    paper: Paper, numbers: Sequence[int], job: Job
) -> Iterator[tuple[Sheet, Reading, float]]:
    """Every page with what was read and the seconds it took, one at a time in memory."""
    for number in numbers:
        began = time.perf_counter()
        sheet = paper.sheet(number, layer=job.layer)
        yield sheet, read_page(job.chat(sheet), sheet.picture, job.ask), time.perf_counter() - began


def _read(paper: Paper, number: int, job: Job, folder: Path, key: str) -> Mark:
    """Every file of a page, and last of all its mark."""
    place(folder, number).unlink(missing_ok=True)
    for old in (folder / "figures").glob(f"page_{number:03d}_*.png"):
        old.unlink()
    ((sheet, reading, seconds),) = readings(paper, [number], job)
    stem = f"page_{number:03d}"
    output.save_text(reading.reply, folder / f"{stem}.qwenvl.html")
    output.save_image(draw_layout(sheet.picture, reading.page), folder / f"{stem}.layout.png")
    for index, figure in figures(reading.page):
        if cut := crop(sheet.picture, figure):
            output.save_image(cut, folder / figure_name(number, index))
    mark = Mark(key, reading.page, report_of(sheet, reading, seconds))
    write_mark(mark, place(folder, number))
    return mark


def report_of(sheet: Sheet, reading: Reading, seconds: float) -> dict[str, Any]:
    """The report of a page, with its size in points where it has one."""
    told = {"page": sheet.number, **reading.report()}
    if sheet.points:
        told["points"] = [round(each, 3) for each in sheet.points]
    return {**told, "seconds": round(seconds, 3)}


def figure_name(number: int, index: int) -> str:
    return f"figures/page_{number:03d}_{index + 1:02d}.png"


def figures(page: Page) -> Iterator[tuple[int, Figure]]:
    """Figures of a page that have a picture of their own, and their places among its elements."""
    for index, element in enumerate(page.elements):
        if isinstance(element, Figure):
            left, top, right, bottom = element.image or element.box or (0, 0, 0, 0)
            if min(right - left, bottom - top) >= _SMALLEST:
                yield index, element


def _sweep(folder: Path) -> None:
    """Take away drafts of a run that was killed."""
    for draft in folder.rglob(".*"):
        if _DRAFT.fullmatch(draft.name):
            draft.unlink(missing_ok=True)


def _missing(folder: Path, number: int, mark: Mark) -> bool:
    """Whether a file of a page that is done was taken away."""
    names = [f"page_{number:03d}.qwenvl.html", f"page_{number:03d}.layout.png"]
    names += [figure_name(number, index) for index, _ in figures(mark.page)]
    return not all((folder / name).is_file() for name in names)
