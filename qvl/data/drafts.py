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
        _sync(beside)
        os.replace(beside, path)
        _sync(path.parent)  # the name, too, is there after a power cut
    finally:
        beside.unlink(missing_ok=True)


def sweep(folder: Path, stem: str) -> None:
    """Remove drafts of files that begin with `stem`, which a killed process has left."""
    for left in folder.glob(f".{stem}*.draft"):
        left.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
