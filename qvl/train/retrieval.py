"""What a tower has learnt by contrast: which words are found for a picture, and the other way.

N pairs, E width of the features.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from qvl.train.contrastive import Contrastive
from qvl.train.pairs import Pair, PairBatch

ROWS = 1024  # compared with all others at one time


@dataclass(frozen=True)
class Recall:
    """Shares of queries whose match is among the nearest k; chance is what guessing gives."""

    pairs: int
    texts: dict[int, float]  # k -> share of pictures that find words of theirs
    pictures: dict[int, float]  # k -> share of texts that find a picture of theirs
    chance: dict[int, float]

    def to_json(self) -> dict[str, object]:
        told = {"text_recall": self.texts, "picture_recall": self.pictures, "chance": self.chance}
        shares = {
            name: {f"@{k}": round(share, 4) for k, share in each.items()}
            for name, each in told.items()
        }
        return {"pairs": self.pairs, **shares}


def retrieval(
    objective: Contrastive, pairs: Sequence[Pair], at: Sequence[int] = (1, 5), patches: int = 16384
) -> Recall:
    """Recall at each k of `at` over `pairs`, of which the tower reads `patches` at one time.

    Two pairs with the same words are right for each other; one that is as near as the right one
    counts as nearer, so a model that sees nothing finds nothing. ValueError for under two pairs.
    """
    if len(pairs) < 2:
        raise ValueError(f"{len(pairs)} pairs leave nothing to tell apart; give two or more")
    pictures, texts, words = _features(objective, pairs, patches)
    found, named = _nearer(pictures, texts, words), _nearer(texts, pictures, words)
    alike = (words[:, None] == words).sum(-1)  # right answers a query
    misses = {k: _miss(len(pairs), alike, k) for k in at}
    return Recall(
        len(pairs),
        {k: float((found < k).float().mean()) for k in at},
        {k: float((named < k).float().mean()) for k in at},
        {k: float((1 - misses[k]).mean()) for k in at},
    )


@torch.no_grad()
def _features(
    objective: Contrastive, pairs: Sequence[Pair], patches: int
) -> tuple[Tensor, Tensor, Tensor]:
    """-> float32[N, E] of pictures and texts, and int64[N] that tells the same words."""
    device = next(objective.parameters()).device
    objective.eval()
    groups: list[list[Pair]] = []
    room = 0
    for pair in pairs:
        if len(pair.pixel_values) > room:
            groups.append([])
            room = patches
        groups[-1].append(pair)
        room -= len(pair.pixel_values)
    batches = [PairBatch.of(group) for group in groups]
    made = [objective.features(batch.to(device)) for batch in batches]
    pictures, texts = (torch.cat([each[i] for each in made]).cpu() for i in (0, 1))
    return pictures, texts, torch.cat([batch.words for batch in batches])


def _nearer(queries: Tensor, answers: Tensor, words: Tensor) -> Tensor:
    """-> int64[N]: how many wrong answers are at least as near to a query as its best right one."""
    counts = []
    for rows, own in zip(queries.split(ROWS), words.split(ROWS), strict=True):
        near = rows @ answers.T
        right = own[:, None] == words
        best = near.masked_fill(~right, float("-inf")).amax(-1, keepdim=True)
        counts.append(((near >= best) & ~right).sum(-1))
    return torch.cat(counts)


def _miss(size: int, alike: Tensor, k: int) -> Tensor:
    """-> float64[N]: the chance that k of `size` answers drawn blindly hold none of the right."""
    drawn = torch.arange(min(k, size), dtype=torch.float64)
    return ((size - alike[:, None] - drawn) / (size - drawn)).clamp(min=0).prod(-1)
