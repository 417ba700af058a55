"""Losses as modules that own what they train.

T tokens, R rows with a label, S samples of the batch, D width, V vocabulary.
"""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from qvl.model.qwen import QwenVL
from qvl.sample import Batch
from qvl.tokens import IGNORE

CHUNK = 1024  # labelled rows whose logits exist at one time
Weighting = Literal["token", "sample", "root"]
POWER: dict[Weighting, float] = {"token": 0.0, "sample": 1.0, "root": 0.5}


class Objective(Protocol):
    """What the loop trains: an `nn.Module` that owns the model and knows its loss.

    The loss is a weighted sum over the batch, divided by the `total` of the weights of every
    micro-batch of every process of the step, so that gradients are summed and never averaged.
    """

    def weight(self, batch: Any) -> float:
        """What the batch counts in `total`; asked before the batch moves to the device."""
        ...

    def __call__(self, batch: Any, total: float) -> tuple[Tensor, dict[str, Tensor]]:
        """-> the loss, and by name float32[2] a figure: sum and count, which add up over batches.

        There is always a figure "loss".
        """
        ...

    def train(self, mode: bool = True) -> Any: ...


def label_losses(hidden: Tensor, head: nn.Module, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """hidden[T, D], labels[T] -> rows[R], their cross-entropy[R], and whether each is right[R].

    At most CHUNK rows are logits at one time, forward and backward: all chunks but the last,
    which the backward pass meets first, are computed again there. In float32 at least.
    """
    rows = (labels != IGNORE).nonzero()[:, 0]
    parts = zip(hidden[rows].split(CHUNK), labels[rows].split(CHUNK), strict=True)
    told = []
    for i, (x, y) in enumerate(parts, 1):
        if i * CHUNK < len(rows):
            told.append(checkpoint(_cross_entropy, head, x, y, use_reentrant=False))
        else:
            told.append(_cross_entropy(head, x, y))
    losses, right = zip(*told, strict=True)
    return rows, torch.cat(losses), torch.cat(right)


def _cross_entropy(head: nn.Module, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    logits = head(x)
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    return F.cross_entropy(logits, y, reduction="none"), logits.detach().argmax(-1) == y


class NextToken(nn.Module):
    """The language modelling loss of a packed batch.

    A label counts its sample's weight, divided by the number n of the sample's labels where
    samples should count alike ("sample"), or by the root of n, between the two ("root").
    """

    def __init__(self, model: QwenVL, weighting: Weighting = "token") -> None:
        super().__init__()
        if weighting not in POWER:
            raise ValueError(f"weighting {weighting!r} is unknown; take one of {', '.join(POWER)}")
        self.model = model
        self.power = POWER[weighting]

    def weight(self, batch: Batch) -> float:
        """The sum of what the labels count: 0 for a batch without labels."""
        counts = [int((y != IGNORE).sum()) for y in batch.labels.split(batch.lengths)]
        weights = batch.weights or [1.0] * len(counts)
        pairs = zip(weights, counts, strict=True)
        return sum(w * n ** (1 - self.power) for w, n in pairs if n)

    def forward(self, batch: Batch, total: float) -> tuple[Tensor, dict[str, Tensor]]:
        hidden, labels = self.model(batch), self.model.own(batch.labels, IGNORE)
        rows, losses, right = label_losses(hidden, self.model.lm_head, labels)
        sample = _sample_of_row(batch.lengths).to(rows.device, non_blocking=True)  # [T]
        counts = losses.new_zeros(len(batch.lengths))
        counts = counts.index_add_(0, sample, (batch.labels != IGNORE).type_as(losses))
        share = counts.clamp(min=1) ** -self.power  # [S]
        if batch.weights:
            share = share * torch.tensor(batch.weights, dtype=share.dtype).to(share.device)
        sample = self.model.own(sample)[rows]  # [R]
        counted = share[sample]
        weighed = losses * counted
        pairs = torch.stack([weighed.detach(), counted], 1).float()  # [R, 2]
        figures = {"loss": pairs.sum(0), **_by_source(pairs, sample, batch.names)}
        figures["token"] = torch.stack([right.float(), torch.ones_like(pairs[:, 0])], 1).sum(0)
        return weighed.sum() / total, figures


def _sample_of_row(lengths: Sequence[int]) -> Tensor:
    """-> int64[T]: which sample each row belongs to."""
    return torch.arange(len(lengths)).repeat_interleave(torch.tensor(lengths))


def _by_source(pairs: Tensor, sample: Tensor, names: Sequence[str]) -> dict[str, Tensor]:
    """pairs[R, 2] of loss and weight -> their sums by source: a name up to its first "/"."""
    sources = [name.split("/")[0] for name in names]
    known = sorted(set(sources))
    if known in ([], [""]):
        return {}
    index = torch.tensor([known.index(each) for each in sources]).to(sample.device)[sample]
    sums = pairs.new_zeros(len(known), 2).index_add_(0, index, pairs)
    return {f"loss/{source}": x for source, x in zip(known, sums, strict=True)}
