"""Records as one HTML file to be looked at: pictures with what is told of them drawn on."""

import base64
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from PIL import Image

from qvl.data.answers import fault, read, spots, written
from qvl.data.pictures import seen_of
from qvl.data.records import PICTURES, Clip, Facts, Part, Picture, Record
from qvl.media.draw import Marked, Pointed, draw_boxes, draw_points
from qvl.media.errors import BadImage
from qvl.media.image import open_image
from qvl.messages import Text

SHOWN = 900  # pixels of the longer side of a picture, at most
META = 400  # characters of what a record says of itself, at most
_TYPES = {"mp4": "video/mp4", "webm": "video/webm", "mkv": "video/x-matroska"}
_STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em; background: #f4f4f2; color: #222 }
article { background: #fff; border: 1px solid #ddd; padding: 1em; margin-bottom: 1.5em }
h2 { font-size: 1em; margin: 0 0 .3em } .about { color: #666; font-size: .85em }
img, video { max-width: 100%; border: 1px solid #ccc; margin: .4em 0 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f7f7f5; padding: .5em }
.role { font-weight: 600; color: #0072b2; margin-top: .6em }
.answer { border-left: 4px solid #d55e00; padding-left: .8em; margin-top: .6em }
article:has(.answer) img { max-height: 360px }
.wrong { color: #b00020; font-weight: 600 }
"""


def page(
    title: str, records: Iterable[Record], answers: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The file piece by piece: it holds everything, runs no script and asks for nothing.

    `answers` are what a model said, by the key of the record, to be seen beside the truth.
    """
    yield "<!doctype html>\n<meta charset=utf-8>\n"
    yield '<meta http-equiv="Content-Security-Policy" content="'
    yield "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'\">\n"
    yield f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n<h1>{escape(title)}</h1>\n"
    for record in records:
        yield _article(record, (answers or {}).get(record.key))


def _article(record: Record, answer: str | None) -> str:
    opened = {name: _opened(record, name) for name in record.media if name.endswith(PICTURES)}
    rows = [f"<h2>{escape(record.key)}</h2>", f"<p class=about>{_about(record)}</p>"]
    for turn in record.turns:
        rows.append(f"<div class=role>{escape(turn.role)}</div>")
        rows += [_part(record, part, opened) for part in turn.parts]
    if answer is not None:
        rows += ["<div class=answer><div class=role>what the model says</div>"]
        rows += [_pre(answer), *_claims(record, answer, opened), "</div>"]
    return "<article>" + "\n".join(rows) + "</article>\n"


def _about(record: Record) -> str:
    told = [record.family, record.language, record.licence, ", ".join(record.sources)]
    if record.meta:
        meta = json.dumps(record.meta, ensure_ascii=False)
        told.append(meta if len(meta) <= META else f"{meta[:META]}… ({len(meta)} characters)")
    return " · ".join(map(escape, told))


def _opened(record: Record, name: str) -> Image.Image | BadImage:
    try:
        return open_image(record.media[name])
    except BadImage as error:
        return error


def _part(record: Record, part: Part, opened: dict[str, Image.Image | BadImage]) -> str:
    match part:
        case Text(text):
            return _pre(text)
        case Picture(name):
            picture = opened[name]
            if isinstance(picture, BadImage):
                return f"<p class=wrong>{escape(name)}: {escape(str(picture))}</p>"
            marked = _marked(picture, list(_told(record, name)))
            size = f"{picture.width}x{picture.height}"
            return f'<p class=about>{escape(name)}, {size}</p><img src="{_jpeg(marked)}">'
        case Clip(name):
            held = base64.b64encode(record.media[name]).decode()
            kind = _TYPES[name.rpartition(".")[2]]
            return f'<video controls src="data:{kind};base64,{held}"></video>'
        case Facts():
            return _facts(record, part)


def _facts(record: Record, facts: Facts) -> str:
    """What the model is taught to write at the released limits, and what is wrong with it."""
    about = f"{facts.kind} as {facts.form}" + (f" of {facts.of}" if facts.of else "")
    try:
        seen = seen_of(record, facts.of)
        wrong = fault(facts, seen)
        text = written(facts, seen)
    except ValueError as error:
        seen, wrong, text = None, str(error), json.dumps(facts.value, ensure_ascii=False)
    if seen:
        about += f", seen at {seen.processed_size[0]}x{seen.processed_size[1]}"
    note = f"<p class=wrong>{escape(wrong)}</p>" if wrong else ""
    return f"<p class=about>{escape(about)}</p>{note}{_pre(text)}"


def _claims(record: Record, answer: str, opened: dict[str, Image.Image | BadImage]) -> list[str]:
    """What an answer says of places, drawn, or why it cannot be read as the truth is written."""
    rows = []
    for facts in record.parts("assistant"):
        if not isinstance(facts, Facts) or facts.of is None:
            continue
        picture = opened.get(facts.of)
        try:
            said = read(facts, answer, seen_of(record, facts.of))
        except (ValueError, OSError) as error:
            rows.append(f"<p class=wrong>{escape(str(error))}</p>")
            continue
        if isinstance(picture, Image.Image) and any(spots(said.value)):
            rows.append(f'<img src="{_jpeg(_marked(picture, [said]))}">')
    return rows


def _pre(text: str) -> str:
    return f"<pre dir=auto>{escape(text)}</pre>"


def _told(record: Record, name: str) -> Iterator[Facts]:
    for part in record.parts():
        if isinstance(part, Facts) and part.of == name:
            yield part


def _marked(picture: Image.Image, facts: list[Facts]) -> Image.Image:
    """Boxes and points drawn; where there are both, a point is a box without a size."""
    boxes, points = list[Marked](), list[Pointed]()
    for each in facts:
        for name, spot in _spots(each.value, each.kind):
            if len(spot) == 4:
                boxes.append((name, spot[0], spot[1], spot[2], spot[3]))
            else:
                points.append((name, spot[0], spot[1]))
    if points and not boxes:
        return draw_points(picture, points)
    boxes += [(name, x, y, x, y) for name, x, y in points]
    return draw_boxes(picture, boxes) if boxes else picture


def _spots(value: Any, name: str) -> Iterator[tuple[str, list[float]]]:
    """Every box and point with the name that stands beside it, else that of what is around it."""
    if isinstance(value, dict):
        own = next((str(value[k]) for k in ("label", "text", "kind") if value.get(k)), name)
        for key, inner in value.items():
            if key in ("box", "point", "point2") and isinstance(inner, list):
                yield own, inner
            else:
                yield from _spots(inner, key if isinstance(inner, dict) else own)
    elif isinstance(value, list):
        for inner in value:
            yield from _spots(inner, name)


def _jpeg(picture: Image.Image) -> str:
    small = picture.convert("RGB")
    small.thumbnail((SHOWN, SHOWN))
    file = io.BytesIO()
    small.save(file, "jpeg", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
