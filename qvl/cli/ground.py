"""`qvl ground`: where things are."""

from typing import Annotated

import typer

from qvl.cli import output
from qvl.cli.options import AsJson, Folder, MaxTokens, Model, Picture, load
from qvl.media.draw import draw_boxes
from qvl.media.errors import shown
from qvl.media.fetch import picture as picture_of


def ground(
    image: Picture,
    what: Annotated[list[str], typer.Argument(help="Names of things to find.")],
    model: Model = "nano",
    max_tokens: MaxTokens = 1024,
    max_pixels: Annotated[
        int | None, typer.Option(help="Area of what the model sees [the model's limit].")
    ] = None,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """Find things: boxes in pixels of the original picture."""
    picture = picture_of(image)
    boxes = load(model).ground(picture, what, max_tokens, max_pixels)
    rows = output.plain(boxes)
    if as_json:
        output.data(rows)
    else:
        for box in boxes:
            output.text(f"{output.corners(box)}  {box.label}")
    if not boxes:
        output.note(f"none of {', '.join(what)} found in {shown(image)}")
    marked = [(b.label, b.left, b.top, b.right, b.bottom) for b in boxes]
    output.keep(output_folder, image, rows, lambda: draw_boxes(picture, marked))
