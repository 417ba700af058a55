"""What the formats share: JSON saved from chatter and cut replies, boxes put back in place."""

import json
from collections.abc import Iterator
from typing import Any

from qvl.messages import Media

Corners = tuple[float, float, float, float]  # left, top, right, bottom


def objects(text: str) -> Iterator[dict[str, Any]]:
    """Every complete JSON object in `text`: survives fences, chatter and a reply cut short."""
    decoder, at = json.JSONDecoder(), text.find("{")
    while at >= 0:
        try:
            item, end = decoder.raw_decode(text, at)
            yield item
        except (json.JSONDecodeError, RecursionError):
            end = at + 1
        at = text.find("{", end)


def box_of(value: Any) -> Corners | None:
    """Four numbers as corners in order, whichever way round they were given; else None."""
    match value:
        case [x1, y1, x2, y2] if all(_number(c) for c in (x1, y1, x2, y2)):
            return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
    return None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def to_original(box: Corners, media: Media) -> Corners:
    """Pixels of the resized picture to pixels of the original, kept inside it."""
    (ow, oh), (w, h) = media.original_size, media.processed_size
    left, top, right, bottom = box
    return (
        min(max(left * ow / w, 0), ow),
        min(max(top * oh / h, 0), oh),
        min(max(right * ow / w, 0), ow),
        min(max(bottom * oh / h, 0), oh),
    )
