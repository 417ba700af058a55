"""Extraction: named values of a document, each with its place where asked (report, section 6.1).

What a picture does not show is null or absent and listed as missing; it is never an empty text.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image as Pillow

from qvl.messages import Chat, FinishReason, Image, Media, Settings, message
from qvl.tasks import salvage
from qvl.tasks.place import Corners, Frame, numbers
from qvl.tasks.prompts import FORMAT, LOCATED, MISSING, SCHEMA
from qvl.tasks.schema import as_schema, closed, nullable, with_boxes
from qvl.tasks.wire import Problem

_WRAPPED = {"value", "bbox_2d"}


@dataclass(frozen=True)
class Extracted:
    """`values` as the schema has them; paths in `missing` and `boxes` are such as "items.0.price".

    Boxes are in pixels of the original picture; coordinates that a schema itself asks for
    (`bbox_2d`, `point_2d`) stand in `values` as whole ones.
    """

    values: Any
    missing: tuple[str, ...] = ()
    boxes: Mapping[str, Corners] | None = None  # None: not asked for
    problems: tuple[Problem, ...] = ()
    finish_reason: FinishReason = "stop"


def extract(
    chat: Chat,
    pages: Sequence[Pillow.Image | Image],
    what: Any,
    settings: Settings,
    *,
    boxes: bool = False,
) -> Extracted:
    """Values of one document, all its pages in one question.

    `what` is a list of keys, a JSON schema or a pydantic model; nothing is asked for that it does
    not name. ValueError where the reply holds
    no JSON, or for boxes on more than one page.
    """
    if boxes and len(pages) != 1:
        raise ValueError(f"boxes are asked for on {len(pages)} pages; choose one page at a time")
    schema = closed(as_schema(what))
    asked = replace(settings, schema=with_boxes(schema) if boxes else schema)
    answer = chat([message("user", *pages, prompt(what, boxes=boxes))], asked)
    found = parse(answer.text, schema, answer.media, boxes=boxes)
    return replace(found, finish_reason=answer.finish_reason)


def prompt(what: Any, *, boxes: bool = False) -> str:
    """The released words for a list of keys, and the schema itself for a schema."""
    if isinstance(what, Sequence) and not isinstance(what, str):
        empty = {"value": "", "bbox_2d": ["x1", "y1", "x2", "y2"]} if boxes else ""
        asked = json.dumps(dict.fromkeys(what, empty), ensure_ascii=False)
        return f"{FORMAT.format(asked)}\n{MISSING}"
    told = SCHEMA.format(json.dumps(as_schema(what), ensure_ascii=False))
    return "\n".join([told, *([LOCATED] if boxes else []), MISSING])


def render(
    values: Mapping[str, Any], boxes: Mapping[str, tuple[int, int, int, int]] | None = None
) -> str:
    """Values of a flat list of keys as a model is taught to write them.

    Boxes are in pixels of the resized picture; with them, a value without a place has null.
    """
    told = {key: None if value == "" else value for key, value in values.items()}
    if boxes is not None:
        placed = {key: list(box) for key, box in boxes.items()}
        told = {k: {"value": v, "bbox_2d": placed.get(k)} for k, v in told.items()}
    return f"```json\n{json.dumps(told, ensure_ascii=False)}\n```"


def parse(
    reply: str, schema: Mapping[str, Any], media: Sequence[Media], *, boxes: bool = False
) -> Extracted:
    """The inverse of `render`; a reply cut short keeps what is whole, the rest is missing."""
    raw, problems = salvage.value(reply)
    found: dict[str, Corners] = {}
    missing: list[str] = []
    try:
        values = _placed(raw, (), Frame.of(media[0]) if media else None, found, problems)
        values = _told(values, schema, schema, (), missing)
    except RecursionError:
        raise ValueError(f"the model's reply nests too deep: {reply[:80]!r}") from None
    return Extracted(values, tuple(missing), found if boxes else None, tuple(problems))


Path = tuple[str, ...]


def _placed(
    raw: Any, path: Path, frame: Frame | None, boxes: dict[str, Corners], problems: list[Problem]
) -> Any:
    """Values without the objects that hold a box each, and coordinates in the original."""
    if isinstance(raw, list):
        return [_placed(v, (*path, str(i)), frame, boxes, problems) for i, v in enumerate(raw)]
    if not isinstance(raw, dict):
        return raw
    if set(raw) == _WRAPPED:
        corners = numbers(raw["bbox_2d"], 4)
        if frame and corners and len(corners) == 4:
            inside, wrong = frame.inside(corners)
            boxes[".".join(path)] = frame.box_out(inside)
            problems += [Problem(0, str(raw["bbox_2d"]), f"{'.'.join(path)}: {w}") for w in wrong]
        elif raw["bbox_2d"] is not None:
            problems.append(Problem(0, str(raw["bbox_2d"]), f"{'.'.join(path)}: no box"))
        return raw["value"]
    return {
        k: _original(v, frame)
        if k in ("bbox_2d", "point_2d")
        else _placed(v, (*path, k), frame, boxes, problems)
        for k, v in raw.items()
    }


def _original(written: Any, frame: Frame | None) -> Any:
    """Coordinates in whole pixels of the original; what are none stay as they are."""
    for count in (4, 2):
        place = numbers(written, count)
        if frame and place:
            box = frame.box_out((*place, *place)[:4] if count == 2 else place)  # type: ignore[arg-type]
            return [round(c) for c in box[:count]]
    return written


def _told(value: Any, schema: Any, root: Any, path: Path, missing: list[str]) -> Any:
    """Null for an empty text where the schema has null; what is not there is listed."""
    own = _meant(schema, root)
    if value is None or value == "":
        missing.append(".".join(path))
        return None if nullable(own) else value
    own = _chosen(own, root)
    if isinstance(value, list):
        items = own.get("items")
        return [_told(v, items, root, (*path, str(i)), missing) for i, v in enumerate(value)]
    if not isinstance(value, dict):
        return value
    properties = own.get("properties", {})
    told = {k: _told(v, properties.get(k), root, (*path, k), missing) for k, v in value.items()}
    for key, inner in properties.items():
        if key not in value:
            missing.append(".".join((*path, key)))
            if nullable(_meant(inner, root)):
                told[key] = None
    return told


def _meant(schema: Any, root: Any) -> Mapping[str, Any]:
    """What a reference names, or the schema itself."""
    for _ in range(8):  # references to references
        ref = schema.get("$ref") if isinstance(schema, Mapping) else None
        if not isinstance(ref, str):
            break
        schema = root
        for step in ref.removeprefix("#").split("/")[1:]:
            schema = schema.get(step) if isinstance(schema, Mapping) else None
    return schema if isinstance(schema, Mapping) else {}


def _chosen(schema: Mapping[str, Any], root: Any) -> Mapping[str, Any]:
    """Of a choice between null and one other, the other."""
    others = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    return _meant(others[0], root) if len(others) == 1 else schema
