"""Losses as modules that own what they train.

T tokens, U vision tokens, D width, V vocabulary.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qvl.model.qwen import QwenVL
from qvl.sample import Batch
from qvl.tokens import IGNORE

CHUNK = 1024  # labelled rows whose logits exist at one time


def token_loss(hidden: Tensor, head: nn.Linear, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean cross-entropy of the labelled rows, and the share whose likeliest token is right.

    Rows without a label never become logits, and at most CHUNK rows are logits at one time.
    """
    rows = (labels != IGNORE).nonzero()[:, 0]
    if not len(rows):
        raise ValueError("a batch without a single label teaches nothing")
    hidden, labels = hidden[rows], labels[rows]
    total = hidden.new_zeros((), dtype=torch.float32)
    right = hidden.new_zeros((), dtype=torch.float32)
    for x, y in zip(hidden.split(CHUNK), labels.split(CHUNK), strict=True):
        logits = head(x).float()
        total = total + F.cross_entropy(logits, y, reduction="sum")
        right = right + (logits.detach().argmax(-1) == y).sum()
    return total / len(rows), right / len(rows)


class NextToken(nn.Module):
    """The language modelling loss of a packed batch, averaged over its labels."""

    def __init__(self, model: QwenVL) -> None:
        super().__init__()
        self.model = model

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        loss, right = token_loss(self.model(batch), self.model.lm_head, batch.labels)
        return loss, {"loss": loss.detach(), "token": right}
