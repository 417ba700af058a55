"""Rows of every process to every process, with gradients.

n rows here, N rows of all processes, E width.
"""

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


def counts(rows: int, group: dist.ProcessGroup | None, device: torch.device) -> list[int]:
    """How many rows each process of `group` has, in the order of ranks; alone without a group."""
    if group is None:
        return [rows]
    here = torch.tensor([rows], device=device)
    every = [torch.empty_like(here) for _ in range(dist.get_world_size(group))]
    dist.all_gather(every, here, group=group)
    return torch.cat(every).tolist()


def gather(x: Tensor, sizes: list[int], group: dist.ProcessGroup | None) -> Tensor:
    """x[n, ...] of each process -> [N, ...] of all, in the order of ranks; `sizes` are `counts`.

    The gradient of a row is the sum of what every process makes of it, so that gradients of
    parameters, summed over processes, are those of one process with all rows.
    """
    if group is None:
        return x
    if not x.requires_grad:
        return _every(x, sizes, group)
    out = _Gather.apply(x, sizes, group)
    assert isinstance(out, Tensor)
    return out


class _Gather(torch.autograd.Function):
    """Torch's own gathers with gradients change their names between 2.11 and 2.13."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, sizes: list[int], group: dist.ProcessGroup) -> Tensor:
        ctx.sizes, ctx.group = sizes, group
        return _every(x, sizes, group)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        total = grads[0].contiguous().clone()
        dist.all_reduce(total, group=ctx.group)
        return total.split(ctx.sizes)[dist.get_rank(ctx.group)], None, None


def _every(x: Tensor, sizes: list[int], group: dist.ProcessGroup) -> Tensor:
    """Each process sends as many rows as the fullest one has, and what fills up is cut off."""
    sent = x.new_zeros((max(sizes), *x.shape[1:]))
    sent[: len(x)] = x.detach()
    every = [torch.empty_like(sent) for _ in sizes]
    dist.all_gather(every, sent, group=group)
    return torch.cat([rows[:size] for rows, size in zip(every, sizes, strict=True)])
