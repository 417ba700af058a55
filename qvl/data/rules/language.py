"""Text in another language than its record claims, such as a translation that never was made."""

from collections.abc import Callable
from dataclasses import dataclass

from qvl.data.records import Record
from qvl.data.rules.verdict import against
from qvl.data.wording import answer_text
from qvl.data.work import Rejected

Identify = Callable[[str], tuple[str, float]]  # text -> a BCP 47 tag, and how sure: 0 to 1


@dataclass(frozen=True)
class Language:
    """Compares the first subtag, so that "zh-Hant" is found in "zh"; "und" claims nothing."""

    identify: Identify
    sure: float = 0.7  # a guess below it proves nothing
    shortest: int = 40  # characters that a guess needs

    def __call__(self, record: Record) -> Rejected | None:
        text = answer_text(record)
        if record.language == "und" or len(text) < self.shortest:
            return None
        found, sure = self.identify(text)
        if sure < self.sure or _base(found) == _base(record.language):
            return None
        return against(record, "other language", f"{found} ({sure:.2f}), not {record.language}")


def _base(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()
