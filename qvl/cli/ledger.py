"""The results of a batch in a file, in the order of its requests (`qvl.data.journal`)."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from qvl.chat.batched import Result, result
from qvl.cli.lines import rows
from qvl.data.drafts import to_disk


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
        to_disk(path.parent)
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
