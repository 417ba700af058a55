"""From logits to a token. V vocabulary."""

import torch
from torch import Tensor

from qvl.messages import Settings


def choose(
    logits: Tensor, settings: Settings, seen: Tensor, generator: torch.Generator | None
) -> int:
    """The next token for float32 logits[V] after the tokens `seen`; greedy at temperature 0.

    Raises FloatingPointError where the logits are no numbers.
    """
    if not bool(torch.isfinite(logits).all()):
        raise FloatingPointError(
            "the model's logits are not finite; the weights are broken, or need float32 or bfloat16"
        )
    if settings.repetition_penalty != 1.0:
        known = logits[seen]
        factor = settings.repetition_penalty
        logits = logits.index_put((seen,), torch.where(known > 0, known / factor, known * factor))
    if settings.temperature == 0:
        return int(logits.argmax())
    logits = logits / settings.temperature
    if 0 < settings.top_k < len(logits):
        logits = logits.masked_fill(logits < logits.topk(settings.top_k).values[-1], -torch.inf)
    odds = logits.softmax(-1)
    if settings.top_p < 1.0:
        ordered, order = odds.sort(descending=True, stable=True)
        beyond = ordered.cumsum(-1) - ordered >= settings.top_p  # the first always stays
        odds = odds.index_fill(0, order[beyond], 0.0)
    return int(torch.multinomial(odds, 1, generator=generator))
