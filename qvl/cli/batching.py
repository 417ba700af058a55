"""Requests of one file to results in another, in their order, resumable at any moment."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, BinaryIO

from qvl.chat import batched, completion
from qvl.chat.completion import Asked
from qvl.cli import ledger
from qvl.cli.lines import beside, rows
from qvl.data import journal
from qvl.messages import Answer
from qvl.tasks.abreast import abreast

Ask = Callable[[Asked], Answer]
_MEDIA = ("image", "image_url", "video", "video_url")


@dataclass(frozen=True)
class Batch:
    """What is asked, what is there, and of which model."""

    source: Path
    target: Path
    file: BinaryIO  # the target, open at its end
    model: str
    ids: Mapping[str, str]  # custom_id -> id of every request, in order
    kept: Sequence[batched.Result]  # in the order of the file
    torn: int  # bytes that were cut, of a line that was not whole

    @property
    def left(self) -> int:
        return len(self.ids) - len(self.kept)


@dataclass(frozen=True)
class Count:
    done: int
    failed: int


def survey(source: Path, model: str) -> dict[str, str]:
    """custom_id -> id of every request. ValueError names the first line that cannot be one.

    A request whose custom_id stands is never refused here: its result tells what is wrong.
    """
    ids: dict[str, str] = {}
    for number, row in rows(source):
        try:
            name = batched.name_of(row)
        except ValueError as error:
            raise ValueError(f"line {number} of {source}: {error}") from None
        if name in ids:
            raise ValueError(
                f"line {number} of {source} has the custom_id {name[:40]!r} of an earlier line; "
                "give every line its own"
            )
        ids[name] = batched.id_of(row, model)
    if not ids:
        raise ValueError(f"{source} holds no requests; write one a line")
    return ids


@contextmanager
def opened(source: Path, target: Path, model: str, *, retry_failed: bool) -> Iterator[Batch]:
    """A batch taken up where it stopped, its file of results ours alone until the end.

    With `retry_failed` the results of requests that failed are dropped. ValueError for files that
    do not belong together.
    """
    if target.exists() and source.exists() and source.samefile(target):
        raise ValueError(f"{source} is read and would be written; name another file for results")
    ids = survey(source, model)
    torn = 0
    if retry_failed and target.exists():
        with journal.appending(target):
            torn = journal.mend(target)
            kept = ledger.kept(target, ids)
            ledger.arrange(target, [each.custom_id for each in kept if not each.failed])
    with journal.appending(target) as file:
        torn += journal.mend(target)
        yield Batch(source, target, file, model, ids, ledger.kept(target, ids), torn)


def run(
    batch: Batch,
    ask: Ask,
    tell: Callable[[Count], None],
    at_once: int = 1,
    stopped: Callable[[], bool] = lambda: False,
) -> Count:
    """Answer what is left, `at_once` together; each result is on the disk before it is told.

    Once it is `stopped` no further request is taken; those at work end and are written.
    """
    order = [each.custom_id for each in batch.kept]
    count = Count(len(order), sum(each.failed for each in batch.kept))
    left = takewhile(lambda row: not stopped(), _left(batch, set(order)))
    for line in abreast(lambda row: _answered(row, batch, ask), left, at_once):
        journal.append(batch.file, line)
        order.append(line["custom_id"])
        count = Count(count.done + 1, count.failed + (line["error"] is not None))
        tell(count)
    if len(order) == len(batch.ids) and order != list(batch.ids):
        ledger.arrange(batch.target, list(batch.ids))
    return count


def _left(batch: Batch, known: set[str]) -> Iterator[dict[str, Any]]:
    for number, row in rows(batch.source):
        name = batched.name_of(row)
        if batch.ids.get(name) != batched.id_of(row, batch.model):
            raise ValueError(f"line {number} of {batch.source} was changed meanwhile; start again")
        if name not in known:
            yield row


def _answered(row: Mapping[str, Any], batch: Batch, ask: Ask) -> dict[str, Any]:
    name = batched.name_of(row)
    id = batch.ids[name]
    try:
        asked = completion.read(batched.body_of(row))
        if asked.model not in (None, batch.model):
            raise ValueError(
                f"model is {asked.model!r}, and {batch.model!r} is loaded; name it in --model"
            )
        messages = [_located(each, batch.source.parent) for each in asked.messages]
        answer = ask(Asked(messages, asked.settings, asked.tools, asked.model))
    except (ValueError, OSError) as error:
        return batched.failed(name, id, str(error), 400)
    except FloatingPointError as error:
        return batched.failed(name, id, str(error), 500)
    body = completion.completion(
        answer, asked, id=f"chatcmpl-{id}", model=batch.model, created=int(time.time())
    )
    return batched.answered(name, id, body)


def _located(message: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The message with paths of media as seen from here; they are written from `folder`."""
    content = message.get("content")
    if not isinstance(content, list):
        return message
    return {**message, "content": [_part(each, folder) for each in content]}


def _part(part: Any, folder: Path) -> Any:
    if not isinstance(part, Mapping):
        return part
    return {k: _source(v, folder) if k in _MEDIA else v for k, v in part.items()}


def _source(source: Any, folder: Path) -> Any:
    if isinstance(source, str):
        return beside(folder, source)
    if isinstance(source, list):
        return [_source(each, folder) for each in source]
    if isinstance(source, Mapping) and "url" in source:
        return {**source, "url": _source(source["url"], folder)}
    return source
