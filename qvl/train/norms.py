"""How large the gradients of each part of the model are."""

import math

from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from qvl.model.parts import by_part
from qvl.model.qwen import QwenVL


def part_norms(model: QwenVL, norm: float) -> dict[str, float]:
    """Norms by part after a step, scaled so that together they make `norm`, that before clipping.

    Every rank of a sharded model asks for them. Parts that rest are left out, and all of them
    where a gradient is no number.
    """
    found = {}
    for part, parameters in by_part(model).items():
        kinds: dict[bool, list[Tensor]] = {}
        for each in parameters.values():
            if each.grad is not None:
                kinds.setdefault(isinstance(each.grad, DTensor), []).append(each.grad)
        if kinds:
            found[part] = math.hypot(*(_whole(grads) for grads in kinds.values()))
    all_of_it = math.hypot(*found.values())
    if not (all_of_it > 0 and math.isfinite(all_of_it)):
        return {}
    return {part: each * norm / all_of_it for part, each in found.items()}


def _whole(gradients: list[Tensor]) -> float:
    norm = nn.utils.get_total_norm(gradients)
    return float(norm.full_tensor() if isinstance(norm, DTensor) else norm)
