"""Rules put behind a stage, or over shards that are there: kept and rejected are both written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from qvl.data.index import load_index
from qvl.data.records import Record
from qvl.data.rules.formats import formatted
from qvl.data.rules.length import Length
from qvl.data.rules.looks import seen
from qvl.data.rules.repetition import Repetition
from qvl.data.rules.toxicity import clean
from qvl.data.rules.truncation import truncated
from qvl.data.rules.verdict import Rule
from qvl.data.shards import Shard
from qvl.data.work import Plan, Rejected, Stage, Work

VERSION = 1  # of the rules together: what is kept may change with it
RULES: tuple[Rule, ...] = (Length(), seen, formatted, clean, Repetition(), truncated)


@dataclass(frozen=True)
class Filtered:
    """A stage whose records pass all rules; the first that one does not pass is its reason."""

    stage: Stage
    rules: tuple[Rule, ...] = RULES

    def __call__(self, work: Work) -> Iterator[Record | Rejected]:
        for each in self.stage(work):
            yield (verdict(each, self.rules) or each) if isinstance(each, Record) else each


def verdict(record: Record, rules: Sequence[Rule]) -> Rejected | None:
    return next((found for rule in rules if (found := rule(record))), None)


@dataclass(frozen=True)
class Reread:
    """A stage that gives the records of shards that are there: item i of shard s is their own."""

    shards: tuple[Path, ...]

    def __call__(self, work: Work) -> Iterator[Record]:
        path = self.shards[work.shard]
        yield _opened(path, path.stat().st_mtime_ns)[work.index]


@dataclass(frozen=True)
class Without:
    """A rule that leaves out the records of these keys, for the reason given with each."""

    reasons: Mapping[str, tuple[str, str]]  # key -> reason, detail

    def __call__(self, record: Record) -> Rejected | None:
        reason, detail = self.reasons.get(record.key, ("", ""))
        return Rejected(record.key, reason, detail, record) if reason else None


@lru_cache(8)
def _opened(path: Path, _changed: int) -> Shard:
    return Shard(path)


def over(
    dataset: str, shards: Sequence[Path], config: dict[str, Any], *, held_out: bool = False
) -> Plan:
    """A plan with an item a record of the shards; their hashes are part of its config."""
    indexes = [load_index(path) for path in shards]
    told = {"of": [index.sha256 for index in indexes], **config}
    return Plan(dataset, tuple(len(i.entries) for i in indexes), config=told, held_out=held_out)
