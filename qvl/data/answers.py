"""Facts to text and back: each kind is written and read by the task that parses a model's answer.

A new kind is one row in KINDS. `value` is plain JSON in pixels of the original:

    text    "what it says"
    boxes   [{"label": "mug", "box": [left, top, right, bottom]}, ...]
    lines   [{"text": "Chapter 1", "box": [left, top, right, bottom]}, ...]
    table, page: see `qvl.data.pages`
    values  see `qvl.data.named`
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from qvl.data import named, pages
from qvl.data.records import Clip, Facts, Picture, Record
from qvl.messages import Media, Text
from qvl.tasks import grounding, ocr
from qvl.tasks.place import Frame, Size


@dataclass(frozen=True)
class Kind:
    """How facts are written on a resized picture, and read back into pixels of the original."""

    forms: tuple[str, ...]
    write: Callable[[Any, str, Frame], str]  # value, form
    read: Callable[[str, str, Frame], Any]  # its inverse, but for rounding to whole pixels


def _write_boxes(value: Any, _form: str, frame: Frame) -> str:
    return grounding.render((row["label"], frame.written(tuple(row["box"]))) for row in value)


def _read_boxes(text: str, _form: str, frame: Frame) -> Any:
    found = grounding.parse(text, _media(frame))
    return [{"label": b.label, "box": [b.left, b.top, b.right, b.bottom]} for b in found]


def _write_lines(value: Any, _form: str, frame: Frame) -> str:
    return ocr.render((row["text"], frame.written(tuple(row["box"]))) for row in value)


def _read_lines(text: str, _form: str, frame: Frame) -> Any:
    found = ocr.parse(text, _media(frame))
    return [{"text": x.text, "box": [x.left, x.top, x.right, x.bottom]} for x in found]


def _media(frame: Frame) -> Media:
    return Media(frame.original, frame.processed, 0)


KINDS: dict[str, Kind] = {
    "text": Kind(("text",), lambda value, _form, _frame: value, lambda text, _form, _frame: text),
    "boxes": Kind(("json",), _write_boxes, _read_boxes),
    "lines": Kind(("json",), _write_lines, _read_lines),
    "table": Kind(pages.TABLE_FORMS, pages.write_table, pages.read_table),
    "page": Kind(("html",), pages.write_page, pages.read_page),
    "values": Kind(named.FORMS, named.write, named.read),
}
_ANYWHERE = Frame((1, 1), (1, 1))  # for facts about no picture


def written(facts: Facts, frame: Frame | None) -> str:
    """Facts as a model is taught to write them. ValueError names what is unknown or missing."""
    kind = KINDS.get(facts.kind)
    if kind is None:
        raise ValueError(f"facts of the kind {facts.kind!r}; known are {', '.join(KINDS)}")
    if facts.form not in kind.forms:
        raise ValueError(f"{facts.kind} in the form {facts.form!r}; it has {', '.join(kind.forms)}")
    if frame is None and facts.kind != "text":
        raise ValueError(f"{facts.kind} about no picture; name one in `of`")
    try:
        return kind.write(facts.value, facts.form, frame or _ANYWHERE)
    except (LookupError, TypeError) as error:
        raise ValueError(f"{facts.kind} are not as they should be: {error!r}") from None


def fault(facts: Facts, frame: Frame | None) -> str:
    """What is wrong with facts: boxes off the picture, or text that is not read back; or ""."""
    place = frame or _ANYWHERE
    off = next((why for box in boxes(facts.value) if (why := _off(box, place.original))), "")
    try:
        text = written(facts, frame)
        again = KINDS[facts.kind].read(text, facts.form, place)
        if not off and KINDS[facts.kind].write(again, facts.form, place) != text:
            return "what is written is not read back the same"
    except ValueError as error:
        return str(error)
    return off


def _off(box: list[float], size: Size) -> str:
    left, top, right, bottom = box
    if left >= right or top >= bottom:
        return f"the box {box} has no area"
    if min(left, top) < 0 or right > size[0] or bottom > size[1]:
        return f"the box {box} is not on the {size[0]}x{size[1]} picture"
    return ""


def boxes(value: Any) -> Iterator[list[float]]:
    """Every box in a value, whatever stands around it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "box" and isinstance(inner, list) and len(inner) == 4:
                yield inner
            else:
                yield from boxes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from boxes(inner)


def strings(value: Any) -> Iterator[str]:
    """The words of a part or a value, in order: numbers as they are written, no names of keys."""
    match value:
        case Text(text):
            yield text
        case Facts(_, inner, _, _):
            yield from strings(inner)
        case Picture() | Clip():
            return
        case dict():
            for inner in value.values():
                yield from strings(inner)
        case list():
            for inner in value:
                yield from strings(inner)
        case None:
            return
        case _:
            yield str(value)


def answer_text(record: Record) -> str:
    """All that the assistant says, facts as their words without coordinates."""
    said = [_words(part) for part in record.parts("assistant")]
    return "\n".join(text for text in said if text)


def _words(part: object) -> str:
    if isinstance(part, Facts):
        return "\n".join(each for each in _only_text(part.value) if each)
    return part.text if isinstance(part, Text) else ""


def _only_text(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _only_text(inner)
