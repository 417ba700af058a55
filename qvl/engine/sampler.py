"""From logits to a token. V vocabulary, W candidates that are left.

Oracle: the logits processors of transformers' `generate`, in its order.
"""

import torch
from torch import Tensor

from qvl.engine.resolve import Resolved

COLDEST = 1e-30  # below it float32 has no two logits that are nearer and differ


def choose(
    logits: Tensor,
    how: Resolved,
    seen: Tensor,
    generator: torch.Generator | None = None,
    allowed: Tensor | None = None,
) -> int:
    """The next token for float32 logits[V] after the tokens `seen`; greedy at temperature 0.

    Of `allowed`, bool[V], one at least is True, and only such a token comes.
    """
    plain, logits = logits, penalised(logits, how, seen)
    if allowed is not None:
        logits = logits.masked_fill(~allowed, -torch.inf)
        if logits.max() == -torch.inf:  # all of them would repeat an n-gram: what must be, may
            logits = plain.masked_fill(~allowed, -torch.inf)
    if how.temperature == 0:
        return int(logits.argmax())
    scores, ids = candidates(logits, how)
    return int(ids[torch.multinomial(scores.softmax(-1), 1, generator=generator)])


def penalised(logits: Tensor, how: Resolved, seen: Tensor) -> Tensor:
    """logits[V] with less for what would repeat `seen`."""
    if how.repetition_penalty != 1.0:
        known, factor = logits[seen], how.repetition_penalty
        logits = logits.index_put((seen,), torch.where(known > 0, known / factor, known * factor))
    size = how.no_repeat_ngram_size
    if 0 < size <= len(seen):
        grams = seen.unfold(0, size, 1)
        begun = (grams[:, :-1] == seen[len(seen) - size + 1 :]).all(1)
        logits = logits.index_fill(0, grams[begun, -1], -torch.inf)
    return logits


def candidates(logits: Tensor, how: Resolved) -> tuple[Tensor, Tensor]:
    """logits[V] -> log odds[W] and ids[W] of the tokens that the settings leave."""
    scores = (logits - logits.max()) / max(how.temperature, COLDEST)  # no overflow when cold
    if 0 < how.top_k < len(scores):
        scores = scores.masked_fill(scores < scores.topk(how.top_k).values[-1], -torch.inf)
    ids = (scores > -torch.inf).nonzero()[:, 0]
    scores = scores[ids]
    if how.top_p < 1.0:
        rising, order = scores.sort()
        left = rising.softmax(-1).cumsum(-1) > 1 - how.top_p
        left[-1] = True
        scores, ids = rising[left], ids[order[left]]
    if how.min_p > 0:
        odds = scores.softmax(-1)
        left = odds >= how.min_p * odds.max()
        scores, ids = scores[left], ids[left]
    return scores, ids
