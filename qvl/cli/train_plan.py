"""`qvl train plan`: what a training run takes on a cluster that is not there."""

from typing import Annotated

import typer

from qvl.cli import output
from qvl.cli.options import AsJson
from qvl.cli.progress import waiting


def plan(
    config: Annotated[
        str,
        typer.Argument(
            help="A TOML file; or 3B, 7B, 32B, 72B or a checkpoint's folder: the paper's stages."
        ),
    ] = "72B",
    cards: Annotated[
        list[str] | None, typer.Option("--hardware", help="A100, H100 or H200; may be repeated.")
    ] = None,
    ranks: Annotated[int | None, typer.Option(min=1, help="Cards in the cluster.")] = None,
    stage: Annotated[str | None, typer.Option(help="One stage alone, line by line.")] = None,
    as_json: AsJson = False,
) -> None:
    """Memory a rank, collectives, balance, step time and days, for a cluster that is not there."""
    from dataclasses import replace

    from qvl.train.cluster.planning import planned
    from qvl.train.cluster.request import read
    from qvl.train.cluster.table import details, plain, summary

    request = read(config)
    if cards:
        request = replace(request, hardware=tuple(cards))
    if ranks:
        request = replace(request, ranks=ranks)
    if stage:
        request = request.only(stage)
    with waiting("trying layouts"):
        plans = planned(request)
    if as_json:
        output.data([plain(each) for stages in plans for each in stages])
        return
    output.text(summary(request.config, plans))
    if stage:
        output.text("\n" + "\n\n".join(details(stages[0]) for stages in plans))
