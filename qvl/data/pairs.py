"""Two answers to one question as the model reads them: the question stands in the stream once.

A pair is two samples, end to end. The first is the whole conversation with the answer that is
preferred. The second is a branch: the last row of the question again, and the other answer; the
rows before it, pictures and all, are those of the first. So a tower reads each picture once, and
the decoder each question once.

    first   a b [picture] c x y      second   c z        shared: the rows of a b [picture]

T tokens of the stream, N pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Self

import torch
from torch import Tensor

from qvl.sample import Batch, Sample
from qvl.tokens import IGNORE


@dataclass(frozen=True)
class Pair:
    """What is preferred, and the branch that is not; `shared` rows of `first` precede both."""

    first: Sample
    second: Sample  # without pictures
    shared: int

    def __len__(self) -> int:
        """Rows in the stream."""
        return len(self.first) + len(self.second)

    @property
    def name(self) -> str:
        return self.first.name

    def digest(self) -> str:
        """A hash of all that the model reads of it."""
        told = sha256(repr((self.shared, self.first.grid_thw, len(self.first))).encode())
        for sample in (self.first, self.second):
            for each in (sample.input_ids, sample.labels, sample.position_ids):
                told.update(each.contiguous().numpy().tobytes())
            for pixels in sample.pixel_values:
                told.update(pixels.contiguous().numpy().tobytes())
        return told.hexdigest()


@dataclass(frozen=True)
class Pairs(Batch):
    """Pairs end to end: `lengths`, `names` and `weights` tell of first, second, first, ..."""

    shared: tuple[int, ...] = ()  # of each pair
    reference: Tensor = field(default_factory=lambda: torch.zeros(0, 2))  # float32[N, 2]

    @classmethod
    def pack(cls, pairs: Sequence[Pair], reference: Sequence[tuple[float, float]]) -> Self:
        """`reference`: log-probabilities of both answers of each pair by the model at the start."""
        laid = cls.of([sample for pair in pairs for sample in (pair.first, pair.second)])
        known = torch.tensor([*reference], dtype=torch.float32).view(len(pairs), 2)
        return replace(laid, shared=tuple(pair.shared for pair in pairs), reference=known)


def paired(chosen: Sample, rejected: Sample) -> Pair:
    """Two whole conversations that differ in their last turn. ValueError where they do not."""
    labels, other = last_turn(chosen.labels), last_turn(rejected.labels)
    shared = int((labels != IGNORE).nonzero()[0])
    where = chosen.name or "a pair"
    question = slice(0, shared + 1)
    if int((other != IGNORE).nonzero()[0]) != shared or not torch.equal(
        chosen.input_ids[question], rejected.input_ids[question]
    ):
        raise ValueError(f"{where}: its two answers do not follow the same question; pair others")
    if torch.equal(chosen.input_ids, rejected.input_ids):
        raise ValueError(f"{where}: both answers are the same; leave it out")
    if chosen.grid_thw != rejected.grid_thw or bool((chosen.vision_rows >= shared).any()):
        raise ValueError(f"{where}: an answer has pictures of its own; pair answers in words")
    second = Sample(
        rejected.input_ids[shared:],
        other[shared:],
        rejected.position_ids[:, shared:],
        (),
        (),
        torch.zeros(0, dtype=torch.int64),
        chosen.name,
        chosen.weight,
    )
    return Pair(replace(chosen, labels=labels), second, shared)


def last_turn(labels: Tensor) -> Tensor:
    """labels[T], of which only the last run stays: what was said before is no answer to judge."""
    rows = (labels != IGNORE).nonzero()[:, 0]
    if not len(rows):
        raise ValueError("a conversation without an answer; give the last turn words")
    breaks = (rows.diff() > 1).nonzero()[:, 0]
    begin = int(rows[breaks[-1] + 1]) if len(breaks) else int(rows[0])
    kept = labels.clone()
    kept[:begin] = IGNORE
    return kept
