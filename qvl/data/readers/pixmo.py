"""Points of PixMo: {"image_url", "image_sha256", "label", "count", "points": [{"x", "y"}, ...]}.

Coordinates of PixMo-Points are read as percent of the picture's sides, as the code that trains on
it does, although its card says pixels; other sets of this form may have pixels. If the unit is the
wrong one, points fall off pictures and the share of bad rows stops the run.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from qvl.data.readers.conversations import Origin
from qvl.data.readers.marked import checked, question
from qvl.data.readers.media import in_folder
from qvl.data.readers.stream import BadRow, Convert
from qvl.data.records import Facts, Record
from qvl.media.policy import Policy
from qvl.tasks.place import Size

Unit = Literal["percent", "pixels"]
_ENDINGS = ("", ".jpg", ".jpeg", ".png", ".webp")


def points(
    root: Path, origin: Origin, unit: Unit = "percent", policy: Policy | None = None
) -> Convert:
    """A label of a picture to a question for all its points; none is an answer, too.

    Pictures are embedded, or files below `root` named by their SHA-256, or fetched within `policy`;
    all but embedded ones are checked by it.
    """
    get = _by_hash(root, policy)

    def convert(row: Any, key: str) -> Record:
        shown = checked(get(row), None)
        label = row["label"]
        places = [_place(p, shown[2], unit) for p in _pairs(row["points"])]
        if row.get("count") not in (None, len(places)):
            raise BadRow("other count", f"{row['count']} told, {len(places)} points given")
        value = [{"label": label, "point": place} for place in places]
        return question(key, origin, shown, label, Facts("points", value))

    return convert


def _by_hash(root: Path, policy: Policy | None) -> Callable[[Any], bytes]:
    inside = in_folder(root, policy)

    def get(row: Any) -> bytes:
        digest = row.get("image_sha256")
        if row.get("image"):
            return inside(row["image"])
        name = next((f"{digest}{e}" for e in _ENDINGS if (root / f"{digest}{e}").is_file()), None)
        if name is None and policy:
            name = row["image_url"]
        if not digest or name is None:
            raise BadRow("missing picture", f"{digest} ({row.get('image_url')}) is not in {root}")
        held = inside(name)
        if hashlib.sha256(held).hexdigest() != digest:
            raise BadRow("other picture", f"{name} has another hash: it changed at its address")
        return held

    return get


def _pairs(told: Any) -> list[tuple[float, float]]:
    """Points as a list of {"x", "y"}, or as {"x": [...], "y": [...]}."""
    if isinstance(told, dict):
        return list(zip(told["x"], told["y"], strict=True))
    return [(point["x"], point["y"]) for point in told]


def _place(point: tuple[float, float], size: Size, unit: Unit) -> list[float]:
    """A point in pixels; BadRow if it is not on the picture."""
    scale = (size[0] / 100, size[1] / 100) if unit == "percent" else (1.0, 1.0)
    x, y = point[0] * scale[0], point[1] * scale[1]
    if not (0 <= x <= size[0] and 0 <= y <= size[1]):
        raise BadRow("point off the picture", f"({x:.1f}, {y:.1f}) on {size[0]}x{size[1]}")
    return [x, y]
