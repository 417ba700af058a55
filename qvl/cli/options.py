"""Arguments and options that verbs share, and the model that they load."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from qvl.cli.progress import waiting

Model = Annotated[
    str, typer.Option("--model", "-m", help="nano, a checkpoint's folder, or a hub id.")
]
Picture = Annotated[
    str, typer.Argument(help="A picture (PNG, JPEG, WebP, TIFF, GIF, BMP): path or address.")
]


class Bits(StrEnum):
    INT8 = "int8"
    INT4 = "int4"


Quant = Annotated[
    Bits | None, typer.Option(help="Bits of the decoder's weights; those of MODEL unless given.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Folder = Annotated[Path | None, typer.Option("-o", "--output", help="Save results in a folder.")]
MaxTokens = Annotated[int, typer.Option(min=1, help="Tokens to write at most.")]


def load(model: str, quant: Bits | None = None) -> Any:
    """The model by name; torch takes a second to import, so bad input is found before."""
    from qvl.vlm import load

    with waiting(f"opening {model}"):
        return load(model, quant=quant)


def size_of(option: str, text: str | None) -> tuple[int, int] | None:
    """Width and height of "1440x900" in pixels; ValueError names the option for anything else."""
    if text is None:
        return None
    found = re.fullmatch(r"([1-9]\d{0,5})x([1-9]\d{0,5})", text, re.ASCII)
    if not found:
        raise ValueError(f"{option} is {text!r}; give width and height such as 1440x900")
    return int(found[1]), int(found[2])
