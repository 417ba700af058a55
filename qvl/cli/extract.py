"""`qvl extract`: values of documents as JSON."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from PIL import Image

from qvl.cli import output, schemas
from qvl.cli.options import AsJson, Folder, MaxTokens, Model, Quant, load
from qvl.cli.progress import waiting
from qvl.media.draw import draw_boxes
from qvl.media.errors import shown
from qvl.media.fetch import fetch, opening, stem_of
from qvl.media.image import open_image
from qvl.tasks.extraction import Extracted
from qvl.tasks.schema import of_keys

Keys = Annotated[str | None, typer.Option("--keys", help='Names of values, "company,date,total".')]


def extract(
    files: Annotated[list[str], typer.Argument(help="Documents: pictures or PDFs.")],
    schema: schemas.Schema = None,
    keys: Keys = None,
    boxes: Annotated[bool, typer.Option("--boxes", help="Tell where each value stands.")] = False,
    pages: Annotated[str | None, typer.Option(help='Of a PDF, "1-3,7" [all].')] = None,
    model: Model = "nano",
    quant: Quant = None,
    max_tokens: MaxTokens = 2048,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """Values of documents as JSON that keeps to a schema; what is not there is null.

    A file is one document, all its pages one question. One file is printed as it stands, several
    as a line each. --json and --boxes tell of missing values, boxes and problems, too.
    """
    what = _what(schema, keys)
    documents = [(file, _pages(file, pages)) for file in files]
    if boxes and (long := [file for file, drawn in documents if len(drawn) != 1]):
        raise ValueError(f"{shown(long[0])} has several pages; with --boxes, choose one by --pages")
    vlm = load(model, quant)
    cut = False
    for file, drawn in documents:
        with waiting(f"reading {shown(file)}"):
            found = vlm.extract(drawn, what, boxes=boxes, max_tokens=max_tokens)
        told = report(found)
        value = told if as_json or boxes else found.values
        if len(files) == 1:
            output.data(value)
        else:
            output.text(json.dumps(value, ensure_ascii=False))
        _notes(file, found)
        cut = cut or found.finish_reason != "stop"
        if output_folder:
            _keep(output_folder, file, told, drawn[0], found)
    if cut:
        raise typer.Exit(1)


def report(found: Extracted) -> dict[str, Any]:
    """All that is known, as JSON; pixels to a tenth."""
    boxes = {path: [round(c, 1) for c in box] for path, box in (found.boxes or {}).items()}
    return {
        "values": found.values,
        "missing": list(found.missing),
        **({} if found.boxes is None else {"boxes": boxes}),
        "problems": [str(problem) for problem in found.problems],
        "finish_reason": found.finish_reason,
    }


def _what(schema: str | None, keys: str | None) -> Any:
    if (schema is None) == (keys is None):
        raise ValueError("say what to extract with --schema or with --keys, one of them")
    if schema is not None:
        return schemas.read(schema)
    names = [key.strip() for key in (keys or "").split(",")]
    of_keys(names)  # what is wrong with them is told before a model is loaded
    return names


def _pages(file: str, which: str | None) -> list[Image.Image]:
    held = fetch(file)
    if opening(held) != b"%PDF":
        if which:
            raise ValueError(f"{shown(file)} is no PDF; leave out --pages")
        return [open_image(held)]
    from qvl.media.pdf import open_pdf

    with open_pdf(held) as pdf:
        return [page for _, page in pdf.pages(which)]


def _notes(file: str, found: Extracted) -> None:
    name = shown(file)
    if found.missing:
        output.note(f"{name}: not found: {', '.join(found.missing)}")
    for problem in found.problems:
        output.note(f"{name}: {problem}")
    if found.finish_reason != "stop":
        output.note(f"{name}: the reply ended for {found.finish_reason!r} and is not complete")


def _keep(folder: Path, file: str, told: Any, page: Image.Image, found: Extracted) -> None:
    if found.boxes is None:
        path = folder / f"{stem_of(file)}.json"
        output.save_json(told, path)
        output.note(f"wrote {path}")
        return
    marked = [(path, *box) for path, box in found.boxes.items()]
    output.keep(folder, file, told, lambda: draw_boxes(page, marked))
