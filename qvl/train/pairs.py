"""Pictures with words about them: what contrastive training reads.

N pairs, T tokens of all captions, P patches of all pictures.
"""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor

from qvl.chat.tokenizer import Tokenizer
from qvl.config import Config
from qvl.data.lessons import conversation
from qvl.data.mixture import shuffled
from qvl.data.records import Record
from qvl.inputs import Limits, encode
from qvl.messages import Image, Message, Text, Video
from qvl.sample import Grid


@dataclass(frozen=True)
class Pair:
    """One picture or clip as the tower reads it, and the tokens of one caption."""

    pixel_values: Tensor  # uint8[P, 588], of a clip [P, 1176]
    grid_thw: Grid
    input_ids: Tensor  # int64[T]
    name: str = ""  # "set/key": where it comes from


@dataclass(frozen=True)
class PairBatch:
    """Pairs end to end: pictures of any sizes, captions of any lengths, no padding."""

    pixel_values: tuple[Tensor, ...]
    grid_thw: tuple[Grid, ...]
    input_ids: Tensor  # int64[T]
    lengths: tuple[int, ...]  # tokens per caption, summing to T
    words: Tensor  # int64[N]: a hash of each caption, so that equal ones are known
    names: tuple[str, ...]

    @classmethod
    def of(cls, pairs: Sequence[Pair]) -> Self:
        """ValueError where there is no pair, or one without words."""
        if not pairs:
            raise ValueError("a batch of no pairs has nothing to tell apart; give at least one")
        if empty := [pair.name for pair in pairs if not len(pair.input_ids)]:
            raise ValueError(f"pair {empty[0]!r} has a caption of no tokens; leave it out")
        return cls(
            tuple(pair.pixel_values for pair in pairs),
            tuple(pair.grid_thw for pair in pairs),
            torch.cat([pair.input_ids for pair in pairs]),
            tuple(len(pair.input_ids) for pair in pairs),
            torch.tensor([_hash(pair.input_ids) for pair in pairs]),
            tuple(pair.name for pair in pairs),
        )

    def __len__(self) -> int:
        return len(self.lengths)

    def to(self, device: torch.device | str) -> Self:
        """The same batch with every tensor on `device`."""
        return replace(
            self,
            pixel_values=tuple(x.to(device, non_blocking=True) for x in self.pixel_values),
            input_ids=self.input_ids.to(device, non_blocking=True),
            words=self.words.to(device, non_blocking=True),
        )


@dataclass(frozen=True)
class Pairs:
    """Records to pairs of one model; it travels to the processes of a loader."""

    tokenizer: Tokenizer
    config: Config
    limits: Limits
    longest: int = 128  # tokens of a caption
    seed: int = 0

    def __call__(self, record: Record, epoch: int = 0) -> Pair:
        """The first picture or clip with the words of one of the assistant's turns.

        Each epoch takes another turn until all were taken. ValueError for a record that shows
        nothing or says nothing, and for a caption longer than `longest`.
        """
        messages = conversation(record, self.limits)
        shown = [part for m in messages for part in m.content if isinstance(part, Image | Video)]
        told = [_said(m) for m in messages if m.role == "assistant" and _said(m)]
        if not shown or not told:
            lacks = "words of an assistant" if shown else "picture"
            raise ValueError(f"record {record.key} has no {lacks}; a pair needs both")
        key = (self.seed, epoch // len(told), zlib.crc32(record.key.encode()))
        turn = int(shuffled(np.array([epoch % len(told)]), len(told), key)[0])
        ids = self.tokenizer.encode(told[turn])
        if len(ids) > self.longest:
            raise ValueError(
                f"record {record.key} has a caption of {len(ids)} tokens, over {self.longest}; "
                "raise the limit or leave its set out"
            )
        seen = encode(
            [Message("user", (shown[0],))], self.tokenizer, self.config, self.limits
        ).sample
        return Pair(seen.pixel_values[0], seen.grid_thw[0], torch.tensor(ids), record.key)


def _said(message: Message) -> str:
    return " ".join(part.text for part in message.content if isinstance(part, Text)).strip()


def _hash(input_ids: Tensor) -> int:
    """A signed number of 64 bits that is the same in every process."""
    raw = input_ids.to(torch.int64).cpu().numpy().tobytes()
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), signed=True)
