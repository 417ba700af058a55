"""`qvl train`: the recipe's phases, plans of clusters, and answers to learn from."""

from pathlib import Path
from typing import Annotated

import typer

from qvl.cli import output
from qvl.cli.train_plan import plan
from qvl.cli.train_sample import sample

app = typer.Typer(no_args_is_help=True, help="Train a model, from nothing or from a checkpoint.")


@app.command()
def run(
    config: Annotated[Path, typer.Argument(help="A TOML file; see docs/training.md.")],
    overrides: Annotated[
        list[str] | None, typer.Argument(help="Settings instead, such as optim.rate=1e-5.")
    ] = None,
) -> None:
    """Start a run, or go on with it where it stopped; torchrun starts it on several devices.

    Prints the folder of the model. Ctrl-C or SIGTERM saves and ends it.
    """
    from qvl.cli.live import live
    from qvl.data.skips import TooManySkipped
    from qvl.overrides import load
    from qvl.train.config import Run
    from qvl.train.guard import Diverged
    from qvl.train.lost import LostRank, give_up
    from qvl.train.program import train

    settings = load(Run, config, overrides or [])
    try:
        output.text(str(train(settings, output.note, live)))
    except LostRank as error:
        give_up(error)
    except (Diverged, TooManySkipped) as error:
        output.note(f"qvl: {error}")
        raise typer.Exit(1) from None


app.command()(plan)
app.command()(sample)
