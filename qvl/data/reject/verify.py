"""Whether a model's answer is the known one: by what the known answer is made of.

A record's last turn is the answer. Facts are read by their task's parser and compared as what they
are: boxes by IoU, texts by edit distance, fields by value. Words are left to `texts`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qvl.data.answers import KINDS
from qvl.data.exact import normal
from qvl.data.records import Facts, Part, Record
from qvl.data.reject import quantities
from qvl.data.reject.matching import alike, matched, overlap
from qvl.data.reject.texts import LETTERS, TOLERANCE, compared
from qvl.messages import Media, Text
from qvl.tasks.place import iou

OVERLAP = 0.5  # IoU from which on a box is found
NEAR = 0.03  # of the picture's diagonal: a point that is hit


@dataclass(frozen=True)
class Verdict:
    """`score` is 0 to 1, of any two answers the better one's is higher."""

    right: bool
    score: float
    parts: tuple[Part, ...] = ()  # the answer as a turn; none where it is not in the format


def verify(record: Record, reply: str, media: Mapping[str, Media]) -> Verdict:
    """`media`: what the model saw of each picture or clip, by name.

    ValueError for a record whose answer cannot be compared.
    """
    part = known(record)
    if isinstance(part, Text):
        right, score = compared(record, reply, part.text)
        return Verdict(right, score, (Text(reply),) if reply.strip() else ())
    if part.of and part.of not in media:
        raise ValueError(f"the answer to {record.key} does not tell the size of what the model saw")
    seen = media[part.of] if part.of else Media((1, 1), (1, 1), 0)
    try:
        found = KINDS[part.kind].read(reply, part.form, seen)
        told = Facts(part.kind, found, part.form, part.of)
        KINDS[part.kind].write(told.value, part.form, seen)
    except (ValueError, LookupError, TypeError, AttributeError):  # as odd as models write
        return Verdict(False, 0.0)
    right, score = _FACTS[part.kind](found, part.value, seen)
    return Verdict(right, score, (told,))


def known(record: Record) -> Text | Facts:
    """The answer to compare with; ValueError for a record that has none, or none that can be."""
    where, turn = f"record {record.key}", record.turns[-1]
    if turn.role != "assistant" or not turn.parts:
        raise ValueError(f"{where} ends without an answer; give it one to compare with")
    words = [part.text for part in turn.parts if isinstance(part, Text)]
    if len(words) == len(turn.parts):
        return Text("".join(words))
    part, *more = turn.parts
    if more or not isinstance(part, Facts):
        raise ValueError(f"{where} answers in words and facts at once, which cannot be compared")
    if part.kind not in _FACTS:
        raise ValueError(f"{where} answers with {part.kind!r}; known are {', '.join(_FACTS)}")
    return part


def _all(found: list[float], least: float) -> tuple[bool, float]:
    """Right if every likeness is high enough; two empty lists are alike."""
    return min(found, default=1.0) >= least, math.fsum(found) / len(found) if found else 1.0


def _boxes(found: Any, wanted: Any, _seen: Media) -> tuple[bool, float]:
    def like(a: Any, b: Any) -> float:
        named = all(
            normal(a.get(n) or "") == normal(b.get(n) or "") for n in ("label", "sub_label")
        )
        return iou(a["box"], b["box"]) if named else 0.0

    return _all(matched(found, wanted, like), OVERLAP)


def _points(found: Any, wanted: Any, seen: Media) -> tuple[bool, float]:
    reach = NEAR * math.hypot(*seen.original_size)

    def like(a: Any, b: Any) -> float:
        same = normal(a.get("label") or "") == normal(b.get("label") or "")
        return max(0.0, 1 - math.dist(a["point"], b["point"]) / (2 * reach)) if same else 0.0

    return _all(matched(found, wanted, like), 0.5)


def _lines(found: Any, wanted: Any, _seen: Media) -> tuple[bool, float]:
    def like(a: Any, b: Any) -> float:
        return alike(a["text"], b["text"]) if iou(a["box"], b["box"]) >= OVERLAP else 0.0

    return _all(matched(found, wanted, like), LETTERS)


def _count(found: Any, wanted: Any, _seen: Media) -> tuple[bool, float]:
    one, other = (len(each.get("points", each.get("boxes", ()))) for each in (found, wanted))
    return one == other, 1 - abs(one - other) / max(one, other, 1)


def _events(found: Any, wanted: Any, _seen: Media) -> tuple[bool, float]:
    def like(a: Any, b: Any) -> float:
        return overlap((a["start"], a["end"]), (b["start"], b["end"]))

    return _all(matched(found, wanted, like), OVERLAP)


def _fields(found: Any, wanted: Any, _seen: Media) -> tuple[bool, float]:
    """Of all keys on either side; a place is found if its box is."""
    keys = {*found, *wanted}
    return _all([_field(found.get(key), wanted.get(key)) for key in keys], 1.0)


def _field(found: Any, wanted: Any) -> float:
    if (
        isinstance(found, dict)
        and isinstance(wanted, dict)
        and {*found, *wanted} == {"value", "box"}
    ):
        one, other = found["box"], wanted["box"]
        placed = one == other or bool(one and other and iou(one, other) >= OVERLAP)
        return _field(found["value"], wanted["value"]) * placed
    one, other = (quantities.quantity(str(each)) for each in (found, wanted))
    if one and other:
        return float(quantities.same(one, other, TOLERANCE))
    return float(normal(str(found)) == normal(str(wanted)))


def _actions(found: Any, wanted: Any, seen: Media) -> tuple[bool, float]:
    """The same actions in the same order; points within NEAR."""
    reach = NEAR * math.hypot(*seen.original_size)

    def same(a: Any, b: Any) -> bool:
        points = [n for n in ("point", "point2") if n in a or n in b]
        near = all(n in a and n in b and math.dist(a[n], b[n]) <= reach for n in points)
        rest = [{k: v for k, v in each.items() if k not in points} for each in (a, b)]
        return near and rest[0] == rest[1]

    one, other = found["actions"], wanted["actions"]
    right = sum(same(a, b) for a, b in zip(one, other, strict=False))
    most = max(len(one), len(other), 1)
    return right == len(one) == len(other), right / most


def _written(kind: str) -> Callable[[Any, Any, Media], tuple[bool, float]]:
    def compare(found: Any, wanted: Any, seen: Media) -> tuple[bool, float]:
        form = KINDS[kind].forms[0]
        one, other = (KINDS[kind].write(each, form, seen) for each in (found, wanted))
        score = alike(" ".join(one.split()), " ".join(other.split()))
        return score >= LETTERS, score

    return compare


_FACTS: dict[str, Callable[[Any, Any, Media], tuple[bool, float]]] = {
    "text": _written("text"),
    "table": _written("table"),
    "page": _written("page"),
    "boxes": _boxes,
    "points": _points,
    "lines": _lines,
    "count": _count,
    "events": _events,
    "fields": _fields,
    "actions": _actions,
}
