"""`qvl data`: the factory that makes what the model learns from."""

import typer

from qvl.cli.data_audit import check, look, overlap, stats
from qvl.cli.data_fetch import fetch
from qvl.cli.data_import import bring
from qvl.cli.data_make import make
from qvl.cli.data_sift import dedup, sift

app = typer.Typer(no_args_is_help=True, help="Make what the model learns from.")
for verb in (fetch, make, look, stats, check, overlap, dedup):
    app.command()(verb)
app.command("filter")(sift)
app.command("import")(bring)
