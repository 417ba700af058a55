"""Plan against truth: two processes train a small model, sharded, and count what they hold.

    python benchmarks/plan.py

Each line gives what the plan foretells and what the first rank measured: bytes that stay from step
to step, bytes that the forward pass leaves for the backward one, bytes gathered and summed.
"""

import argparse
import json
import os
import subprocess
import sys
import weakref
from collections import Counter
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from qvl.config import Config, TextConfig, VisionConfig
from qvl.model import attention
from qvl.model.parts import freeze
from qvl.model.qwen import QwenVL
from qvl.sample import Batch
from qvl.train.cluster.activations import activations
from qvl.train.cluster.layout import compute, data, together
from qvl.train.cluster.memory import peak
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.traffic import heads, sharding
from qvl.train.cluster.units import PARTS, units
from qvl.train.cluster.work import Work
from qvl.train.meshes import Parallel
from qvl.train.objective import NextToken
from qvl.train.parallel import World, parallelise

ROOT = Path(__file__).resolve().parents[1]
SMALL = Config(
    VisionConfig(4, 64, 172, 4, 128, fullatt_block_indexes=(1, 3)),
    TextConfig(128, 4, 4, 2, 344, 512, mrope_section=(4, 6, 6), tie_word_embeddings=True),
)
GRID, TEXT, ROWS = (1, 24, 24), 496, 4  # a picture, tokens of text beside it, labelled rows
UNITS = GRID[1] * GRID[2] // 4  # tokens of a picture
STATES = ("parameters", "gradients", "optimiser")
FULL: Any = {"checkpointing": "full", "tower_checkpointing": "full"}
SAVED: Any = {"checkpointing": "selective", "tower_checkpointing": "selective"}
HALF: Any = {"param_dtype": "bfloat16"}
CASES = (
    ("all learn", PARTS, Parallel(dp_shard=2)),
    ("all learn, bfloat16", PARTS, Parallel(dp_shard=2, **HALF)),
    ("selective, bfloat16", PARTS, Parallel(dp_shard=2, **HALF, **SAVED)),
    ("full", PARTS, Parallel(dp_shard=2, **FULL)),
    ("tower frozen, bfloat16", PARTS - {"tower"}, Parallel(dp_shard=2, **HALF)),
    ("decoder frozen, full, bfloat16", PARTS - {"llm"}, Parallel(dp_shard=2, **HALF, **FULL)),
    ("tp", PARTS, Parallel(tp=2)),
    ("tp, selective", PARTS, Parallel(tp=2, **SAVED)),
    ("tp, full", PARTS, Parallel(tp=2, **FULL)),
    ("cp", PARTS, Parallel(cp=2)),
    ("cp, selective", PARTS, Parallel(cp=2, **SAVED)),
    ("cp, full", PARTS, Parallel(cp=2, **FULL)),
    ("cp, decoder frozen, full", PARTS - {"llm"}, Parallel(cp=2, **FULL)),
)
KINDS = {
    "c10d::_allgather_base_": ("all-gather", 0),  # the argument that holds the whole
    "c10d::_reduce_scatter_base_": ("reduce-scatter", 1),
    "c10d::alltoall_base_": ("all-to-all", 0),
    "_c10d_functional::all_reduce": ("all-reduce", 0),
    "_c10d_functional::all_gather_into_tensor": ("all-gather", None),  # its result
}


class Watch(TorchDispatchMode):
    """Storages that live, by weak reference, and the bytes of collectives by their operator."""

    def __init__(self) -> None:
        super().__init__()
        self.storages: dict[int, Any] = {}
        self.sent: Counter[str] = Counter()
        self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if (found := KINDS.get(func.name().split(".")[0])) is not None:
            kind, place = found
            whole = out if place is None else args[place]
            self.sent[kind] += whole.numel() * whole.element_size()
        for x in tree_leaves(out):
            x = getattr(x, "_local_tensor", x)  # of a DTensor
            if type(x) is Tensor:
                storage = x.untyped_storage()
                self.storages[storage._cdata] = weakref.ref(storage)
        self.peak = max(self.peak, self.live())
        return out

    def live(self) -> int:
        found = (ref() for ref in self.storages.values())
        return sum(storage.nbytes() for storage in found if storage is not None)


class Last(NextToken):
    """A loss on few rows, so that logits weigh nothing."""

    def forward(self, batch: Batch, total: float = 1.0) -> tuple[Tensor, dict[str, Tensor]]:
        logits = self.model.lm_head(self.model(batch)[-ROWS:]).float()
        loss = F.cross_entropy(logits, batch.labels[-ROWS:], reduction="sum") / total
        return loss, {"loss": torch.stack([loss.detach(), torch.ones(())])}


def batch_of() -> Batch:
    """Two equal samples: segments of one length need no reordering, as on a card."""
    tokens = UNITS + TEXT
    return Batch(
        input_ids=torch.randint(0, 512, (2 * tokens,)),
        labels=torch.randint(0, 512, (2 * tokens,)),
        position_ids=torch.arange(tokens).repeat(2).expand(3, -1).contiguous(),
        pixel_values=tuple(torch.zeros(4 * UNITS, 588, dtype=torch.uint8) for _ in range(2)),
        grid_thw=(GRID, GRID),
        vision_rows=torch.cat([torch.arange(UNITS), torch.arange(UNITS) + tokens]),
        lengths=(tokens, tokens),
    )


def measured(learns: frozenset[str], layout: Parallel, world: World) -> dict[str, float]:
    """What this rank holds and sends in the second micro-batch of a step."""
    torch.manual_seed(0)
    model, batch = QwenVL(SMALL), batch_of()
    freeze(model, learns)
    objective = Last(model)
    parallelise(objective, layout, world)
    weights = [p for p in objective.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=1e-4)
    objective(batch, 1.0)[0].backward()
    with Watch() as watch:
        loss, _ = objective(batch, 1.0)
        ahead = watch.live()
        loss.backward()
    optimizer.step()
    moments = [x for each in optimizer.state.values() for x in each.values() if x.ndim]
    held = [*objective.parameters(), *(p.grad for p in weights), *moments]
    root = sum(unit.padded(layout) for unit in units(SMALL) if unit.kind == "root")
    found = {
        "held": sum(map(_bytes, held)),
        "kept": ahead - compute(layout) * root,  # what the root leaves gathered
        "peak": watch.peak,
    }
    return {**found, **watch.sent}


def _bytes(x: Any) -> int:
    local = x.to_local() if hasattr(x, "to_local") else x
    return local.numel() * local.element_size()


def foretold(learns: frozenset[str], layout: Parallel) -> dict[str, float]:
    """The same by the plan."""
    pack, patches = 2 * (UNITS + TEXT), 8 * UNITS
    own = patches // together(layout)
    stage = Stage("small", learns, pack, pack, data(layout), "mixed")
    most = peak(SMALL, layout, stage, own, ROWS)
    done = Work(pack, patches, own, own, 0, 0, 0, 0, ROWS * layout.cp, 1.0)
    found = {
        "held": sum(most[name] for name in STATES),
        "kept": sum(activations(SMALL, layout, stage, own).values()) + most["pixels"],
        "peak": sum(size for name, size in most.items() if name not in STATES),
    }
    flows = [*sharding(SMALL, layout, stage, 8), *heads(SMALL, layout, stage, 8, done)]
    for flow in flows:
        found[flow.kind] = found.get(flow.kind, 0) + flow.payload
    return found


def rows(world: World) -> list[dict[str, Any]]:
    found = []
    for name, learns, layout in CASES:
        plan, truth = foretold(learns, layout), measured(learns, layout, world)
        for what in sorted(plan.keys() | truth.keys()):
            row = {"plan": plan.get(what, 0), "run": truth.get(what, 0)}
            found.append({"case": name, "what": what, **row})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    json_too = parser.parse_args().json
    if "RANK" not in os.environ:
        launch = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command = [*launch, "--nproc-per-node", "2", __file__, *sys.argv[1:]]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        sys.exit(subprocess.run(command, env=os.environ | {"PYTHONPATH": path}).returncode)
    torch.set_num_threads(1)
    attention.SHORT = 0  # the fused kernel for every segment, as on a card
    world = World.join("cpu")
    found = rows(world)
    if not world.rank and json_too:
        print(json.dumps(found))
    elif not world.rank:
        for row in found:
            off = 100 * (row["plan"] / row["run"] - 1) if row["run"] else 0.0
            numbers = f"{row['plan']:14,.0f} {row['run']:14,.0f} {off:+7.2f} %"
            print(f"{row['case']:34} {row['what']:14} {numbers}")
    dist.barrier()
    world.leave()


if __name__ == "__main__":
    main()
