"""Eight samples a batch of a mixture: as they come, and grouped by length."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packing import NANO, sources

from qvl.chat.tokenizer import Tokenizer
from qvl.config import Config
from qvl.data.lessons import Lessons
from qvl.data.mixture import Mixture
from qvl.data.shards import record_at
from qvl.data.stock import Asked, stocks
from qvl.inputs import Limits
from qvl.sample import Sample

EACH = 8  # samples a batch
GROUP = 50 * EACH  # samples sorted at a time: the megabatch of transformers' sampler


@dataclass(frozen=True)
class Drawn:
    """Batches of EACH samples in the order of the mixture, and of neighbours in length."""

    mixed: list[list[Sample]]
    grouped: list[list[Sample]]
    padding: tuple[float, float]  # rows over useful tokens where all GROUP samples are padded


def draw(folder: Path, cfg: Config, count: int) -> Drawn:
    """`count` batches of either kind; those of neighbours evenly spaced from short to long."""
    lessons = Lessons(Tokenizer.load(NANO), cfg, Limits.load(NANO))
    held = stocks(sources(folder), lessons, cfg.text.max_position_embeddings)
    mixture = Mixture(tuple(map(len, held)), (1.0,) * len(held))
    places = [mixture.at(n) for n in range(GROUP)]
    asked = [held[p.part].asked(p.row, 0) for p in places]
    mixed = cut(asked)
    grouped = cut(sorted(asked, key=lambda each: each.tokens))
    spaced = [grouped[(2 * i + 1) * len(grouped) // (2 * count)] for i in range(count)]

    def samples(batches: Sequence[Sequence[Asked]]) -> list[list[Sample]]:
        return [
            [lessons(record_at(each.path, each.entry), each.reading) for each in batch]
            for batch in batches
        ]

    padding = (padded_rows(mixed), padded_rows(grouped))
    return Drawn(samples(mixed[:count]), samples(spaced), padding)


def cut(asked: Sequence[Asked]) -> list[Sequence[Asked]]:
    return [asked[i : i + EACH] for i in range(0, len(asked), EACH)]


def padded_rows(batches: Sequence[Sequence[Asked]]) -> float:
    lengths = [[each.tokens for each in batch] for batch in batches]
    return sum(len(row) * max(row) for row in lengths) / sum(map(sum, lengths))
