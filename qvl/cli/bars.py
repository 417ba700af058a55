"""How far a long piece of work is, on stderr: a bar at a terminal, else a line a step."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from qvl.cli import output


@contextmanager
def steps(total: int, what: str) -> Iterator[Callable[[str], None]]:
    """A function to call after each step with a word on it."""
    if not sys.stderr.isatty():
        done = 0

        def line(word: str) -> None:
            nonlocal done
            done += 1
            output.note(f"{what} {done}/{total}: {word}")

        yield line
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)

        def move(word: str) -> None:
            bar.update(task, advance=1, description=f"{what}: {word}")

        yield move
