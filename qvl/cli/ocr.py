"""`qvl ocr`: the text of a picture."""

from typing import Annotated

import typer

from qvl.cli import output
from qvl.cli.options import AsJson, Folder, MaxTokens, Model, Picture, load
from qvl.media.draw import draw_boxes
from qvl.media.fetch import picture as picture_of


def ocr(
    image: Picture,
    text: Annotated[bool, typer.Option("--text", help="The plain text and nothing else.")] = False,
    model: Model = "nano",
    max_tokens: MaxTokens = 2048,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """Read a picture: lines with boxes in its own pixels, or the plain text."""
    picture = picture_of(image)
    vlm = load(model)
    if text:
        output.text(vlm.read(picture, max_tokens))
        return
    lines = vlm.ocr(picture, max_tokens)
    rows = output.plain(lines)
    if as_json:
        output.data(rows)
    else:
        for line in lines:
            output.text(f"{output.corners(line)}  {line.text}")
    marked = [(str(i), x.left, x.top, x.right, x.bottom) for i, x in enumerate(lines, start=1)]
    output.keep(output_folder, image, rows, lambda: draw_boxes(picture, marked))
