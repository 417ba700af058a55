"""Rows of every process to every process, with gradients. n rows here, N rows of all."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from qvl.train.parallel import World


def gather(x: Tensor, sizes: Sequence[int], world: World) -> Tensor:
    """x[n, ...] of each process -> [N, ...] of all, in the order of ranks, which have `sizes` rows.

    The gradient of a row is the sum of what every process makes of it, so that gradients of
    parameters, summed over processes, are those of one process with all rows.
    """
    if world.size == 1:
        return x
    if not x.requires_grad:
        return _every(x, sizes, world)
    out = _Gather.apply(x, sizes, world)
    assert isinstance(out, Tensor)
    return out


class _Gather(torch.autograd.Function):
    """Torch's own gathers with gradients change their names between 2.11 and 2.13."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, sizes: Sequence[int], world: World) -> Tensor:
        ctx.sizes, ctx.world = sizes, world
        return _every(x, sizes, world)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        total = grads[0].contiguous().clone()
        dist.all_reduce(total, group=ctx.world.group)
        return total.split(ctx.sizes)[ctx.world.rank], None, None


def _every(x: Tensor, sizes: Sequence[int], world: World) -> Tensor:
    """Each process sends as many rows as the fullest one has, and what fills up is cut off."""
    sent = x.new_zeros((max(sizes), *x.shape[1:]))
    sent[: len(x)] = x.detach()
    every = [torch.empty_like(sent) for _ in sizes]
    dist.all_gather(every, sent, group=world.group)
    return torch.cat([rows[:size] for rows, size in zip(every, sizes, strict=True)])
