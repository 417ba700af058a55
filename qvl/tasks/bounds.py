"""Schemas whose coordinates stay inside of a picture that is measured only when it is encoded.

`BOX` and `POINT` are plain JSON schemas with one keyword more, which validators pass over: the
number of the picture or clip of the question, from 0. `bounded` puts its size in its place, so a
schema stays data and can be sent to another machine.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from qvl.messages import Media

PICTURE = "x-picture"
BOX: dict[str, Any] = {
    "type": "array",
    "items": {"type": "integer"},
    "minItems": 4,
    "maxItems": 4,
    PICTURE: 0,
}
POINT: dict[str, Any] = BOX | {"minItems": 2, "maxItems": 2}
_VALUES = ("const", "enum", "default", "examples")  # their content is no schema


def bounded(schema: Any, media: Sequence[Media]) -> Any:
    """The schema with every marked list as x, y, ... in pixels of that picture as resized.

    The last pixel of a side is size - 1, as in the released training data (report, section 2.8).
    ValueError where the question has no such picture.
    """
    if isinstance(schema, list | tuple):
        return [bounded(each, media) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    which = schema.get(PICTURE)
    if isinstance(which, int) and not isinstance(which, bool):
        return _inside(schema, which, media)
    return {k: v if k in _VALUES else bounded(v, media) for k, v in schema.items()}


def _inside(schema: Mapping[str, Any], which: int, media: Sequence[Media]) -> dict[str, Any]:
    if not 0 <= which < len(media):
        raise ValueError(
            f"the schema names picture {which} ({PICTURE}), and the question has {len(media)}; "
            "they are numbered from 0"
        )
    count = schema.get("minItems")
    if count not in (2, 4) or schema.get("maxItems") != count:
        raise ValueError(
            f"{PICTURE} stands in {dict(schema)!r}; it belongs to a list of 2 or 4 coordinates, "
            "with minItems and maxItems to say so"
        )
    sides = [
        {"type": "integer", "minimum": 0, "maximum": s - 1} for s in media[which].processed_size
    ]
    told = {k: v for k, v in schema.items() if k not in (PICTURE, "items")}
    return told | {"prefixItems": sides * (count // 2), "items": False}
