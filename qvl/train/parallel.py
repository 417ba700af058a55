"""Several processes, one model: what each learns from its own batches is added up."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar, cast

import torch
import torch.distributed as dist
import torch.distributed.nn
from torch import Tensor

X = TypeVar("X")


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
        dist.init_process_group("gloo" if device == "cpu" else "nccl")
        return cls(dist.get_rank(), dist.get_world_size())

    def sum(self, tensors: Sequence[Tensor]) -> None:
        """Replace tensors by their sums over all processes, in place."""
        if self.size == 1:
            return
        for dtype in dict.fromkeys(x.dtype for x in tensors):
            alike = [x for x in tensors if x.dtype == dtype]
            flat = torch.cat([x.reshape(-1) for x in alike])
            dist.all_reduce(flat)
            for x, total in zip(alike, flat.split([x.numel() for x in alike]), strict=True):
                x.copy_(total.view_as(x))

    def gathered(self, here: X) -> list[X]:
        """What every process has here, in the order of their ranks; plain data, not tensors."""
        if self.size == 1:
            return [here]
        found: list[object] = [None] * self.size
        dist.all_gather_object(found, here)
        return cast(list[X], found)

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
