"""Pictures with things marked on them, as questions about all things of some names."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from qvl.data import regions
from qvl.data.readers.conversations import Origin
from qvl.data.readers.media import picture
from qvl.data.readers.stream import BadRow
from qvl.data.records import Facts, Picture, Record, Turn
from qvl.messages import Text
from qvl.tasks.grounding import PROMPT as BOXES
from qvl.tasks.place import Size
from qvl.tasks.points import PROMPT as POINTS

As = Literal["boxes", "points"]


@dataclass(frozen=True)
class Mark:
    """A thing: its box, left, top, right, bottom, and its mask if there is one, in pixels."""

    label: str
    box: regions.Box
    mask: np.ndarray | None = None


def mark(label: str, bbox: Any, segmentation: Any, size: Size) -> Mark:
    """A thing as COCO has it: bbox [x, y, width, height], polygons or run lengths."""
    x, y, width, height = map(float, bbox)
    return Mark(label, (x, y, x + width, y + height), mask_of(segmentation, size))


def mask_of(segmentation: Any, size: Size) -> np.ndarray | None:
    """bool[height, width] of COCO polygons or of a run length coding; None where none is told."""
    if not segmentation:
        return None
    if isinstance(segmentation, list):
        return regions.polygons(segmentation, size)
    mask = regions.run_lengths(segmentation["counts"], segmentation["size"])
    if mask.shape != (size[1], size[0]):
        raise BadRow("other size", f"a mask of {mask.shape[::-1]} on a picture of {size}")
    return mask


def checked(held: bytes, told: Size | None) -> tuple[str, bytes, Size]:
    """A picture as records keep it; BadRow if it has another size than its row tells."""
    ending, held, size = picture(held)
    if told is not None and told != size:
        raise BadRow("other size", f"the row tells {told}, the picture has {size}")
    return ending, held, size


def question(
    key: str, origin: Origin, shown: tuple[str, bytes, Size], names: str, facts: Facts
) -> Record:
    """A picture, the question where all `names` are, and the facts that answer it."""
    name = f"0.{shown[0]}"
    facts = replace(facts, of=name)
    asked = (POINTS if facts.kind == "points" else BOXES).format(names)
    turns = [Turn("user", (Picture(name), Text(asked))), Turn("assistant", (facts,))]
    return origin.record(key, turns, {name: shown[1]}, "en")


def answered(
    key: str, origin: Origin, shown: tuple[str, bytes, Size], marks: Iterable[Mark], form: As
) -> Record:
    """Where all marked things are. What is not on the picture is left out and counted in meta.

    So are points that stand in the middle of a box, for want of a mask. BadRow if nothing is left.
    """
    value, left_out, guessed = [], 0, 0
    kind = "box" if form == "boxes" else "point"
    for each in marks:
        place = _box(each, shown[2]) if form == "boxes" else _point(each, shown[2])
        if place is None:
            left_out += 1
        else:
            guessed += form == "points" and each.mask is None
            value.append({"label": each.label, kind: place})
    if not value:
        raise BadRow("nothing marked", f"{left_out} marks cannot be used")
    names = ", ".join(dict.fromkeys(row["label"] for row in value))
    record = question(key, origin, shown, names, Facts(form, value))
    counts = {"left_out": left_out, "middles_of_boxes": guessed}
    return replace(record, meta={name: count for name, count in counts.items() if count})


def _box(each: Mark, size: Size) -> list[float] | None:
    """The part of a box that lies on the picture, if a pixel of it does."""
    left, top = max(0.0, each.box[0]), max(0.0, each.box[1])
    right, bottom = min(size[0], each.box[2]), min(size[1], each.box[3])
    return [left, top, right, bottom] if right - left >= 1 and bottom - top >= 1 else None


def _point(each: Mark, size: Size) -> list[float] | None:
    """The middle of the pixel that lies deepest in the mask; without one, the middle of the box."""
    if each.mask is None:
        box = _box(each, size)
        return box and [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
    if not each.mask.any():
        return None
    x, y = regions.point_in(each.mask)
    return [x + 0.5, y + 0.5]
