"""Facts in fields: named values of a document, with their places where asked.

{"total": "3.20", "date": null}; in the form located
{"total": {"value": "3.20", "box": [left, top, right, bottom]}, ...}
"""

from typing import Any

from qvl.messages import Media
from qvl.tasks import extraction, salvage
from qvl.tasks.place import Frame
from qvl.tasks.schema import as_schema


def write(value: Any, form: str, seen: Media) -> str:
    if form == "json":
        return extraction.render(value)
    placed = {key: each["box"] for key, each in value.items() if each["box"] is not None}
    boxes = {key: Frame.of(seen).written(tuple(box)) for key, box in placed.items()}
    return extraction.render({key: each["value"] for key, each in value.items()}, boxes)


def read(text: str, form: str, seen: Media) -> Any:
    keys = list(salvage.value(text)[0])
    found = extraction.parse(text, as_schema(keys), [seen], boxes=form == "located")
    if form == "json":
        return {key: found.values.get(key) for key in keys}
    boxes = {key: list(box) for key, box in (found.boxes or {}).items()}
    return {key: {"value": found.values.get(key), "box": boxes.get(key)} for key in keys}
