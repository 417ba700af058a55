"""Answers that are too short to teach anything, or longer than a pack."""

from dataclasses import dataclass

from qvl.data.records import Facts, Record
from qvl.data.rules.verdict import against
from qvl.data.wording import answer_text
from qvl.data.work import Rejected


@dataclass(frozen=True)
class Length:
    """Characters of all that the assistant says, facts by their words.

    Facts without words are an answer: an empty list says that nothing is there.
    """

    least: int = 1
    most: int = 100_000

    def __call__(self, record: Record) -> Rejected | None:
        length = len(answer_text(record).strip())
        facts = any(isinstance(part, Facts) for part in record.parts("assistant"))
        if length < self.least and not facts:
            return against(record, "short answer", f"{length} characters")
        if length > self.most:
            return against(record, "long answer", f"{length} characters")
        return None
