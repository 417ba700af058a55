"""`qvl parse`: documents to QwenVL HTML, clean HTML, Markdown and JSON."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any

import typer

from qvl.cli import output
from qvl.cli.bars import steps
from qvl.cli.marks import Mark, fingerprint
from qvl.cli.merged import formats, save_all, summed, text_of, told
from qvl.cli.options import Bits, Folder, Model, Quant, load
from qvl.cli.papers import Job, pages_done, readings, report_of
from qvl.cli.plain import rebuild
from qvl.media.fetch import stem_of
from qvl.media.paper import Paper, Sheet, open_paper
from qvl.media.pdf import DPI
from qvl.media.textlayer import Layer
from qvl.messages import Chat
from qvl.tasks.document.model import Document, Page
from qvl.tasks.document.pages import ATTEMPTS, MOST, Ask, to_write
from qvl.tasks.document.truth import page_of, truth_chat


def parse(
    files: Annotated[list[str], typer.Argument(help="PDFs, TIFFs, pictures: paths or addresses.")],
    pages: Annotated[str | None, typer.Option(help="Of each file: 1-3,7,5- or -2 (all).")] = None,
    to: Annotated[
        str | None,
        typer.Option(help="html,md,json,qwenvl (with -o all, else md).", show_default=False),
    ] = None,
    captions: Annotated[bool, typer.Option("--captions", help="Describe pictures, too.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Ordinary HTML that looks like the page, no boxes.")
    ] = False,
    text_layer: Annotated[
        bool, typer.Option("--text-layer", help="The letters that a PDF holds, without a model.")
    ] = False,
    tile: Annotated[int | None, typer.Option(help="Read pages in tiles of so many pixels.")] = None,
    dpi: Annotated[float, typer.Option(help="Dots an inch that PDF pages are drawn at.")] = DPI,
    attempts: Annotated[int, typer.Option(min=1, help="Tries of a page at most.")] = ATTEMPTS,
    password: Annotated[str | None, typer.Option(help="Of an encrypted PDF.")] = None,
    model: Model = "nano",
    quant: Quant = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Tokens of a page (what the model has room for).")
    ] = None,
    max_pixels: Annotated[
        int | None, typer.Option(help="Area of what the model sees (the model's limit).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of what is drawn at random.")] = 0,
    output_folder: Folder = None,
) -> None:
    """Read documents page by page; with -o every result is kept, and a later run goes on."""
    kinds = formats(to or (None if output_folder else "md"))
    if not output_folder and len(kinds) > 1:
        raise ValueError(f"--to {to} names {len(kinds)} formats; give -o DIR, or name one")
    if text_layer and (tile or plain):
        raise ValueError("--text-layer asks no model; leave out --tile and --plain")
    most = max_tokens or (MOST if text_layer else _room(model))
    ask = Ask(captions, attempts, tile, most, max_pixels, seed)
    open_one = partial(open_paper, dpi=dpi, password=password)
    for file in files:  # what is wrong is said before anything is read
        with open_one(file) as paper:
            paper.numbers(pages)
    job = _letters(ask) if text_layer else _model(ask, model, quant)
    failed = 0
    for file, folder in zip(files, folders(files, output_folder), strict=True):
        with open_one(file) as paper:
            numbers = paper.numbers(pages)
            if plain:
                failed += rebuild(paper, numbers, job, folder)
            elif folder:
                failed += _keep(paper, numbers, job, folder, kinds)
            else:
                failed += _print(paper, numbers, job, kinds[0])
    if failed:
        raise typer.Exit(1)


def folders(files: Sequence[str], folder: Path | None) -> list[Path | None]:
    """The folder itself for one file; for several, one in it for each, named after it."""
    if folder is None or len(files) == 1:
        return [folder] * len(files)
    names: list[str] = []
    for file in files:
        name, more = stem_of(file), 1
        while name in names:
            more += 1
            name = f"{stem_of(file)}-{more}"
        names.append(name)
    return [folder / name for name in names]


def _room(name: str) -> int:
    from qvl.hub import locate
    from qvl.model.weights import read_config

    return to_write(read_config(locate(name)).text.max_position_embeddings)


def _model(ask: Ask, name: str, quant: Bits | None) -> Job:
    """Read by a model, which is loaded when the first page needs it."""
    from qvl.hub import locate

    loaded = cache(lambda: load(name, quant))
    reader = fingerprint(locate(name)) + (quant or "")
    return Job(ask, reader, lambda sheet: loaded().answer)


def _letters(ask: Ask) -> Job:
    """Read from the file itself: the same each time, so that one attempt is enough."""

    def chat(sheet: Sheet) -> Chat:
        layer = sheet.layer or Layer((), sheet.picture.size)
        return truth_chat(page_of(layer))

    return Job(replace(ask, attempts=1), "text layer", chat, layer=True)


def _keep(
    paper: Paper, numbers: Sequence[int], job: Job, folder: Path, kinds: Sequence[str]
) -> int:
    """The files of a document; how many pages failed."""
    marks: list[Mark] = []
    with steps(len(numbers), f"{paper.name} page") as step:
        for number, mark, before in pages_done(paper, numbers, job, folder):
            marks.append(mark)
            step(f"{number} was done before" if before else told(mark.report))
    document = Document(tuple(mark.page for mark in marks))
    for path in save_all(document, paper.name, [mark.report for mark in marks], kinds, folder):
        output.text(str(path))
    return summed([mark.report for mark in marks], paper.name)


def _print(paper: Paper, numbers: Sequence[int], job: Job, kind: str) -> int:
    """The document on stdout; how many pages failed."""
    read: list[Page] = []
    reports: list[dict[str, Any]] = []
    with steps(len(numbers), f"{paper.name} page") as step:
        for sheet, reading, seconds in readings(paper, numbers, job):
            read.append(reading.page)
            reports.append(report_of(sheet, reading, seconds))
            step(told(reports[-1]))
    text = text_of(Document(tuple(read)), kind, paper.name, reports, saved=False)
    output.text(text.rstrip("\n"))
    return summed(reports, paper.name)
