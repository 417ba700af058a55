"""`qvl data import`: published data, and people's own, to shards."""

from pathlib import Path
from typing import Annotated

import typer

from qvl.cli import output
from qvl.cli.data_sift import OnRay, Rate, Redo, Workers, run


def bring(
    files: Annotated[
        list[Path], typer.Argument(help="JSONL, JSON, Parquet, WebDataset .tar, COCO, RefCOCO.")
    ],
    licence: Annotated[
        str,
        typer.Option(
            help="The data's licence (SPDX, such as CC-BY-4.0; LicenseRef-own for your own). Every "
            "record carries it, for later nobody can tell what may be used."
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--output", help="The folder for the shards.")],
    name: Annotated[
        str | None, typer.Option(help="The name of the set [that of the first file].")
    ] = None,
    media: Annotated[
        Path | None, typer.Option(help="The folder that paths of pictures are in [each file's].")
    ] = None,
    instances: Annotated[
        Path | None, typer.Option(help="RefCOCO's COCO file; its split train is imported.")
    ] = None,
    points: Annotated[
        bool, typer.Option("--points", help="Ask for points of COCO's things, not for boxes.")
    ] = False,
    pixels: Annotated[
        bool, typer.Option("--pixels", help="PixMo's points are in pixels, not in percent.")
    ] = False,
    prompt: Annotated[
        str, typer.Option(help="The question before a caption that has none.")
    ] = "Describe the picture briefly.",
    download: Annotated[
        bool, typer.Option("--download", help="Fetch pictures that have an http address.")
    ] = False,
    per_shard: Annotated[int, typer.Option(min=1, help="Rows a shard.")] = 1000,
    workers: Workers = 2,
    max_error_rate: Rate = 0.05,
    redo: Redo = False,
    ray: OnRay = False,
) -> None:
    """Turn rows of other formats into training data; the format is told by the rows.

    Rows that are no good are kept apart with the reason, in rejected/. What is there stays, and
    what was killed goes on.
    """
    from qvl.data.imported import imported
    from qvl.data.pieces import Told
    from qvl.data.readers.stream import stem

    told = Told(
        name=name or stem(files[0]),
        licence=licence,
        prompt=prompt,
        media=media and media.resolve(),
        instances=instances,
        form="points" if points else "boxes",
        unit="pixels" if pixels else "percent",
        download=download,
    )
    with imported(files, told, out, per_shard, output.note) as (plan, stage):
        output.data(run(plan, stage, out, (workers, max_error_rate, redo), ray))
