"""`qvl batch`: a file of requests to a file of results."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from qvl.chat.completion import Asked
from qvl.cli import output
from qvl.cli.batching import Batch, Count, opened, run
from qvl.cli.options import Model, load
from qvl.messages import Answer

AT_ONCE = 8
PERIOD = 5.0  # seconds between words on how far it is


def batch(
    source: Annotated[Path, typer.Argument(help="Requests, OpenAI batch lines.")],
    target: Annotated[Path, typer.Argument(help="Results, a line each; taken up where it ends.")],
    model: Model = "nano",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask again what failed before.")
    ] = False,
    same: Annotated[
        bool, typer.Option("--same", help="Each answer as if asked alone, to the bit; slower.")
    ] = False,
    at_once: Annotated[
        int, typer.Option(min=1, help="Requests that are answered together.")
    ] = AT_ONCE,
) -> None:
    """Answer a file of requests in order; what was answered before is kept, not asked again.

    SIGTERM and Ctrl-C end it once the requests at work are answered; a second one at once.
    """
    from qvl.train.stopping import Stop

    with opened(source, target, model, retry_failed=retry_failed) as work:
        if work.torn:
            output.note(f"{target}: cut {work.torn} bytes of a line that was not whole")
        if work.kept:
            output.note(f"{len(work.kept)} of {len(work.ids)} were answered before")
        with Stop() as stop:
            tell = _telling(len(work.ids))
            count = run(work, _ask(model, work, same=same), tell, at_once, lambda: stop.asked)
    output.note(f"{count.done} of {len(work.ids)} answered, {count.failed} of them failed")
    if stop.asked:
        output.note(f"stopped by {stop.name}; the same command goes on")
    if count.failed or stop.asked:
        raise typer.Exit(1)


def _ask(model: str, work: Batch, *, same: bool) -> Any:
    """The model, loaded only where there is something left to ask."""
    if not work.left:
        return None
    vlm = load(model)
    from qvl.chat.template import offer
    from qvl.engine.engaged import Engaged
    from qvl.engine.engine import Engine
    from qvl.engine.memory import held
    from qvl.media.conversation import conversation

    if same:
        vlm.engine = Engine(vlm.model, Engaged(held(vlm.model), same=True))

    def ask(asked: Asked) -> Answer:
        return vlm.answer(offer(conversation(asked.messages), asked.tools), asked.settings)

    return ask


def _telling(total: int) -> Any:
    last = time.perf_counter()

    def tell(count: Count) -> None:
        nonlocal last
        if (now := time.perf_counter()) - last >= PERIOD:
            last = now
            output.note(f"{count.done} of {total} answered, {count.failed} failed")

    return tell
