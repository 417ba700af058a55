"""A rule looks at a record and says why it is left out, or nothing."""

from collections.abc import Callable, Iterator

from qvl.data.records import Facts, Record
from qvl.data.work import Rejected
from qvl.messages import Text

Rule = Callable[[Record], Rejected | None]  # a function, a partial or a frozen dataclass
_SHOWN = 80  # characters of a detail


def against(record: Record, reason: str, detail: object = "") -> Rejected:
    """The record is left out and kept beside the shard; `reason` is one of few, to be counted."""
    return Rejected(record.key, reason, " ".join(str(detail).split())[:_SHOWN], record)


def said(record: Record) -> Iterator[str]:
    """What the assistant says in its own words."""
    for part in record.parts("assistant"):
        if isinstance(part, Text):
            yield part.text


def transcribed(record: Record) -> Iterator[str]:
    """What the assistant reads off a page, as facts of the kind text."""
    for part in record.parts("assistant"):
        if isinstance(part, Facts) and part.kind == "text" and isinstance(part.value, str):
            yield part.value
