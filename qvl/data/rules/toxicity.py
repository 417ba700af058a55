"""Abusive words, whole: a list in `toxic.txt`, so that no town is mistaken for one.

It catches what is plainly written; spelling around it, and abuse in polite words, it does not.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from qvl.data.records import Record
from qvl.data.rules.verdict import against
from qvl.data.wording import strings
from qvl.data.work import Rejected


def clean(record: Record) -> Rejected | None:
    """No turn has a word of the list; the word itself is not repeated in the report."""
    for part in record.parts():
        for text in strings(part):
            if found := toxic(text):
                return against(record, "toxic word", f"line {listed()[found]} of the list")
    return None


def toxic(text: str) -> str:
    """The first word of the list in a text, or ""."""
    for word in re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()):
        if word in listed():
            return word
    return ""


@cache
def listed() -> dict[str, int]:
    """The words and their lines in the file."""
    lines = Path(__file__).with_name("toxic.txt").read_text(encoding="utf-8").splitlines()
    rows = enumerate(lines, start=1)
    return {word: i for i, word in rows if word and not word.startswith("#")}
