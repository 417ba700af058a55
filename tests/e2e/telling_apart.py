"""A program of several processes, each with pairs of its own, which are told apart among all.

`telling_apart.py OUT` writes the figures and gradients that the first process found.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from pairs import objective, pair

from qvl.train import contrast
from qvl.train.contrast import Sigmoid, Softmax
from qvl.train.meshes import Parallel
from qvl.train.optim import Rates, adamw
from qvl.train.pairs import PairBatch
from qvl.train.parallel import ALONE, World, parallelise
from qvl.train.supervised import steps

# pictures and the captions they have; two captions come twice, on different ranks
PAIRS = [pair(i) for i in range(7)] + [pair(7, words=0), pair(8), pair(9, words=1)]
ENDS = {1: (10,), 2: (6, 10), 4: (1, 6, 7, 10)}  # of each rank's pairs: no two ranks have as many
SEVERAL = (Sigmoid, Softmax)


def every_way(world: World = ALONE) -> Iterator[tuple[str, dict[str, float], dict[str, Tensor]]]:
    """Name, figures and gradients of a step: in copies and, of several processes, in shards."""
    ends = (0, *ENDS[world.size])
    batch = PairBatch.of(PAIRS[ends[world.rank] : ends[world.rank + 1]])
    for kind in SEVERAL:
        yield f"{kind.__name__}, copies", *_step(objective(kind, world), batch, world)
        if world.size > 1:
            made = objective(kind)
            made.world = parallelise(made, Parallel(dp_shard=world.size), world)
            yield f"{kind.__name__}, shards", *_step(made, batch, made.world)


def _step(made: Any, batch: PairBatch, world: World) -> tuple[dict[str, float], dict[str, Tensor]]:
    (done,) = steps(made, adamw([made]), Rates(1e-3, 1, 1), lambda _: [batch], world=world)
    grads = {n: p.grad for n, p in made.named_parameters() if p.grad is not None}
    return done.figures, {
        n: x.full_tensor() if isinstance(x, DTensor) else x for n, x in grads.items()
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    contrast.CHUNK = 3  # blocks that span ranks and fall short
    world = World.join("cpu")
    found = {name: (figures, grads) for name, figures, grads in every_way(world)}
    if not world.rank:
        torch.save(found, sys.argv[1])
    world.leave()
