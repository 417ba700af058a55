"""A program of many processes: the same two steps in each way of spreading, and in one process.

Every process also takes the steps alone, on the batches of all. `spread.py CASE...` writes JSON
lines: how far each case was from that.
"""

import faulthandler
import json
import sys
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from qvl.config import TINY, Config, TextConfig
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Grid, Sample
from qvl.tokens import IGNORE
from qvl.train.initial import initialise
from qvl.train.meshes import Parallel
from qvl.train.objective import NextToken
from qvl.train.optim import Rates
from qvl.train.parallel import World, parallelise
from qvl.train.supervised import steps

UNTIED = Config(
    TINY.vision,
    TextConfig(64, 2, 4, 1, 96, 256, mrope_section=(2, 3, 3)),
    image_token_id=TINY.image_token_id,
)


@dataclass(frozen=True)
class Case:
    parallel: Parallel
    config: Config = TINY
    rests: str = ""  # prefix of the parameters that do not learn


CASES = {
    "shard": Case(Parallel(dp_shard=2)),
    "shard-untied": Case(Parallel(dp_shard=2), UNTIED),
    "shard-rest-tower": Case(Parallel(dp_shard=2), rests="visual.blocks"),
    "shard-rest-llm": Case(Parallel(dp_shard=2), rests="model."),
    "shard-again": Case(
        Parallel(dp_shard=2, checkpointing="full", tower_checkpointing="selective")
    ),
    "shard-half": Case(Parallel(dp_shard=2, param_dtype="bfloat16")),
    "replicate": Case(Parallel(dp_replicate=2)),
    "heads": Case(Parallel(tp=2, checkpointing="selective")),
    "heads-rest-tower": Case(Parallel(tp=2), rests="visual.blocks"),
    "cut": Case(Parallel(cp=2)),
    "cut-one-key-head": Case(Parallel(cp=2, checkpointing="full"), UNTIED),
    "cut-rest-llm": Case(Parallel(cp=2), rests="model."),
    "compile": Case(
        Parallel(dp_shard=2, compile=True, checkpointing="full", tower_checkpointing="selective")
    ),
    "compile-heads": Case(Parallel(tp=2, compile=True)),
    "compile-cut": Case(Parallel(cp=2, compile=True)),
    "shard-heads": Case(Parallel(dp_shard=2, tp=2)),
    "replicate-shard": Case(Parallel(dp_replicate=2, dp_shard=2)),
    "replicate-heads": Case(Parallel(dp_replicate=2, tp=2)),
    "replicate-cut": Case(Parallel(dp_replicate=2, cp=2, checkpointing="full")),
    "shard-cut": Case(Parallel(dp_shard=2, cp=2)),
    "cut-heads": Case(Parallel(cp=2, tp=2)),
    "cut-four": Case(Parallel(cp=4, checkpointing="selective")),
}


class Collectives(TorchDispatchMode):
    """Counts what processes do together."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func.namespace in ("c10d", "_c10d_functional"):
            self.counts[str(func)] += 1
        return func(*args, **(kwargs or {}))


def sample(seed: int, text: int, grids: tuple[Grid, ...] = (), taught: bool = True) -> Sample:
    draw = torch.Generator().manual_seed(seed)
    units = sum(t * h * w // 4 for t, h, w in grids)
    ids = torch.randint(0, 200, (units + text,), generator=draw)
    ids[1 : 1 + units] = TINY.image_token_id
    place = torch.arange(len(ids))
    pixels = tuple(
        torch.randint(0, 256, (t * h * w, 1176 if t > 1 else 588), generator=draw)
        for t, h, w in grids
    )
    labels = torch.where((place > units + 1) & taught, ids, IGNORE)
    seen = tuple(x.to(torch.uint8) for x in pixels)
    return Sample(ids, labels, place.expand(3, -1), seen, grids, place[1 : 1 + units])


def micro_batches(step: int) -> list[Batch]:
    """The last two, what one of two ranks reads: one without pictures and labels, one with both."""
    seed = 10 * step
    samples = [
        [sample(seed, 7, ((1, 4, 6),)), sample(seed + 1, 5, ((1, 2, 2), (1, 8, 6)))],
        [sample(seed + 2, 9)],
        [sample(seed + 3, 6, taught=False), sample(seed + 4, 3, taught=False)],
        [sample(seed + 5, 8, ((3, 4, 4),)), sample(seed + 6, 12)],
    ]
    return [Batch.of(each) for each in samples]


def full(x: Tensor) -> Tensor:
    return getattr(x, "full_tensor", lambda: x)().detach().clone()


def run(case: Case, world: World, alone: bool) -> tuple[list[dict[str, Tensor]], dict]:
    """-> by step the loss, the norm and all gradients, then all weights; and the collectives."""
    model = QwenVL(case.config)
    initialise(model, 0)
    generator = torch.Generator().manual_seed(1)
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            nn.init.normal_(parameter, std=0.1, generator=generator)
        parameter.requires_grad_(not (case.rests and name.startswith(case.rests)))
    objective = NextToken(model)
    data = World() if alone else parallelise(objective, case.parallel, world)
    learns = [p for p in objective.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learns, eps=1e-6)
    told, collectives = [], Collectives()

    def batches_of(step: int) -> list[Batch]:
        batches = micro_batches(step)
        each = len(batches) // data.size
        return batches[data.rank * each : (data.rank + 1) * each]

    # what watches operators keeps torch from compiling
    with nullcontext() if case.parallel.compile else collectives:
        rates = Rates(1e-3, 0, 2, decay=0.0)
        for done in steps(objective, optimizer, rates, batches_of, world=data):
            grads = {n: full(p.grad) for n, p in objective.named_parameters() if p.requires_grad}
            figures = {n: torch.tensor(x) for n, x in done.figures.items() if n == "loss"}
            told.append({"norm": torch.tensor(done.grad_norm), **figures, **grads})
        weights = {name: full(p) for name, p in objective.named_parameters()}
    return [*told, weights], dict(collectives.counts)


def off(one: dict[str, Tensor], other: dict[str, Tensor]) -> float:
    """The largest difference of two sets of tensors of the same names."""
    assert one.keys() == other.keys()
    # softmax hardly sees a bias of the keys: its gradient is rounding
    names = [n for n in one if not n.endswith("k_proj.bias")]
    return max(float((one[n] - other[n]).abs().max()) for n in names)


if __name__ == "__main__":
    torch.set_num_threads(1)
    world = World.join("cpu")
    for name in sys.argv[1:]:
        faulthandler.dump_traceback_later(120, exit=True)  # seconds: no case hangs for ever
        want, _ = run(CASES[name], world, alone=True)
        got, counts = run(CASES[name], world, alone=False)
        every: list = [None] * world.size
        dist.all_gather_object(every, counts)
        line = {"case": name, "off": [off(a, b) for a, b in zip(want, got, strict=True)]}
        line["alike"] = all(each == counts for each in every)
        line["norm"] = float(want[0]["norm"])
        if not world.rank:
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
    world.leave()
