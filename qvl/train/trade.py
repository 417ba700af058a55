"""Rows for rows among processes, with gradients that go the way back.

n rows here, N rows of all.
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


def trade(
    x: Tensor, sent: Sequence[int], received: Sequence[int], group: dist.ProcessGroup | None
) -> Tensor:
    """x[sum(sent), ...], of which rank i of `group` gets sent[i] rows -> [sum(received), ...].

    What came from rank i stands at place i; received[i] says how many rows that is.
    """
    out = _Trade.apply(x, list(sent), list(received), group)
    assert isinstance(out, Tensor)
    return out


def gather(x: Tensor, counts: Sequence[int], group: dist.ProcessGroup | None) -> Tensor:
    """x[n, ...] of each process -> [N, ...] of all, in the order of ranks with `counts` rows.

    The gradient of a row is the sum of what every process makes of it, so that gradients of
    parameters, summed over processes, are those of one process with all rows.
    """
    every = x.expand(len(counts), *x.shape).flatten(0, 1)
    return trade(every, [len(x)] * len(counts), counts, group)


class _Trade(torch.autograd.Function):
    """Torch's own all-to-all with gradients has another name in 2.11 than in 2.13."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, sent: list[int], received: list[int], group: Any) -> Tensor:
        ctx.back = (received, sent, group)
        out = x.new_empty(sum(received), *x.shape[1:])
        dist.all_to_all_single(out, x.contiguous(), received, sent, group=group)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None]:
        return trade(grads[0], *ctx.back), None, None, None
