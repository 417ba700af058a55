"""Facts with places: boxes, points, lines, counts; `value` is JSON in pixels of the original.

boxes  [{"label": "mug", "box": [left, top, right, bottom], "sub_label": "full", ...}, ...]
points [{"label": "mug", "point": [x, y], "label2": "handle", ...}, ...]
lines  [{"text": "Chapter 1", "box": [left, top, right, bottom], ...}, ...]
count  {"what": "mugs", "boxes": [...]} or {"what": "mugs", "points": [...]}
"""

from collections.abc import Iterable
from typing import Any

from qvl.messages import Media
from qvl.tasks import boxlines, counting, grounding, ocr, points, pointtags
from qvl.tasks.place import Frame


def write_boxes(value: Any, form: str, seen: Media) -> str:
    render = boxlines.render if form == "text" else grounding.render
    return render(map(_box, value), Frame.of(seen))


def read_boxes(text: str, form: str, seen: Media) -> Any:
    parse = boxlines.parse if form == "text" else grounding.parse
    return _box_rows(parse(text, Frame.of(seen)).boxes)


def write_points(value: Any, form: str, seen: Media) -> str:
    render = pointtags.render if form == "xml" else points.render
    return render(map(_point, value), Frame.of(seen))


def read_points(text: str, form: str, seen: Media) -> Any:
    parse = pointtags.parse if form == "xml" else points.parse
    return _point_rows(parse(text, Frame.of(seen)).points)


def write_lines(value: Any, _form: str, seen: Media) -> str:
    return ocr.render(map(_line, value), Frame.of(seen))


def read_lines(text: str, _form: str, seen: Media) -> Any:
    return [
        {"text": x.text, "box": [x.left, x.top, x.right, x.bottom], **x.more}
        for x in ocr.parse(text, Frame.of(seen)).lines
    ]


def write_count(value: Any, _form: str, seen: Media) -> str:
    if "points" in value:
        return counting.render(map(_point, value["points"]), Frame.of(seen), value["what"])
    return counting.render(map(_box, value["boxes"]), Frame.of(seen), value["what"])


def read_count(text: str, _form: str, seen: Media) -> Any:
    found = counting.parse(text, Frame.of(seen))
    what = found.found.said.partition(f"a total of {found.total} ")[2]
    told = {"what": what.removesuffix(" in the figure.")}
    if isinstance(found.found, points.Points):
        return told | {"points": _point_rows(found.found.points)}
    return told | {"boxes": _box_rows(found.found.boxes)}


def _box(row: Any) -> grounding.Box:
    more = {k: v for k, v in row.items() if k not in ("label", "box", "sub_label")}
    left, top, right, bottom = row["box"]
    sub = row.get("sub_label")
    return grounding.Box(row["label"], left, top, right, bottom, sub, more=more)


def _box_rows(boxes: Iterable[grounding.Box]) -> list[dict[str, Any]]:
    rows = []
    for each in boxes:
        row = {"label": each.label, "box": [each.left, each.top, each.right, each.bottom]}
        if each.sub_label is not None:
            row["sub_label"] = each.sub_label
        rows.append({**row, **each.more})
    return rows


def _point(row: Any) -> points.Point:
    more = {k: v for k, v in row.items() if k not in ("label", "point", "label2")}
    x, y = row["point"]
    return points.Point(row["label"], x, y, row.get("label2"), more=more)


def _point_rows(found: Iterable[points.Point]) -> list[dict[str, Any]]:
    rows = []
    for each in found:
        row = {"label": each.label, "point": [each.x, each.y]}
        if each.label2 is not None:
            row["label2"] = each.label2
        rows.append({**row, **each.more})
    return rows


def _line(row: Any) -> ocr.Line:
    more = {k: v for k, v in row.items() if k not in ("text", "box")}
    return ocr.Line(row["text"], *row["box"], more=more)
