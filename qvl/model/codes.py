"""A weight as small whole numbers, with a scale and a zero point for each group of its inputs.

N outputs, D inputs, G inputs a group.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

LEAST = 2.0**-24  # the smallest scale that float16 holds, of groups that are nothing but zeros


@dataclass(frozen=True)
class Codes:
    """weight[n, d] = (whole[n, d] - zeros[n, g]) * scales[n, g], g the group of input d."""

    whole: Tensor  # uint8[N, D]
    zeros: Tensor  # uint8[N, D/G]
    scales: Tensor  # [N, D/G]
    group_of: Tensor | None = None  # int64[D], where a group is no run of neighbours

    @property
    def group(self) -> int:
        """G."""
        return self.whole.shape[1] // self.scales.shape[1]

    def weight(self) -> Tensor:
        """float32[N, D], exact."""
        if self.group_of is not None:
            zeros, scales = self.zeros[:, self.group_of], self.scales[:, self.group_of]
            return (self.whole.float() - zeros) * scales
        by_group = self.whole.unflatten(1, (-1, self.group)).float()
        return ((by_group - self.zeros[..., None]) * self.scales[..., None]).flatten(1)


def nearest(weight: Tensor, group: int, kind: torch.dtype) -> Codes:
    """Codes from 0 to 15 whose weights are nearest to weight[N, D], with scales of type `kind`.

    A group's codes span its values and nought, which has a code of its own. ValueError where
    `group` does not divide D or a value is no finite number.
    """
    if weight.shape[1] % group:
        raise ValueError(f"a row of {weight.shape[1]} weights has no whole groups of {group}")
    x = weight.detach().float().unflatten(1, (-1, group))
    least, most = x.amin(-1).clamp(max=0), x.amax(-1).clamp(min=0)
    scales = ((most - least) / 15).clamp(min=LEAST).to(kind)
    if not bool(torch.isfinite(scales).all()):
        raise ValueError("weights that are no finite numbers have no codes; fetch them again")
    step = scales.float()
    zeros = (-least / step).round().clamp(0, 15)
    whole = (x / step[..., None]).round_().add_(zeros[..., None]).clamp_(0, 15)
    return Codes(whole.flatten(1).to(torch.uint8), zeros.to(torch.uint8), scales)
