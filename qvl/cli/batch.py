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

PERIOD = 5.0  # seconds between words on how far it is


def batch(
    source: Annotated[Path, typer.Argument(help="Requests, OpenAI batch lines.")],
    target: Annotated[Path, typer.Argument(help="Results, a line each; taken up where it ends.")],
    model: Model = "nano",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask again what failed before.")
    ] = False,
) -> None:
    """Answer a file of requests in order; what was answered before is kept, not asked again."""
    with opened(source, target, model, retry_failed=retry_failed) as work:
        if work.torn:
            output.note(f"{target}: cut {work.torn} bytes of a line that was not whole")
        if work.kept:
            output.note(f"{len(work.kept)} of {len(work.ids)} were answered before")
        count = run(work, _ask(model, work), _telling(len(work.ids)))
    output.note(f"{count.done} of {len(work.ids)} answered, {count.failed} of them failed")
    if count.failed:
        raise typer.Exit(1)


def _ask(model: str, work: Batch) -> Any:
    """The model, loaded only where there is something left to ask."""
    if not work.left:
        return None
    vlm = load(model)
    from qvl.chat.template import offer
    from qvl.media.conversation import conversation

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
