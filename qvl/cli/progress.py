"""A word on stderr for whatever keeps people waiting for more than a second."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from qvl.cli import output

PATIENCE = 1.0  # seconds
Piece = TypeVar("Piece")


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say `what` goes on once it has taken a second: a turning wheel, or a line in a log."""
    console, over, shown = None, threading.Event(), threading.Event()

    def show() -> None:
        nonlocal console
        if over.wait(PATIENCE):
            return
        shown.set()
        if not sys.stderr.isatty():
            output.note(f"{what} ...")
            return
        from rich.console import Console

        console = Console(stderr=True)
        with console.status(what) as wheel:
            while not over.wait(1):
                wheel.update(f"{what}, {time.perf_counter() - began:.0f} s")

    began = time.perf_counter()
    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if shown.is_set() and console is None:
        output.note(f"{what}: {time.perf_counter() - began:.1f} s")


def streamed(ask: Callable[[], Iterator[Piece]]) -> Iterator[Piece]:
    """The pieces of an answer; until the first one comes, people are told what goes on."""
    with waiting("reading the question"):
        pieces = ask()
        first = next(pieces, None)
    if first is not None:
        yield first
        yield from pieces


@contextmanager
def paced(say: Callable[[str], None]) -> Iterator[Callable[[str], None]]:
    """Lines of progress, one a second at most and the last one in any case."""
    said, held = time.perf_counter(), ""

    def hear(line: str) -> None:
        nonlocal said, held
        held = line
        if time.perf_counter() - said >= PATIENCE:
            said, held = time.perf_counter(), ""
            say(line)

    try:
        yield hear
    finally:
        if held:
            say(held)
