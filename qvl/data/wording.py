"""The words of records, wherever they stand: for filters, copies and counts."""

from collections.abc import Iterator
from typing import Any

from qvl.data.records import Clip, Facts, Picture, Record
from qvl.messages import Text

_NAMES = ("kind", "style", "written", "button", "status")  # whose values are no words


def strings(value: Any) -> Iterator[str]:
    """All that a part or a value says, in order, numbers among it; names of fields are none."""
    match value:
        case Text(text):
            yield text
        case Facts(_, inner, _, _):
            yield from strings(inner)
        case Picture() | Clip() | None:
            return
        case dict():
            for inner in value.values():
                yield from strings(inner)
        case list():
            for inner in value:
                yield from strings(inner)
        case _:
            yield str(value)


def answer_text(record: Record, without: tuple[str, ...] = ()) -> str:
    """All that the assistant says, facts as their words without coordinates.

    Fields of facts called one of `without` are left out, such as the "rows" of tables.
    """
    said = [_words(part, (*_NAMES, *without)) for part in record.parts("assistant")]
    return "\n".join(text for text in said if text)


def _words(part: object, without: tuple[str, ...]) -> str:
    if isinstance(part, Facts):
        return "\n".join(each for each in _only_text(part.value, without) if each)
    return part.text if isinstance(part, Text) else ""


def _only_text(value: Any, without: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _only_text(inner, without)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in without:
                yield from _only_text(inner, without)
