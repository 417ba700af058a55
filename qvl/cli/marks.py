"""What is done of a document: a mark a page, which says of what and how it was made."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvl.cli import output
from qvl.tasks.document.model import Document, Page
from qvl.tasks.document.records import from_dict

_ENDS = 1 << 20  # bytes at either end of a file of weights that are looked at


@dataclass(frozen=True)
class Mark:
    """A page that is done: its elements, the report of its reading, and the key of its making."""

    key: str
    page: Page
    report: Mapping[str, Any]


def key_of(**made: Any) -> str:
    """A digest of everything that a page's files depend on."""
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()


def place(folder: Path, number: int) -> Path:
    return folder / f"page_{number:03d}.json"


def write_mark(mark: Mark, path: Path) -> None:
    page = Document((mark.page,)).to_dict()
    output.save_json({"key": mark.key, "report": dict(mark.report), "document": page}, path)


def read_mark(path: Path) -> Mark | None:
    """The mark of a page; None where there is none, or one that nobody finished."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Mark(raw["key"], from_dict(raw["document"]).pages[0], raw["report"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def fingerprint(folder: Path) -> str:
    """A digest of a checkpoint: small files whole, of weights their size and either end."""
    found = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".jinja", ".txt", ".safetensors"):
            size = path.stat().st_size
            found.update(f"{path.name} {size}\n".encode())
            with path.open("rb") as file:
                found.update(file.read(_ENDS))
                file.seek(max(size - _ENDS, 0))
                found.update(file.read(_ENDS))
    return found.hexdigest()
