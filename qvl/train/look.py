"""Held-out pictures with what the model says of them, beside the truth, as a page to look at."""

from collections.abc import Iterable
from pathlib import Path

from qvl.data import gallery
from qvl.data.drafts import draft
from qvl.data.lessons import conversation
from qvl.data.records import Record
from qvl.inputs import Limits
from qvl.messages import Chat, Message, Settings


def look(
    records: Iterable[Record], chat: Chat, limits: Limits, settings: Settings, out: Path
) -> None:
    """Ask the question of each record and write one HTML file: picture, question, truth, answer.

    Boxes and points that an answer names are drawn. A record is asked up to its first answer;
    ValueError for one that asks nothing.
    """
    held = list(records)
    answers = {each.key: chat(question(each, limits), settings).text for each in held}
    with draft(out) as beside:
        beside.write_text("".join(gallery.page(out.stem, held, answers)), "utf-8")


def question(record: Record, limits: Limits) -> tuple[Message, ...]:
    """The turns before the first answer."""
    messages = conversation(record, limits)
    first = next((i for i, m in enumerate(messages) if m.role == "assistant"), len(messages))
    if not any(m.role == "user" for m in messages[:first]):
        raise ValueError(f"record {record.key} asks nothing before its answer; leave it out")
    return messages[:first]
