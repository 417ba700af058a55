"""Which of the published formats a file is in, told by its first rows more than by its name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from qvl.data.readers import jsonl, parquet, tars
from qvl.data.readers.stream import BadRow, Rows

Holder = Literal["lines", "items", "parquet", "tar", "coco", "references"]
Format = Literal["annotation", "messages", "preferences", "captions", "coco", "refcoco", "pixmo"]
KNOWN = (
    'conversations with <image> and <video> ("conversations"), OpenAI messages ("messages"), '
    'preferences (one of these, "prompt" or "chosen", with "rejected"), '
    'PixMo points ("points" and "label"), WebDataset tars of pictures with json or txt, '
    'COCO ("images", "annotations", "categories"), RefCOCO ("ann_id" and "sentences")'
)
ROWS: Mapping[Holder, Rows] = {
    "lines": jsonl.lines,
    "items": jsonl.items,
    "parquet": parquet.rows,
    "tar": tars.samples,
}
_FIRST = 20  # rows that are looked at until one can be read
_ENDINGS: dict[str, Holder] = {
    ".tar": "tar",
    ".parquet": "parquet",
    ".p": "references",
    ".pkl": "references",
    ".pickle": "references",
}
_PICTURES = ("jpg", "jpeg", "png", "webp")


@dataclass(frozen=True)
class Found:
    """How the rows of a file are held, and what each of them is."""

    holder: Holder
    format: Format


def detect(path: Path) -> Found:
    """ValueError tells the columns that were found and the formats that are known."""
    holder = _ENDINGS.get(path.suffix.lower()) or _holder(path)
    if holder == "coco":
        return Found(holder, "coco")
    if holder == "references":
        return Found(holder, "refcoco")
    faults: list[BadRow] = []
    for row, _ in islice(ROWS[holder](path, 0), _FIRST):
        if isinstance(row, BadRow):
            faults.append(row)
            continue
        if (format := format_of(row)) is None:
            raise ValueError(f"{path} has rows with {_columns(row)}; known are {KNOWN}")
        return Found("references" if format == "refcoco" else holder, format)
    why = f"no row that can be read ({faults[0]})" if faults else "no rows"
    raise ValueError(f"{path} has {why}; known are {KNOWN}")


def format_of(row: Any) -> Format | None:
    """What a row is, by its columns."""
    if not isinstance(row, Mapping):
        return None
    if tars.KEY in row:
        told = row.get("json")
        talks = isinstance(told, Mapping) and {"conversations", "messages", "caption"} & set(told)
        pictured = any(ending in row for ending in _PICTURES) and "txt" in row
        return "captions" if talks or pictured else None
    columns: tuple[tuple[Format, set[str]], ...] = (
        ("preferences", {"rejected"}),
        ("preferences", {"rejected_response"}),
        ("annotation", {"conversations"}),
        ("messages", {"messages"}),
        ("refcoco", {"ann_id", "sentences"}),
        ("pixmo", {"points", "label"}),
    )
    return next((format for format, needed in columns if needed <= set(row)), None)


def _columns(row: Any) -> str:
    if isinstance(row, Mapping):
        return f"the columns {', '.join(sorted(map(str, row))[:20]) or 'none'}"
    return f"{type(row).__name__}s and no columns"


def _holder(path: Path) -> Holder:
    """How a file of JSON holds its rows: one a line, in a list, or in the lists of COCO."""
    with path.open("rb") as file:
        line = file.readline(jsonl.LONGEST)
        while line and not line.strip(b" \t\r\n\xef\xbb\xbf"):
            line = file.readline(jsonl.LONGEST)
    start = line.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"[":
        return "items"
    if start != b"{":
        raise ValueError(f"{path} is neither JSON, Parquet nor a tar; known are {KNOWN}")
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    whole = isinstance(told, dict) and not _is_coco(told)
    return "lines" if whole else _lists(path)


def _is_coco(told: Mapping[str, Any]) -> bool:
    return isinstance(told.get("images"), list) and isinstance(told.get("annotations"), list)


def _lists(path: Path) -> Holder:
    """ "coco" for an object with its lists; ValueError for another object."""
    names: list[str] = []
    for name, item in jsonl.members(path):
        if isinstance(item, BadRow):
            raise ValueError(f"{path} cannot be read ({item}); known are {KNOWN}")
        if name in ("images", "annotations", "categories") and isinstance(item, Mapping):
            return "coco"
        names += [name] if name not in names else []
    raise ValueError(f"{path} is one object with {', '.join(names)}; known are {KNOWN}")
