"""The results of a batch in a file: a line is there whole or not at all, whenever the power goes.

What a killed run left is taken up again: a torn last line is cut, whole ones are kept.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from qvl.chat.batched import Result, result
from qvl.cli.lines import rows


def kept(path: Path, asked: Mapping[str, str]) -> list[Result]:
    """The results that a file holds, in its order. `asked`: custom_id -> id of every request.

    ValueError where it is none of this batch: a file of another input or another model.
    """
    found: dict[str, Result] = {}
    for number, row in rows(path):
        try:
            each = result(row)
        except ValueError as error:
            raise ValueError(f"line {number} of {path} is {error}; name another file") from None
        name = each.custom_id
        if name not in asked:
            raise ValueError(f"{path} has {name[:40]!r}, which is not asked; name another file")
        if asked[name] != each.id:
            raise ValueError(
                f"{path} answers {name[:40]!r} from another request or by another model; "
                "name another file"
            )
        if name in found:
            raise ValueError(f"{path} answers {name[:40]!r} twice; name another file")
        found[name] = each
    return list(found.values())


def mend(path: Path) -> int:
    """Cut what stands after the last whole line; how many bytes that were."""
    with open(path, "r+b") as file:
        end = size = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - (1 << 16))
            file.seek(start)
            at = file.read(end - start).rfind(b"\n")
            end = start + at + 1 if at >= 0 else start
            if at >= 0:
                break
        if end < size:
            file.truncate(end)
            os.fsync(file.fileno())
    return size - end


@contextmanager
def appending(path: Path) -> Iterator[BinaryIO]:
    """The file, open for lines at its end, for one run alone; ValueError while another has it."""
    fresh = not path.exists()
    with open(path, "ab") as file:
        _lock(file, path)
        if fresh:
            _sync(path.parent)
        yield file


def append(file: BinaryIO, row: Mapping[str, Any]) -> None:
    """A line, on the disk when this returns."""
    try:
        line = json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a character in a name or in what is told of it
        line = json.dumps(row).encode()
    file.write(line + b"\n")
    file.flush()
    os.fsync(file.fileno())


def arrange(path: Path, names: Sequence[str]) -> None:
    """The lines of `names` alone, in that order; the file is the old or the new one at any time."""
    draft, places = path.with_name(f".{path.name}.{os.getpid()}"), _places(path)
    try:
        with open(path, "rb") as old, open(draft, "wb") as new:
            for name in names:
                old.seek(places[name])
                new.write(old.readline())
            new.flush()
            os.fsync(new.fileno())
        os.replace(draft, path)
        _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _places(path: Path) -> dict[str, int]:
    """Where the line of each result begins, in bytes."""
    places, at = {}, 0
    with open(path, "rb") as file:
        for line in file:
            if line.strip():
                places[result(json.loads(line)).custom_id] = at
            at += len(line)
    return places


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows opens no file for two
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError(f"another run is writing {path}; wait for it or name another") from None


def _sync(folder: Path) -> None:
    """A new name is on the disk, too; not every system lets a folder be opened for that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
