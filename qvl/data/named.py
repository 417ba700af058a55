"""Facts about named values of a document (forms, invoices, receipts).

values   {"values": {"total": "4.20", "phone": null, "items": [{"name": "Tea"}]},
          "places": [{"key": "total", "box": [left, top, right, bottom]}]}

In the form "json" only the values are written; in the form "boxes", for flat values alone, each
with its place. What the picture does not show is null.
"""

from typing import Any

from qvl.messages import Media
from qvl.tasks import extraction
from qvl.tasks.place import Frame

FORMS = ("json", "boxes")


def write(value: Any, form: str, frame: Frame) -> str:
    if form == "json":
        return extraction.render(value["values"])
    boxes = {row["key"]: frame.written(tuple(row["box"])) for row in value["places"]}
    return extraction.render(value["values"], boxes)


def read(text: str, form: str, frame: Frame) -> Any:
    media = [Media(frame.original, frame.processed, 0)]
    found = extraction.parse(text, {"type": "object"}, media, boxes=form == "boxes")
    places = [{"key": key, "box": list(box)} for key, box in (found.boxes or {}).items()]
    return {"values": found.values, "places": places}
