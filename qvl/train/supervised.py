"""The loop: one step a batch, in the order of a plan that is a function of the step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import nn

from qvl.train.optim import Rates
from qvl.train.parallel import ALONE, World

B = TypeVar("B")


@dataclass(frozen=True)
class Done:
    """What one step did."""

    step: int  # counted from 1
    figures: dict[str, float]  # of the objective
    rate: float
    grad_norm: float  # before it was clipped to 1
    skipped: bool  # a loss or gradient that is no number changes no weight


def steps(
    objective: nn.Module,
    optimizer: torch.optim.Optimizer,
    rates: Rates,
    batch_of: Callable[[int], Any],
    start: int = 0,
    half: torch.dtype | None = None,
    world: World = ALONE,
) -> Iterator[Done]:
    """Train from step `start` to `rates.steps`; a caller that stops asking stops the run.

    `batch_of(step)` alone decides what step sees, so a run resumed from a step number goes on
    exactly as the uninterrupted one. With `half` matrix products are taken in that type; weights,
    residuals and losses stay as they are. In a `world` of several processes `batch_of` gives each
    its own batch; gradients and figures are means over all.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for step in range(start, rates.steps):
        rate = rates.at(step)
        for group in optimizer.param_groups:
            group["lr"] = rate
        objective.train()
        optimizer.zero_grad(set_to_none=True)
        batch = batch_of(step)
        with torch.autocast(parameters[0].device.type, half, enabled=half is not None):
            loss, figures = objective(batch)
        loss.backward()
        world.average([p.grad for p in parameters if p.grad is not None])
        norm = nn.utils.clip_grad_norm_(parameters, 1.0)
        fine = bool(torch.isfinite(norm))
        if fine:
            optimizer.step()
        told = torch.stack([value.float().reshape(()) for value in figures.values()])
        world.average([told])
        values = dict(zip(figures, told.tolist(), strict=True))
        yield Done(step + 1, values, rate, float(norm), not fine)
