"""What a detector found, which of it is kept, and the record that is made of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from qvl.data.records import Facts, Picture, Record, Turn
from qvl.data.regions import Box, point_in
from qvl.messages import Text
from qvl.tasks import grounding, points


@dataclass(frozen=True)
class Detection:
    """A thing that a model found: `box` and `mask`[H, W] in pixels of the original picture."""

    label: str
    box: Box
    score: float  # 0..1
    mask: np.ndarray | None = None


@dataclass(frozen=True)
class Rules:
    score: float = 0.35  # the least of a detection
    overlap: float = 0.7  # of boxes of one label, from which on they are one thing
    names: float = 0.9  # of boxes of two labels, from which on nobody knows which is right
    side: float = 8.0  # pixels: the least of a box
    share: float = 0.95  # of the picture: the most that one thing fills


@dataclass(frozen=True)
class Chosen:
    kept: tuple[Detection, ...]  # best first
    dropped: tuple[tuple[Detection, str], ...]  # each with its reason


def chosen(found: Iterable[Detection], size: tuple[int, int], rules: Rules) -> Chosen:
    """What is sure enough, each thing once; `size` is the picture's width and height."""
    kept: list[Detection] = []
    dropped: list[tuple[Detection, str]] = []
    for each in sorted(found, key=lambda one: -one.score):
        reason = _alone(each, size, rules) or _beside(each, kept, rules)
        if reason:
            dropped.append((each, reason))
        else:
            kept.append(each)
    return Chosen(tuple(kept), tuple(dropped))


def _alone(each: Detection, size: tuple[int, int], rules: Rules) -> str | None:
    left, top, right, bottom = each.box
    if each.score < rules.score:
        return "low score"
    if left < 0 or top < 0 or right > size[0] or bottom > size[1]:
        return "off the picture"
    if min(right - left, bottom - top) < rules.side:
        return "too small"
    if (right - left) * (bottom - top) > rules.share * size[0] * size[1]:
        return "the whole picture"
    return None


def _beside(each: Detection, kept: Sequence[Detection], rules: Rules) -> str | None:
    for other in kept:
        shared = overlap(each.box, other.box)
        if each.label == other.label and shared >= rules.overlap:
            return "found twice"
        if each.label != other.label and shared >= rules.names:
            return "two names for one thing"
    return None


def overlap(one: Box, other: Box) -> float:
    """The area that two boxes share, of the area that they cover together."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    both = max(wide, 0.0) * max(high, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return both / (sum(areas) - both) if both else 0.0


def record(
    key: str, picture: bytes, found: Chosen, asked: Sequence[str], origin: tuple[str, str]
) -> Record:
    """Boxes of all that was asked for, and where there are masks points; nothing is an answer.

    `picture` is JPEG or PNG; `origin` is its licence and its source. What is dropped is counted
    by reason.
    """
    name = "0.png" if picture.startswith(b"\x89PNG") else "0.jpg"
    rows = [{"label": each.label, "box": each.box} for each in found.kept]
    prompt = grounding.PROMPT.format(", ".join(asked))
    turns = [
        Turn("user", (Picture(name), Text(prompt))),
        Turn("assistant", (Facts("boxes", rows, of=name),)),
    ]
    if found.kept and all(each.mask is not None and each.mask.any() for each in found.kept):
        spots = [(each.label, *point_in(each.mask)) for each in found.kept if each.mask is not None]
        rows = [{"label": label, "point": (x + 0.5, y + 0.5)} for label, x, y in spots]
        prompt = points.PROMPT.format(", ".join(asked))
        turns.append(Turn("user", (Text(prompt),)))
        turns.append(Turn("assistant", (Facts("points", rows, of=name),)))
    reasons = [reason for _, reason in found.dropped]
    return Record(
        key=key,
        family="detected",
        turns=tuple(turns),
        media={name: picture},
        licence=origin[0],
        sources=(origin[1],),
        language="en",
        meta={
            "scores": [round(each.score, 4) for each in found.kept],
            "dropped": {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
        },
    )
