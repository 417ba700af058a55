"""Files with a JSON object a line, read one line at a time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers from 1 and the objects there; ValueError names the first line that is none.

    Empty lines are skipped; no more than one line is held.
    """
    if not path.exists():
        raise ValueError(f"{path} does not exist; check the path")
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if text.strip():
                yield number, _row(text, f"line {number} of {path}")


def beside(folder: Path, source: str) -> str:
    """A path that is written relative to `folder`, from here; addresses and data stay."""
    if "://" in source or source[:5].lower() == "data:":
        return source
    return str(folder / source)


def _row(line: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else error
        raise ValueError(f"{where} is no JSON ({why}); write one object a line") from None
    if not isinstance(value, dict):
        raise ValueError(f"{where} is {type(value).__name__}, not an object; write one a line")
    return value


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
