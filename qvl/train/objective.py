"""Losses as modules that own what they train.

T tokens, U vision tokens, D width, V vocabulary.
"""

from typing import Protocol, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qvl.model.qwen import QwenVL
from qvl.sample import Batch
from qvl.tokens import IGNORE

CHUNK = 1024  # labelled rows whose logits exist at one time
B_contra = TypeVar("B_contra", contravariant=True)


class Objective(Protocol[B_contra]):
    """What the loop trains: a batch in, a loss to descend and figures to report out."""

    def __call__(self, batch: B_contra) -> tuple[Tensor, dict[str, Tensor]]: ...


def token_loss(hidden: Tensor, head: nn.Linear, labels: Tensor) -> Tensor:
    """Mean cross-entropy of the labelled rows; rows without a label never become logits."""
    rows = (labels != IGNORE).nonzero()[:, 0]
    if not len(rows):
        raise ValueError("a batch without a single label teaches nothing")
    hidden, labels = hidden[rows], labels[rows]
    total = hidden.new_zeros((), dtype=torch.float32)
    for x, y in zip(hidden.split(CHUNK), labels.split(CHUNK), strict=True):
        total = total + F.cross_entropy(head(x).float(), y, reduction="sum")
    return total / len(rows)


class NextToken(nn.Module):
    """The language modelling loss of a packed batch, averaged over its labels."""

    def __init__(self, model: QwenVL) -> None:
        super().__init__()
        self.model = model

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        loss = token_loss(self.model(batch), self.model.lm_head, batch.labels)
        return loss, {"loss": loss.detach()}
