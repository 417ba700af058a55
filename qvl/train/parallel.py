"""Several processes, one model: what each learns from its own batches is added up."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self, TypeVar, cast

import torch
import torch.distributed as dist
import torch.distributed.nn
from torch import Tensor, nn

from qvl.model.lora import adapted
from qvl.model.qwen import QwenVL
from qvl.train.context import Cut, cut_stream
from qvl.train.fuse import fuse
from qvl.train.looking import Company, look_together
from qvl.train.meshes import Meshes, Parallel
from qvl.train.objective import NextToken
from qvl.train.recompute import recompute
from qvl.train.sharding import shard
from qvl.train.tensor import slice_heads

X = TypeVar("X")

PATIENCE = timedelta(seconds=50)  # with one that is silent; a dead one is noticed at once
WAIT = timedelta(hours=2)  # for what the first one does alone


@dataclass(frozen=True)
class World:
    """This process among `size` of them, which `torchrun` started; alone without it."""

    rank: int = 0
    size: int = 1
    group: dist.ProcessGroup | None = None  # theirs; None: all processes

    @classmethod
    def join(cls, device: str) -> Self:
        """Meet the other processes, over gloo on a CPU and NCCL on GPUs."""
        if "RANK" not in os.environ:
            return cls()
        if device != "cpu":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        # torch.distributed.nn is imported first: later, its default arguments would hold the
        # group, whose threads could then meet the interpreter's end and abort the process.
        backend, patience = ("gloo", PATIENCE) if device == "cpu" else ("nccl", None)
        dist.init_process_group(backend, timeout=patience)
        return cls(dist.get_rank(), dist.get_world_size())

    def sum(self, tensors: Sequence[Tensor]) -> None:
        """Replace tensors by their sums over all processes, in place."""
        if self.size == 1:
            return
        for dtype in dict.fromkeys(x.dtype for x in tensors):
            alike = [x for x in tensors if x.dtype == dtype]
            flat = torch.cat([x.reshape(-1) for x in alike])
            dist.all_reduce(flat, group=self.group)
            for x, total in zip(alike, flat.split([x.numel() for x in alike]), strict=True):
                x.copy_(total.view_as(x))

    def gathered(self, here: X) -> list[X]:
        """What every process has here, in the order of their ranks; plain data, not tensors."""
        if self.size == 1:
            return [here]
        found: list[object] = [None] * self.size
        dist.all_gather_object(found, here, group=self.group)
        return cast(list[X], found)

    def any(self, here: bool) -> bool:
        """Whether it is so in any process."""
        return any(self.gathered(here))

    def after_first(self, make: Callable[[bool], X]) -> X:
        """make(True) in the first process, then make(False) in the others.

        Of all processes, each of which calls it; for what the first one leaves on a disk.
        """
        if self.size == 1:
            return make(True)
        group = cast(dist.ProcessGroup, dist.new_group(timeout=WAIT, backend="gloo"))
        found = make(True) if not self.rank else None
        dist.barrier(group=group)
        return make(False) if found is None else found

    def leave(self) -> None:
        """Part from the others; the group's threads have ended when it returns."""
        if self.size > 1:
            dist.destroy_process_group()


ALONE = World()


def parallelise(objective: nn.Module, settings: Parallel, world: World) -> World:
    """Make a finished objective run as `settings` say, before the optimiser is made.

    -> this process among those that read batches of their own: its rank says which, and the loop
    adds up over it. Ranks of `cp` and `tp` act as one. What learns must have been chosen before.
    ValueError where the settings fit neither the processes nor the model.
    """
    model = objective.model
    assert isinstance(model, QwenVL)
    settings.fit(world.size, model.cfg.text)
    if settings.cp > 1 and not isinstance(objective, NextToken):
        told = f"parallel.cp is {settings.cp}, but {type(objective).__name__} reads whole samples"
        raise ValueError(f"{told}; set it to 1, and more of dp_shard")
    if settings.tp > 1 and adapted(model):
        raise ValueError("parallel.tp slices no adapters; set it to 1, and more of dp_shard")
    recompute(model.visual.blocks, settings.tower_checkpointing)
    recompute(model.model.layers, settings.checkpointing)
    if settings.compile and not fuse(model):
        raise ValueError("parallel.compile needs a C++ compiler; install g++ or set it to false")
    if world.size == 1:
        return world
    meshes = Meshes.of(settings, "cuda" if dist.get_backend() == "nccl" else "cpu")
    if settings.tp > 1:
        slice_heads(model, meshes.heads)
    same = meshes.same
    look_together(model.visual, Company(same, same.rank(), same.size(), settings.tp))
    if settings.cp > 1:
        cut_stream(objective, Cut(meshes.pieces, meshes.pieces.rank(), settings.cp))
    shard(objective, model, settings, meshes)
    return World(meshes.data.rank(), meshes.data.size(), meshes.data)
