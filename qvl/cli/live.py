"""A run as it goes on stderr: a line that stays in its place on a terminal, lines in a log."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from qvl.cli import output
from qvl.train.line import told


@contextmanager
def live(steps: int, start: int = 0) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """`show(report)` for a run of `steps` that goes on from `start`; the last report stays."""
    began = time.monotonic()

    def words(line: Mapping[str, Any]) -> str:
        done = line["step"] - start
        left = (time.monotonic() - began) / done * (steps - line["step"]) if done > 0 else None
        return told(line, steps, left)

    if not sys.stderr.isatty():
        yield lambda line: output.note(words(line))
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=20), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=steps, completed=start)
        yield lambda line: bar.update(task, completed=line["step"], description=words(line))
