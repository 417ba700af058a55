"""Why a right answer is not kept all the same (report, section 2.3.3): it is cut off, repeats
itself, is too long, changes its language, or gets there without the picture.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from qvl.data.filters import verdict
from qvl.data.records import Record, Turn
from qvl.data.reject.draws import Asker, Draw, Messages
from qvl.data.reject.verify import Verdict
from qvl.data.rules.repetition import Repetition
from qvl.data.rules.truncation import truncated
from qvl.data.rules.verdict import Rule
from qvl.data.wording import strings
from qvl.data.words.scripts import scripts_of, written_in
from qvl.messages import message

RULES: tuple[Rule, ...] = (Repetition(), truncated)
STEPS = (
    "Look at the picture again. Does each step of this answer read it correctly and use what it "
    "shows? Say yes or no."
)
_ANYWHERE = frozenset(("Latn", "Grek"))  # names, units and formulas
Judge = Callable[[Record, Messages, str], bool]  # record, question, answer


@dataclass(frozen=True)
class Drops:
    """`longest`: tokens of an answer. `judge` is asked last, of answers that all else let pass."""

    longest: int = 2048
    rules: tuple[Rule, ...] = RULES
    judge: Judge | None = None

    def __call__(self, record: Record, question: Messages, draw: Draw, found: Verdict) -> str:
        """The reason, one of few, or ""."""
        reason = spoilt(draw)
        if reason or not found.parts:
            return reason or "not in the format"
        if not found.right:
            return "wrong"
        if draw.tokens > self.longest:
            return "too long"
        if mixed(record, draw.text):
            return "mixed languages"
        candidate = answered(record, found)
        if left_out := verdict(candidate, self.rules):
            return left_out.reason
        if self.judge and not self.judge(record, question, draw.text):
            return "steps without the picture"
        return ""


def spoilt(draw: Draw) -> str:
    """Why an answer did not end by itself, or ""."""
    return {"length": "cut off", "repetition": "goes round in circles"}.get(draw.finish_reason, "")


def answered(record: Record, found: Verdict) -> Record:
    """The record with a model's answer in place of the known one."""
    return replace(record, turns=(*record.turns[:-1], Turn("assistant", found.parts)))


def mixed(record: Record, text: str) -> bool:
    """Whether a text has letters of a script that neither the record nor its language has."""
    known = _ANYWHERE.union(scripts_of(record.language))
    for part in record.parts():
        for each in strings(part):
            known |= written_in(each)
    return not written_in(text) <= known


@dataclass(frozen=True)
class Steps:
    """A model that is asked whether the steps of an answer use the picture; its reply is kept.

    Answers of one line have no steps, and are taken. A reply that begins with neither yes nor no
    is no yes. That a model judges steps well is not settled (report, section 2.3.3).
    """

    asker: Asker
    prompt: str = STEPS

    def __call__(self, record: Record, question: Messages, text: str) -> bool:
        if "\n" not in text.strip():
            return True
        more = (message("assistant", text), message("user", self.prompt))
        asked = f"{self.prompt}\n{text}"
        reply = self.asker.ask(record, lambda: [*question(), *more], asked).text
        return reply.strip().lstrip("*\"'").lower().startswith("yes")
