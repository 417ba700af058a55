"""`qvl ocr`: the text of a picture."""

from typing import Annotated

import typer

from qvl.cli import output
from qvl.cli.options import AsJson, Folder, MaxTokens, Model, Picture, Quant, load
from qvl.cli.progress import waiting
from qvl.media.draw import draw_boxes
from qvl.media.errors import shown
from qvl.media.fetch import picture as picture_of
from qvl.messages import Settings
from qvl.tasks.ocr import BY_LINE, PLAIN, read, spot
from qvl.tasks.order import sorted_lines
from qvl.tasks.scripts import LANGUAGES, script


def ocr(
    image: Picture,
    text: Annotated[bool, typer.Option("--text", help="The plain text and nothing else.")] = False,
    by_line: Annotated[
        bool, typer.Option("--lines", help="The plain text of upright or dense writing, in lines.")
    ] = False,
    in_order: Annotated[
        bool, typer.Option("--sort", help="Boxes in reading order instead of the model's.")
    ] = False,
    model: Model = "nano",
    quant: Quant = None,
    max_tokens: MaxTokens = 2048,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """Read a picture: lines with boxes in its own pixels, or the plain text."""
    picture = picture_of(image)
    vlm = load(model, quant)
    settings = Settings(max_tokens)
    if text or by_line:
        with waiting("reading"):
            words = read(vlm.answer, picture, settings, BY_LINE if by_line else PLAIN)
        output.text(words)
        return
    with waiting("reading"):
        found = spot(vlm.answer, picture, settings)
    lines = sorted_lines(found.lines) if in_order else list(found.lines)
    written = script(" ".join(line.text for line in lines))
    told = {
        "lines": output.plain(lines),
        "script": written,
        "language": LANGUAGES.get(written),
        "problems": output.problems(found.problems),
        "said": found.said,
    }
    if as_json:
        output.data(told)
    else:
        for line in lines:
            output.text(f"{output.corners(line)}  {line.text}")
    if not lines:
        output.note(f"no text found in {shown(image)}")
    marked = [(line.text, line.left, line.top, line.right, line.bottom) for line in lines]
    output.keep(output_folder, image, told, lambda: draw_boxes(picture, marked, legend=True))
