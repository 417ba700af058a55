"""The optimiser and its rate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Rates:
    """A rise over `warmup` steps, a plateau, then a fall over the last `decay` of `steps`."""

    peak: float
    warmup: int
    steps: int
    decay: float = 0.3  # share of the steps
    floor: float = 0.05  # share of the peak that is left at the end

    def at(self, step: int) -> float:
        """The learning rate of this step, counted from 0."""
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        left = max(self.steps - step, 0) / max(self.steps * self.decay, 1)
        if left >= 1:
            return self.peak
        share = 0.5 - 0.5 * math.cos(math.pi * left)
        return self.peak * (self.floor + (1 - self.floor) * share)


def adamw(modules: Sequence[nn.Module], weight_decay: float = 0.05) -> torch.optim.AdamW:
    """AdamW over everything that learns; norms, biases and embeddings do not decay."""
    decay, plain, seen = [], [], set()
    for module in modules:
        for name, parameter in module.named_parameters():
            if not parameter.requires_grad or id(parameter) in seen:
                continue
            seen.add(id(parameter))
            matrix = parameter.ndim > 1 and "embed_tokens" not in name and "lm_head" not in name
            (decay if matrix else plain).append(parameter)
    groups = [
        {"params": decay, "weight_decay": weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), eps=1e-8, fused=True)
