"""Answers drawn from a model, each kept in a journal as it comes: what is there is not asked again.

    draws.jsonl    {"id": hash of the question, the model and how it is asked, "text": ..., ...}

An id tells all that decides an answer, so that one journal serves runs of other settings too.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

from qvl.data import journal, records
from qvl.data.records import Record
from qvl.messages import Answer, Chat, FinishReason, Media, Message, Settings

Messages = Callable[[], Sequence[Message]]  # decoded only where something is to be asked


@dataclass(frozen=True)
class Draw:
    """An answer, and what the model saw of the pictures and clips of its question, in order."""

    text: str
    finish_reason: FinishReason
    tokens: int  # of the answer
    media: tuple[Media, ...]


class Journal:
    """Draws by id, those of a file and those that are added to it, by any number of threads."""

    def __init__(self, file: BinaryIO, known: dict[str, Draw]) -> None:
        self.file, self.known = file, known
        self.lock = Lock()

    def get(self, id: str, ask: Callable[[], Answer]) -> Draw:
        """What is known, or what is answered now; that is on the disk when this returns."""
        if id not in self.known:
            answer = ask()
            told = (answer.text, answer.finish_reason, answer.usage.completion_tokens)
            draw = Draw(*told, answer.media)
            with self.lock:
                journal.append(self.file, {"id": id, **asdict(draw)})
                self.known[id] = draw
        return self.known[id]


@contextmanager
def opened(path: Path) -> Iterator[Journal]:
    """A journal, ours alone until the end; a line that a killed run has torn is cut.

    ValueError for a file that is none, or that another run is writing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with journal.appending(path) as file:
        journal.mend(path)
        known = {}
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    row = json.loads(line)
                    id = row.pop("id")
                    known[id] = _draw(row)
                except (ValueError, TypeError, KeyError) as error:
                    raise ValueError(
                        f"line {number} of {path} is no draw ({error!r}); name another folder"
                    ) from None
        yield Journal(file, known)


def _draw(row: dict[str, Any]) -> Draw:
    media = list[Media]()
    for each in row["media"]:
        told: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in each.items()}
        media.append(Media(**told))
    return Draw(**{**row, "media": tuple(media)})


@dataclass(frozen=True)
class Asker:
    """A model and how it is asked; `name` stands in sources, `weights` is a hash of the model."""

    chat: Chat
    name: str
    weights: str
    settings: Settings
    journal: Journal

    def ask(self, record: Record, messages: Messages, what: str) -> Draw:
        """An answer to `messages`, which `record` and `what` decide, and so does its seed."""
        told = {f.name: getattr(self.settings, f.name) for f in fields(Settings)}
        known = json.dumps([self.weights, told, what], sort_keys=True).encode()
        hashed = sha256(known + records.dumps(record))
        for name in sorted(record.media):
            hashed.update(sha256(record.media[name]).digest())
        id = hashed.hexdigest()[:32]
        settings = replace(self.settings, seed=int(id[:8], 16) >> 1)
        return self.journal.get(id, lambda: self.chat(messages(), settings))
