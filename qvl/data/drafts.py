"""Files that are whole or not there: written beside their place, synced, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """A place to write to; it becomes `path` when the block ends well, and is gone otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        yield beside
        to_disk(beside)
        os.replace(beside, path)
        to_disk(path.parent)  # the name, too, is there after a power cut
    finally:
        beside.unlink(missing_ok=True)


def sweep(folder: Path, stem: str) -> None:
    """Remove drafts of files that begin with `stem`, which a killed process has left."""
    for left in folder.glob(f".{stem}*.draft"):
        left.unlink(missing_ok=True)


def to_disk(path: Path) -> None:
    """A file's bytes, or the names in a folder, which not every system lets be opened for that."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
