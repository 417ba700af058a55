"""Preference records: the last turn is the answer that is preferred, the other one is kept beside.

The other answer is in `meta`, as parts like those of a turn, so that its facts are written for the
size that the model sees, as all facts are.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any

from qvl.chat.tokenizer import Tokenizer
from qvl.config import Config
from qvl.data.lessons import conversation
from qvl.data.pairs import Pair, paired
from qvl.data.records import Clip, Part, Picture, Record, Turn, part_from_json, part_to_json
from qvl.data.shards import Shard
from qvl.inputs import Limits, lesson

REJECTED = "instead"  # the name in `meta`


class HasClip(ValueError):
    """A preference with a clip: the report tunes on text and pictures alone (section 2.3.4)."""


def preferred(record: Record, rejected: Sequence[Part], told: Mapping[str, Any]) -> Record:
    """The record with an answer that is worse than its last turn; `told` is added to its meta.

    ValueError for a record that is no pair: answers alike, a clip, no answer, an odd part.
    """
    parts = [part_to_json(part) for part in rejected]
    made = replace(record, meta={**record.meta, **told, REJECTED: parts})
    other = instead(made)
    if other.turns[-1] == made.turns[-1]:
        raise ValueError(f"record {record.key}: both answers are the same; leave it out")
    return made


def instead(record: Record) -> Record:
    """The record with its other answer as the last turn, which is checked like any other."""
    where = f"record {record.key}"
    parts = record.meta.get(REJECTED)
    if not parts or record.turns[-1].role != "assistant":
        raise ValueError(f"{where} is no preference; its meta has no {REJECTED!r} after an answer")
    if any(isinstance(part, Clip) for part in record.parts()):
        raise HasClip(f"{where} has a clip; preferences are of text and pictures, leave it out")
    found = tuple(part_from_json(part, where) for part in parts)
    if any(isinstance(part, Picture | Clip) for part in (*found, *record.turns[-1].parts)):
        raise ValueError(f"{where} answers with a picture; an answer is in words")
    return replace(record, turns=(*record.turns[:-1], Turn("assistant", found)))


@dataclass(frozen=True)
class Preferences:
    """Preference records to pairs of one model; it travels to the processes of a loader."""

    tokenizer: Tokenizer
    config: Config
    limits: Limits

    def __call__(self, record: Record, name: str = "") -> Pair:
        """Pictures are decoded once. ValueError for what is no pair or cannot be read."""
        other = instead(record).turns[-1]
        both = replace(record, turns=(*record.turns, other))
        *question, chosen, rejected = conversation(both, self.limits)
        how = (self.tokenizer, self.config, self.limits)
        first, second = (
            replace(lesson((*question, answer), *how).sample, name=name or record.key)
            for answer in (chosen, rejected)
        )
        return paired(first, second)


class PairShards:
    """The pairs of preference shards by number; a name is "set/key"."""

    def __init__(self, paths: Sequence[Path], encode: Preferences) -> None:
        self.shards, self.encode = [Shard(path) for path in paths], encode
        self.ends = [*accumulate(map(len, self.shards))]
        if not paths or not self.ends[-1]:
            raise ValueError(f"there is no pair in {len(paths)} shards; name shards of preferences")

    def __len__(self) -> int:
        return self.ends[-1]

    def __call__(self, n: int) -> Pair:
        at = bisect_right(self.ends, n)
        shard = self.shards[at]
        record = shard[n - (self.ends[at - 1] if at else 0)]
        return self.encode(record, f"{shard.path.stem.rpartition('-')[0]}/{record.key}")

    def digest(self) -> str:
        """A hash of the shards and of the sizes that pictures are seen at."""
        told = [*(shard.index.sha256 for shard in self.shards), repr(self.encode.limits)]
        return sha256("\n".join(told).encode()).hexdigest()
