"""One norm over all gradients, however they are spread."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor


def clip(parameters: Iterable[Tensor], most: float) -> Tensor:
    """Scale gradients to a norm of `most` where theirs is larger; -> their norm before, a scalar.

    Shards of one mesh of processes make one norm together, and those of all meshes the norm that
    one process would find: every rank scales alike.
    """
    by_mesh: dict[object, list[Tensor]] = {}
    for parameter in parameters:
        if parameter.grad is not None:
            mesh = parameter.grad.device_mesh if isinstance(parameter.grad, DTensor) else None
            by_mesh.setdefault(mesh, []).append(parameter)
    if not by_mesh:
        return torch.zeros(())
    norms = [
        nn.utils.get_total_norm([p.grad for p in each if p.grad is not None])
        for each in by_mesh.values()
    ]
    whole = [x.full_tensor() if isinstance(x, DTensor) else x for x in norms]
    norm = torch.linalg.vector_norm(torch.stack(whole)) if len(whole) > 1 else whole[0]
    for each in by_mesh.values():
        nn.utils.clip_grads_with_norm_(each, most, norm)
    return norm
