"""Losses that bring a picture and its own words together, and keep those of others apart.

The logits of n pictures of this process against N texts of all are made in blocks of columns and
made again for the gradient, so that no matrix of all by all is ever whole. Two pairs with the
same words, twins, say nothing of each other. n rows here, N of all processes, E width.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

CHUNK = 2048  # columns whose logits exist at one time
STEEPEST = math.log(100)  # of a learnt scale, as published for CLIP
_NEVER = -1e9  # a logit that takes no part; of an infinite one the gradient is no number


@dataclass(frozen=True)
class Against:
    """Rows of this process against columns of all of them, or a block of those."""

    rows: Tensor  # float32[n, E], unit vectors
    columns: Tensor  # float32[N, E]
    row_words: Tensor  # int64[n]: the same number where the words are the same
    column_words: Tensor  # int64[N]
    first: int  # the column that belongs to row 0; the next one to row 1

    def own(self) -> Tensor:
        """-> float32[n]: similarity of each row with its own column."""
        return (self.rows * self.columns[self.first : self.first + len(self.rows)]).sum(-1)

    def blocks(self) -> list["Against"]:
        """The same with at most CHUNK columns each."""
        starts = range(0, len(self.columns), CHUNK)
        return [
            replace(
                self,
                columns=self.columns[start : start + CHUNK],
                column_words=self.column_words[start : start + CHUNK],
                first=self.first - start,
            )
            for start in starts
        ]

    def masks(self) -> tuple[Tensor, Tensor]:
        """-> which logits[n, N] are of one pair, and which of twins: bool[n, N] each."""
        n, across = len(self.rows), len(self.columns)
        device = self.rows.device
        pair = torch.arange(n, device=device)[:, None] + self.first
        pair = pair == torch.arange(across, device=device)
        return pair, (self.row_words[:, None] == self.column_words) & ~pair


Told = dict[str, Tensor]  # sums over the rows of this process


class Sigmoid(nn.Module):
    """Each picture with each text is one yes or no question (SigLIP, arXiv 2303.15343)."""

    def __init__(self, bias: float = -10.0) -> None:
        """`bias` where it starts: as published for 32,768 pairs a batch; about -log of them."""
        super().__init__()
        self.log_scale = nn.Parameter(torch.full((1,), math.log(10)))  # FSDP takes no scalars
        self.bias = nn.Parameter(torch.full((1,), bias))

    def forward(self, pictures: Against, texts: Against) -> tuple[Tensor, Told]:
        """-> the sum of the losses of this process's pictures against all texts.

        `texts` is the same question the other way round, which the other processes answer.
        """
        scale = self.log_scale.type_as(pictures.rows).clamp(max=STEEPEST).exp()
        bias, tally = self.bias.type_as(pictures.rows), _Tally.of(pictures)
        loss = pictures.rows.new_zeros(())
        for block in pictures.blocks():
            part, *more = _again(_sigmoid, block, tally.own, scale, bias)
            loss, tally = loss + part, tally.plus(*more)
        return loss, tally.told(scale)


class Softmax(nn.Module):
    """Which text belongs to the picture, and which picture to the text (CLIP, arXiv 2103.00020)."""

    def __init__(self) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.full((1,), math.log(1 / 0.07)))

    def forward(self, pictures: Against, texts: Against) -> tuple[Tensor, Told]:
        """-> the sum over this process's pairs of half the losses of both ways."""
        scale = self.log_scale.type_as(pictures.rows).clamp(max=STEEPEST).exp()
        astray, _ = _ranked(texts, scale)
        missed, tally = _ranked(pictures, scale)
        return (astray + missed) / 2, tally.told(scale)


@dataclass(frozen=True)
class _Tally:
    """What is counted beside the loss, block by block."""

    own: Tensor  # float32[n]: similarity of the pairs
    beaten: Tensor  # bool[n]: a column of others is as near
    twins: Tensor  # int64[]: logits left out

    @classmethod
    def of(cls, way: Against) -> "_Tally":
        own = way.own().detach()
        return cls(
            own, torch.zeros_like(own, dtype=torch.bool), own.new_zeros((), dtype=torch.int64)
        )

    def plus(self, beaten: Tensor, twins: Tensor) -> "_Tally":
        return replace(self, beaten=self.beaten | beaten, twins=self.twins + twins)

    def told(self, scale: Tensor) -> Told:
        right = (~self.beaten).sum()
        return {"right": right, "twins": self.twins, "scale": scale.detach()[0] * len(self.own)}


def _ranked(way: Against, scale: Tensor) -> tuple[Tensor, _Tally]:
    """-> the sum of -log of the share that each row gives its own column."""
    tally = _Tally.of(way)
    every: Tensor | None = None
    for block in way.blocks():
        part, *more = _again(_softmax, block, tally.own, scale)
        every = part if every is None else torch.logaddexp(every, part)
        tally = tally.plus(*more)
    assert every is not None
    return (every - way.own() * scale).sum(), tally


def _sigmoid(
    block: Against, own: Tensor, scale: Tensor, bias: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    pair, twin = block.masks()
    near = block.rows @ block.columns.T
    logits = near * scale + bias
    loss = -F.logsigmoid(torch.where(pair, logits, -logits)).masked_fill(twin, 0.0)
    return loss.sum(), _above(near, own, pair | twin), twin.sum()


def _softmax(block: Against, own: Tensor, scale: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    pair, twin = block.masks()
    near = block.rows @ block.columns.T
    every = (near * scale).masked_fill(twin, _NEVER).logsumexp(-1)
    return every, _above(near, own, pair | twin), twin.sum()


def _above(near: Tensor, own: Tensor, skipped: Tensor) -> Tensor:
    """-> bool[n]: whether a column of others is at least as near as the row's own."""
    return ((near.detach() >= own[:, None]) & ~skipped).any(-1)


def _again(function: Callable[..., Any], *given: Any) -> Any:
    """Call it now and once more in the backward pass, instead of keeping its logits."""
    return checkpoint(function, *given, use_reentrant=False, preserve_rng_state=False)
