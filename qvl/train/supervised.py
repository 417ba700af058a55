"""The loop: one step a list of micro-batches, which a plan gives as a function of the step."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor

from qvl.train.clip import clip
from qvl.train.objective import Objective
from qvl.train.optim import PartRates, Rates
from qvl.train.parallel import ALONE, World

NORM = 1.0  # gradients of a larger norm are scaled down to it


class Optimizer(Protocol):
    """What the loop asks of an optimiser: torch's own, or several as one."""

    @property
    def param_groups(self) -> list[dict[str, Any]]: ...
    def step(self) -> Any: ...
    def zero_grad(self, set_to_none: bool = True) -> None: ...


@dataclass(frozen=True)
class Done:
    """What one step did."""

    step: int  # counted from 1
    figures: dict[str, float]  # of the objective, over all micro-batches of all processes
    rate: float  # of parts without a curve or a factor of their own
    grad_norm: float  # over all parameters, before it was clipped to NORM
    skipped: bool  # a loss or gradient that is no number changes no weight


def steps(
    objective: Objective,
    optimizer: Optimizer,
    rates: Rates | PartRates,
    batches_of: Callable[[int], Sequence[Any]],
    start: int = 0,
    half: torch.dtype | None = None,
    world: World = ALONE,
) -> Iterator[Done]:
    """Train from step `start` to `rates.steps`; a caller that stops asking stops the run.

    `batches_of(step)` alone decides what step sees, so a run resumed from a step number goes on
    exactly as the uninterrupted one. It gives each process of a `world` micro-batches of its own,
    to all of them equally many; how samples are spread over micro-batches and processes changes
    nothing but rounding. With `half` matrix products are taken in that type; weights, residuals
    and losses stay as they are. ValueError for a step in which nothing counts.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    device = parameters[0].device
    if isinstance(rates, PartRates) and not any(g.get("part") for g in optimizer.param_groups):
        raise ValueError("rates by part, but the optimiser knows no parts; make it with parts={}")
    for step in range(start, rates.steps):
        for group in optimizer.param_groups:
            curve = rates.of(group.get("part", ""))
            group["lr"] = curve.at(step) * group.get("factor", 1.0)
        objective.train()
        optimizer.zero_grad(set_to_none=True)
        batches = batches_of(step)
        total = _total([objective.weight(each) for each in batches], step, world)
        sums: dict[str, Tensor] = {}
        for batch in batches:
            with torch.autocast(device.type, half, enabled=half is not None):
                loss, figures = objective(batch.to(device), total)
            loss.backward()
            sums |= {name: x + sums[name] if name in sums else x for name, x in figures.items()}
        _sum_gradients(parameters, world)
        norm = float(clip(parameters, NORM))
        told = _figures(sums, world)
        fine = math.isfinite(norm) and math.isfinite(told["loss"])
        if fine:
            optimizer.step()
        yield Done(step + 1, told, rates.of("").at(step), norm, not fine)


def _total(weights: Sequence[float], step: int, world: World) -> float:
    """The divisor of the loss, the same in every process, and so is the ValueError."""
    told = world.gathered((len(weights), sum(weights)))
    counts = [count for count, _ in told]
    if len(set(counts)) > 1:
        raise ValueError(f"step {step}: micro-batches by rank {counts}; give each as many")
    total = sum(weight for _, weight in told)
    if not (total > 0 and math.isfinite(total)):
        raise ValueError(
            f"step {step}: the weights of its samples' labels add up to {total}: nothing to learn; "
            f"give it a sample with labels and a weight above 0"
        )
    return total


def _sum_gradients(parameters: Sequence[Tensor], world: World) -> None:
    """Add up over processes what each has learnt; one that did not use a parameter adds nothing.

    Sharded parameters (DTensor) are left alone: their gradients were added up when they were made.
    """
    if world.size == 1:
        return
    whole = [p for p in parameters if not isinstance(p, DTensor)]
    told = world.gathered([p.grad is not None for p in whole])
    used = [any(each) for each in zip(*told, strict=True)]
    for parameter in (p for p, known in zip(whole, used, strict=True) if known):
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    world.sum([p.grad for p in whole if p.grad is not None])


def _figures(sums: dict[str, Tensor], world: World) -> dict[str, float]:
    """Sums and counts of every process -> the quotients; what nobody counted is left out."""
    pairs = torch.stack(list(sums.values())).tolist() if sums else []
    out: dict[str, list[float]] = {}
    for told in world.gathered(dict(zip(sums, pairs, strict=True))):
        for name, (value, count) in told.items():
            kept = out.setdefault(name, [0.0, 0.0])
            kept[0], kept[1] = kept[0] + value, kept[1] + count
    return {name: value / count for name, (value, count) in out.items() if count}
