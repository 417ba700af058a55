"""Guided attention: the row that writes a letter is told which vision token shows it.

Left alone, a small decoder takes long to find where in the picture its next letter stands, and
learns the language meanwhile. Told so in one head of two layers, it copies from the start, and
the head stays a pointer. R guided rows, T tokens, H heads, E head width.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from qvl.model.attention import Attend
from qvl.tokens import IGNORE


class Watched:
    """An `Attend` that keeps the queries and keys of the first head of some layers."""

    def __init__(self, attend: Attend, layers: Sequence[int]) -> None:
        self.attend, self.layers = attend, layers
        self.kept: list[tuple[Tensor, Tensor]] = []  # [T, E] each

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        if layer in self.layers:
            self.kept.append((q[:, 0], k[:, 0]))
        return self.attend(layer, q, k, v)


def pointing_loss(
    kept: Sequence[tuple[Tensor, Tensor]], point: Tensor, lengths: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """point[T]: the row each row should look at, or IGNORE -> the loss, and the share right.

    The loss is -log of the attention that the head gives that row, averaged over rows and layers.
    """
    rows = (point != IGNORE).nonzero()[:, 0]  # [R]
    count = torch.tensor(lengths, device=point.device)
    sample = torch.arange(len(lengths), device=point.device).repeat_interleave(count)
    ahead = torch.arange(len(point), device=point.device) > rows[:, None]
    hidden = ahead | (sample != sample[rows, None])  # [R, T]
    loss = kept[0][0].new_zeros((), dtype=torch.float32)
    right = torch.zeros_like(loss)
    if not len(rows):
        return loss, right
    for q, k in kept:
        scores = (q[rows] @ k.T).float() * q.shape[-1] ** -0.5
        scores = scores.masked_fill(hidden, float("-inf"))
        loss = loss + F.cross_entropy(scores, point[rows])
        right = right + (scores.detach().argmax(-1) == point[rows]).float().mean()
    return loss / len(kept), right / len(kept)
