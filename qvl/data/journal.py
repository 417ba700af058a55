"""A file of JSON lines that grows: a line is there whole or not at all, whenever the power goes.

What a killed run left is taken up again: a torn last line is cut, whole ones are kept.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from qvl.data.drafts import to_disk


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
            to_disk(path.parent)
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


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows opens no file for two
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError(f"another run is writing {path}; wait for it or name another") from None
