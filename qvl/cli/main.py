"""`qvl`: one verb a command. Data on stdout, words on stderr; exit code 2 for bad input."""

import os
import sys
import warnings

import typer

from qvl.cli import output
from qvl.cli.act import act
from qvl.cli.batch import batch
from qvl.cli.bench import bench
from qvl.cli.chat import chat
from qvl.cli.data import app as data
from qvl.cli.doctor import doctor
from qvl.cli.export import export
from qvl.cli.extract import extract
from qvl.cli.ground import ground
from qvl.cli.inspect import inspect
from qvl.cli.ocr import ocr
from qvl.cli.parse import parse
from qvl.cli.quantize import quantize
from qvl.cli.run import run
from qvl.cli.train import app as train
from qvl.cli.video import video

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Qwen2.5-VL, whole: read pictures, find things in them, see what a model sees.",
)

for verb in (
    run,
    chat,
    parse,
    ocr,
    ground,
    video,
    act,
    extract,
    batch,
    inspect,
    export,
    quantize,
    bench,
    doctor,
):
    app.command()(verb)
app.add_typer(data, name="data")
app.add_typer(train, name="train")


def main() -> None:
    """Run a verb; what is wrong with the input is one line on stderr and exit code 2."""
    warnings.showwarning = lambda message, *_: output.note(f"qvl: {message}")
    warnings.filterwarnings("ignore", module="PIL")  # of what is wrong the last line speaks
    try:
        app()
    except (ValueError, OSError) as error:
        output.note(f"qvl: {error}")
        sys.exit(2)
    except FloatingPointError as error:
        output.note(f"qvl: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        os._exit(130)
