"""`qvl inspect`: what a model will see; no weights are read."""

from typing import Annotated

import typer

from qvl.cli import output
from qvl.cli.options import AsJson, Model
from qvl.cli.progress import waiting
from qvl.media.errors import shown


def inspect(
    file: Annotated[str, typer.Argument(help="A picture, clip or PDF: a path or address.")],
    model: Model = "nano",
    as_json: AsJson = False,
) -> None:
    """What a model will see of a picture, clip or PDF: sizes, tokens, times. Reads no weights."""
    from qvl.cli.seen import seen_of
    from qvl.hub import locate_settings
    from qvl.inputs import Limits

    with waiting(f"looking at {shown(file)}"):
        seen = seen_of(file, Limits.load(locate_settings(model)))
    if as_json:
        output.data(seen)
    else:
        for name, value in seen.items():
            output.text(f"{name:18} {value}")
