"""`qvl data`: the factory that makes what the model learns from."""

import typer

from qvl.cli.data_fetch import fetch

app = typer.Typer(no_args_is_help=True, help="Make what the model learns from.")
app.command()(fetch)
