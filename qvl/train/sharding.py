"""Parameters, gradients and states of the optimiser in shards, gathered block by block (FSDP2)."""

import torch
from torch import nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard

from qvl.model.qwen import QwenVL
from qvl.train.meshes import Meshes, Parallel

TOWER_BLOCKS = 8  # gathered together, 0.3 GB of the released tower in bfloat16


def shard(objective: nn.Module, model: QwenVL, settings: Parallel, meshes: Meshes) -> None:
    """Each decoder layer is gathered alone, blocks of the tower a few at a time.

    What remains (embedding, head, last norm, heads of the objective) is one group that stays whole
    from the first use to the last gradient: a head that is tied, or called once a chunk of labels,
    more often on one rank than on another, must not gather anything by itself. Gradients are
    added up, not averaged. Inputs keep their type: rotations stay float32.
    """
    dtypes = (getattr(torch, settings.param_dtype), getattr(torch, settings.reduce_dtype))
    policy = MixedPrecisionPolicy(*dtypes, cast_forward_inputs=False)

    def gather(modules: list[nn.Module], mesh: DeviceMesh) -> None:
        fully_shard(modules, mesh=mesh, mp_policy=policy)

    blocks = list(model.visual.blocks)
    for start in range(0, len(blocks), TOWER_BLOCKS):
        gather(blocks[start : start + TOWER_BLOCKS], meshes.tower)
    gather([model.visual], meshes.tower)
    for layer in model.model.layers:
        gather([layer], meshes.decoder)
    gather([objective], meshes.decoder)
    for module in objective.modules():
        if isinstance(module, FSDPModule):
            module.set_gradient_divide_factor(1.0)
            module.set_force_sum_reduction_for_comms(True)
