"""`qvl data make`: families of training data to shards."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qvl.cli import output
from qvl.cli.data_sift import OnRay, Rate, Redo, Workers, run


def make(
    families: Annotated[
        list[str] | None, typer.Argument(help="Families by name (all), see qvl/data/families.py.")
    ] = None,
    out: Annotated[Path, typer.Option("-o", "--output", help="A folder for all of them.")] = Path(
        "data"
    ),
    profile: Annotated[str, typer.Option(help="How much: ci, small or full.")] = "ci",
    items: Annotated[
        int | None, typer.Option(min=1, help="Items a family instead (a record or a reason each).")
    ] = None,
    per_shard: Annotated[int, typer.Option(min=1, help="Items a shard.")] = 250,
    cache: Annotated[Path | None, typer.Option(help="Where fetched packages lie.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Other records for each.")] = 0,
    workers: Workers = 2,
    max_error_rate: Rate = 0.05,
    redo: Redo = False,
    ray: OnRay = False,
) -> None:
    """Make families of training data; what is there stays, what was killed goes on."""
    from qvl.data.families import FAMILIES, PROFILES, chosen, plan_of, stage_of
    from qvl.data.sources import home

    if profile not in PROFILES:
        raise ValueError(f"{profile!r} is no profile; there are {', '.join(PROFILES)}")
    cache = cache or home()
    told: dict[str, Any] = {}
    for name in chosen(families or []):
        count = items or FAMILIES[name].items * PROFILES[profile]
        plan = plan_of(name, count, per_shard, seed)
        how = (workers, max_error_rate, redo)
        told[name] = run(plan, stage_of(name, cache), out / name, how, ray)
    output.data(told)
