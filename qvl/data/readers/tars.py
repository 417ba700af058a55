"""Samples of WebDataset tars: the members that share a name up to its first dot."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qvl.data.readers.conversations import Origin, Shown, annotated, messages
from qvl.data.readers.media import in_sample
from qvl.data.readers.stream import BadRow, Convert
from qvl.data.records import Record, Turn
from qvl.messages import Text

KEY = "__key__"


def samples(path: Path, at: int) -> Iterator[tuple[Any | BadRow, int]]:
    """The samples of a tar from byte `at` on: bytes by ending ("jpg", "0.png"), and their KEY.

    A member json is read. The place of a sample is where its first member's header stands.
    """
    with path.open("rb") as file:
        file.seek(at)
        key, found = "", {}
        try:
            with tarfile.open(fileobj=file, mode="r:") as tar:
                for member in tar:
                    if not member.isfile():
                        continue
                    folder, _, name = member.name.rpartition("/")
                    stem, _, ending = name.partition(".")
                    if found and key != f"{folder}/{stem}":
                        yield _sample(key, found), member.offset
                        found = {}
                    key = f"{folder}/{stem}"
                    held = tar.extractfile(member)
                    found[ending.lower()] = held.read() if held else b""
                    tar.members = []  # pyright: ignore[reportAttributeAccessIssue]
                    # else every header stays in memory
        except (tarfile.TarError, OSError, EOFError) as error:
            if at < path.stat().st_size and not _at_end(path, at):
                yield BadRow("damaged file", str(error)), path.stat().st_size
            return
        if found:
            yield _sample(key, found), path.stat().st_size


def captioned(origin: Origin, prompt: str) -> Convert:
    """Samples of WebDataset tars: a conversation in their json, or a picture with a txt caption."""

    def convert(row: Any, key: str) -> Record:
        told = row.get("json") if isinstance(row.get("json"), dict) else {}
        if "conversations" in told:
            return annotated(in_sample(row), origin)(told, key)
        if "messages" in told:
            return messages(in_sample(row), origin)(told, key)
        ending = next((e for e in ("jpg", "jpeg", "png", "webp") if e in row), None)
        text = row["txt"].decode() if "txt" in row else told.get("caption")
        if ending is None or not text:
            raise BadRow("no caption", f"{row.get('__key__')} has {sorted(row)}")
        shown = Shown(in_sample(row))
        turns = [
            Turn("user", (shown.picture(ending), Text(prompt))),
            Turn("assistant", (Text(text.strip()),)),
        ]
        return origin.record(key, turns, shown.media)

    return convert


def _at_end(path: Path, at: int) -> bool:
    """Whether only the zeros that end a tar are left."""
    with path.open("rb") as file:
        file.seek(at)
        return not file.read(1024).strip(b"\0")


def _sample(key: str, found: dict[str, bytes]) -> Any | BadRow:
    row: dict[str, Any] = {KEY: key.lstrip("/"), **found}
    if "json" in found:
        try:
            row["json"] = json.loads(found["json"])
        except (ValueError, RecursionError) as error:
            return BadRow("no JSON", f"{key}: {error}")
    return row
