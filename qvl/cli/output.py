"""Where a verb's results go: data on stdout, files in a folder, words on stderr."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from qvl.media.fetch import stem_of


def data(value: Any) -> None:
    """A JSON value on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def text(value: str) -> None:
    sys.stdout.write(value + "\n")


def note(value: str) -> None:
    """For people, on stderr."""
    sys.stderr.write(value + "\n")


def plain(items: Any) -> list[dict[str, Any]]:
    """Data classes as JSON, pixels to a tenth, without what they do not have."""
    rows = [asdict(item) for item in items]
    return [{k: _short(v) for k, v in row.items() if v not in (None, (), {})} for row in rows]


def _short(value: Any) -> Any:
    return round(value, 1) if isinstance(value, float) else value


def problems(found: Iterable[Any]) -> list[dict[str, Any]]:
    """What could not be taken as the model wrote it: a line each on stderr, and as JSON."""
    kept = list(found)
    for problem in kept:
        note(f"qvl: {problem}")
    return [asdict(problem) for problem in kept]


def save_json(value: Any, path: Path) -> None:
    with _whole(path) as draft:
        draft.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")


def save_text(value: str, path: Path) -> None:
    with _whole(path) as draft:
        draft.write_text(value, encoding="utf-8", newline="")


def save_image(image: Image.Image, path: Path) -> None:
    with _whole(path) as draft:
        image.save(draft, format="png")


def corners(at: Any) -> str:
    """Whole pixels of a box, for people."""
    return " ".join(f"{round(c):5}" for c in (at.left, at.top, at.right, at.bottom))


def keep(folder: Path | None, image: str, rows: Any, draw: Callable[[], Image.Image]) -> None:
    """JSON and the drawn picture in a folder, named after the picture's file."""
    if folder:
        stem = stem_of(image)
        save_json(rows, folder / f"{stem}.json")
        save_image(draw(), folder / f"{stem}.png")
        note(f"wrote {folder / stem}.json and .png")


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A draft beside the file, which replaces it only when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
