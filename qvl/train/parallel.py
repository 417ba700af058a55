"""Several processes, one model: what each learns from its own batch is averaged."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import torch
import torch.distributed as dist
import torch.distributed.nn
from torch import Tensor

PATIENCE = timedelta(seconds=50)  # with one that is silent; a dead one is noticed at once


@dataclass(frozen=True)
class World:
    """This process among `size` of them, which `torchrun` started; alone without it."""

    rank: int = 0
    size: int = 1

    @classmethod
    def join(cls, device: str) -> Self:
        """Meet the other processes, over gloo on a CPU and NCCL on GPUs."""
        if "RANK" not in os.environ:
            return cls()
        # torch.distributed.nn is imported first: later, its default arguments would hold the
        # group, whose threads could then meet the interpreter's end and abort the process.
        backend, patience = ("gloo", PATIENCE) if device == "cpu" else ("nccl", None)
        dist.init_process_group(backend, timeout=patience)
        return cls(dist.get_rank(), dist.get_world_size())

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace tensors of one type by their mean over all processes, in place."""
        if self.size == 1 or not tensors:
            return
        flat = torch.cat([x.reshape(-1) for x in tensors])
        dist.all_reduce(flat)
        flat /= self.size
        for x, mean in zip(tensors, flat.split([x.numel() for x in tensors]), strict=True):
            x.copy_(mean.view_as(x))

    def any(self, here: bool) -> bool:
        """Whether it is so in any process."""
        if self.size == 1:
            return here
        flag = torch.tensor([float(here)])
        dist.all_reduce(flag)
        return bool(flag > 0)

    def leave(self) -> None:
        """Part from the others; the group's threads have ended when it returns."""
        if self.size > 1:
            dist.destroy_process_group()


ALONE = World()
