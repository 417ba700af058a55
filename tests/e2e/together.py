"""A program of several processes: steps of the loop on micro-batches that they share out.

`together.py OUT` writes what the first process found.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
from spread import sample
from torch import Tensor

from qvl.config import TINY
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample
from qvl.train.initial import initialise
from qvl.train.objective import NextToken, Weighting
from qvl.train.optim import Rates, adamw
from qvl.train.parallel import ALONE, World
from qvl.train.supervised import Done, steps

WEIGHTINGS: tuple[Weighting, ...] = ("token", "sample", "root")
SEEN = [
    [sample(0, 7, ((1, 4, 6),)), sample(1, 15, ((1, 2, 2), (1, 8, 6)))],
    [sample(2, 8, ((3, 4, 4),)), sample(3, 12)],
]
TEXT = [[sample(4, 19)], [sample(5, 3), sample(6, 4, taught=False)]]
UNTAUGHT = [[sample(7, 6, ((1, 4, 4),), taught=False)], [sample(8, 9, taught=False)]]
DEALS = {"no pictures": (SEEN, TEXT), "no labels": (SEEN, UNTAUGHT)}  # of the second of two ranks


def samples(deal: str) -> list[list[Sample]]:
    """The samples of four micro-batches, of two sources and of different weights."""
    named = [
        [replace(each, name=f"{'ab'[i % 2]}/{i}", weight=0.5 + i / 4) for i, each in enumerate(one)]
        for half in DEALS[deal]
        for one in half
    ]
    assert len(named) == 4
    return named


def fresh(weighting: Weighting) -> NextToken:
    model = QwenVL(TINY)
    initialise(model, 0)
    return NextToken(model, weighting)


def step(
    weighting: Weighting, batches: list[Batch], world: World = ALONE
) -> tuple[Done, dict[str, Tensor]]:
    """One step -> what it did, and the gradients that it took."""
    objective = fresh(weighting)
    optimizer = adamw([objective])
    (done,) = steps(objective, optimizer, Rates(1e-3, 1, 1), lambda _: batches, world=world)
    grads = {n: p.grad for n, p in objective.named_parameters() if p.grad is not None}
    return done, grads


def every_step(world: World) -> Iterator[tuple[str, Done, dict[str, Tensor]]]:
    for deal in DEALS:
        batches = [Batch.of(each) for each in samples(deal)]
        each = len(batches) // world.size
        own = batches[world.rank * each : (world.rank + 1) * each]
        for weighting in WEIGHTINGS:
            yield f"{deal}, {weighting}", *step(weighting, own, world)


def refusals(world: World) -> list[str]:
    """What the loop says of steps that it cannot take: every process must hear it."""
    nothing = [Batch.of(each) for each in UNTAUGHT]
    odd = [Batch.of(each) for each in SEEN[: 1 + world.rank]]
    told = []
    for batches in (nothing, odd):
        try:
            step("token", batches, world)
        except ValueError as error:
            told.append(str(error))
    return told


if __name__ == "__main__":
    torch.set_num_threads(1)
    world = World.join("cpu")
    found = {name: (done.figures, grads) for name, done, grads in every_step(world)}
    assert world.any(world.rank == world.size - 1) and not world.any(False)
    told = world.gathered(refusals(world))
    if not world.rank:
        torch.save((found, told), sys.argv[1])
    world.leave()
    tasks = [(task / "comm").read_text() for task in Path("/proc/self/task").iterdir()]
    assert not [name for name in tasks if "gloo" in name], tasks  # they would abort a late exit
