"""`qvl data filter, dedup`: shards to shards; what is left out is kept beside, with reasons."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qvl.cli import output
from qvl.cli.progress import paced, waiting

Shards = Annotated[list[Path], typer.Argument(help="Shards: .tar files.")]
Out = Annotated[Path, typer.Option("-o", "--output", help="The folder for the new shards.")]
Name = Annotated[str, typer.Option(help="The name of the new set: letters, digits, - and _.")]
Workers = Annotated[int, typer.Option(min=0, help="Processes; 0 is this one.")]
Rate = Annotated[float, typer.Option(min=0, max=1, help="Faults an item that stop the run.")]
Redo = Annotated[bool, typer.Option("--redo", help="Make shards of another config anew.")]
OnRay = Annotated[bool, typer.Option("--ray", help="Run on Ray (pip install 'qvl[ray]').")]
HeldOut = Annotated[bool, typer.Option("--held-out", help="The set is for tests.")]


def sift(
    shards: Shards,
    out: Out,
    name: Name,
    workers: Workers = 2,
    max_error_rate: Rate = 0.05,
    redo: Redo = False,
    ray: OnRay = False,
    held_out: HeldOut = False,
) -> None:
    """Leave out what repeats itself, is cut off, broken, empty, abusive or too long."""
    from qvl.data.filters import RULES, VERSION, Filtered, Reread, over

    rules = [getattr(rule, "__name__", repr(rule)) for rule in RULES]
    plan = over(name, shards, {"rules": rules, "version": VERSION}, held_out=held_out)
    stage = Filtered(Reread(tuple(shards)))
    output.data(run(plan, stage, out, (workers, max_error_rate, redo), ray))


def dedup(
    shards: Shards,
    out: Out,
    name: Name,
    memory: Annotated[
        Path | None, typer.Option(help="A folder that remembers sets from run to run.")
    ] = None,
    workers: Workers = 2,
    redo: Redo = False,
    ray: OnRay = False,
    held_out: HeldOut = False,
) -> None:
    """Leave out copies: exact ones, near texts, near pictures."""
    from qvl.data.dedup import against
    from qvl.data.filters import Filtered, Reread, Without, over
    from qvl.data.prints import Prints
    from qvl.data.sidecar import path_of

    with waiting("comparing the records"):
        found = against(name, Prints.read([path_of(shard) for shard in shards]), memory)
    reasons = {copy.key: (copy.why, f"of {copy.of}") for copy in found}
    plan = over(name, shards, {"copies": sorted(reasons.items())}, held_out=held_out)
    stage = Filtered(Reread(tuple(shards)), (Without(reasons),))
    output.data(run(plan, stage, out, (workers, 0.0, redo), ray))


def run(
    plan: Any, stage: Any, out: Path, how: tuple[int, float, bool], ray: bool
) -> dict[str, Any]:
    """The report of a set that is made; exit code 1 where too much is wrong with it."""
    from qvl.data.executors import Options, WorkerDied
    from qvl.data.executors import run as made
    from qvl.data.tally import TooManyFaults

    runner = None
    if ray:
        from qvl.data.ray import on_ray as runner
    workers, rate, redo = how
    options = Options(workers, rate, redo=redo)
    try:
        with paced(output.note) as say:
            return made(plan, stage, out, options, say, runner)
    except (TooManyFaults, WorkerDied) as error:
        output.note(f"qvl: {error}")
        raise typer.Exit(1) from None
