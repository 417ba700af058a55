"""How many processes share what, and the groups of processes that this makes.

R replicas of S shards of C pieces of the stream by T slices of the heads; the rank of (r, s, c, t)
is ((r * S + s) * C + c) * T + t. Ranks that differ in c and t alone read the same batch.
"""

from dataclasses import dataclass
from typing import Literal, Self, get_args

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh

from qvl.config import TextConfig

Recompute = Literal["none", "selective", "full"]
Kind = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class Parallel:
    """How a run is spread; the first four multiply to the number of processes."""

    dp_replicate: int = 1  # groups of ranks that hold all parameters each
    dp_shard: int = 1  # ranks of such a group, with data of their own
    cp: int = 1  # ranks that cut the tokens of one batch among them
    tp: int = 1  # ranks that cut the heads and the widths of the decoder among them
    checkpointing: Recompute = "none"  # what the backward pass of a decoder layer computes again
    tower_checkpointing: Recompute = "none"  # and of a block of the vision tower
    compile: bool = False
    param_dtype: Kind = "float32"  # of products; what the optimiser holds stays as it is
    reduce_dtype: Kind = "float32"  # in which gradients of ranks are added up

    def __post_init__(self) -> None:
        for name in ("dp_replicate", "dp_shard", "cp", "tp"):
            if getattr(self, name) < 1:
                raise ValueError(f"parallel.{name} is {getattr(self, name)}; it starts at 1")
        for name, known in (("checkpointing", Recompute), ("tower_checkpointing", Recompute)):
            self._check(name, get_args(known))
        for name in ("param_dtype", "reduce_dtype"):
            self._check(name, get_args(Kind))

    def _check(self, name: str, known: tuple[str, ...]) -> None:
        if getattr(self, name) not in known:
            told = f"parallel.{name} is {getattr(self, name)!r}"
            raise ValueError(f"{told}; take one of {', '.join(known)}")

    @property
    def size(self) -> int:
        """The number of processes."""
        return self.dp_replicate * self.dp_shard * self.cp * self.tp

    @property
    def half(self) -> torch.dtype | None:
        """The type in which the loop takes products: none where shards are cast as they are met."""
        alone = self.size == 1 and self.param_dtype != "float32"
        return getattr(torch, self.param_dtype) if alone else None

    def fit(self, size: int, text: TextConfig) -> None:
        """ValueError unless there are `size` processes and the decoder's heads can be dealt."""
        if self.size != size:
            product = f"{self.dp_replicate} x {self.dp_shard} x {self.cp} x {self.tp}"
            raise ValueError(
                f"parallel: dp_replicate x dp_shard x cp x tp = {product} = {self.size}, but there "
                f"are {size} processes; let torchrun start {self.size}, or change one of them"
            )
        for name in ("num_attention_heads", "num_key_value_heads", "intermediate_size"):
            if getattr(text, name) % self.tp:
                raise ValueError(
                    f"parallel.tp is {self.tp}, but {name} is {getattr(text, name)}; take a tp "
                    f"that divides it, and more of dp_shard or cp"
                )
        heads, keys = text.num_attention_heads // self.tp, text.num_key_value_heads // self.tp
        if heads % self.cp or (keys % self.cp and self.cp % keys):
            raise ValueError(
                f"parallel.cp is {self.cp}, but a rank of tp has {heads} query and {keys} key "
                f"heads; take a cp that divides {heads}, and divides or is a multiple of {keys}"
            )


@dataclass(frozen=True)
class Meshes:
    """The groups that this process is in."""

    decoder: DeviceMesh  # over which decoder and objective are sharded
    tower: DeviceMesh  # over which the tower is: ranks of tp hold shards of it, too
    heads: DeviceMesh  # the T slices
    data: dist.ProcessGroup  # one of each batch
    same: dist.ProcessGroup  # the C x T ranks that read the same batch
    pieces: dist.ProcessGroup  # the C pieces

    @classmethod
    def of(cls, settings: Parallel, device: str) -> Self:
        """Made alike in every process; `device` is "cpu" or "cuda"."""
        many, shards, c, t = settings.dp_replicate, settings.dp_shard, settings.cp, settings.tp
        names = ("replicate", "shard", "heads")
        model = init_device_mesh(device, (many, shards * c, t), mesh_dim_names=names)
        tower = init_device_mesh(device, (many, shards * c * t), mesh_dim_names=names[:2])
        data = init_device_mesh(device, (many * shards, c * t), mesh_dim_names=("data", "same"))
        pieces = init_device_mesh(device, (many * shards, c, t), mesh_dim_names=("data", "c", "t"))
        over = ("replicate", "shard") if many > 1 else "shard"
        return cls(
            model[over],
            tower[over],
            model["heads"],
            data.get_group("data"),
            data.get_group("same"),
            pieces.get_group("c"),
        )
