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
from torch import Tensor, nn
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.checkpoint import checkpoint

from qvl.config import Config, TextConfig, VisionConfig
from qvl.model import attention
from qvl.model.qwen import QwenVL
from qvl.sample import Batch
from qvl.train.cluster.activations import activations
from qvl.train.cluster.layout import Layout
from qvl.train.cluster.memory import BF16, FP32, Numbers, peak, states
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.traffic import sharding
from qvl.train.parallel import World

ROOT = Path(__file__).resolve().parents[1]
SMALL = Config(
    VisionConfig(4, 64, 172, 4, 128, fullatt_block_indexes=(1, 3)),
    TextConfig(128, 4, 4, 2, 344, 512, mrope_section=(4, 6, 6), tie_word_embeddings=True),
)
GRID, TEXT, ROWS = (1, 24, 24), 496, 4  # a picture, tokens of text beside it, labelled rows
STATES = ("parameters", "gradients", "optimiser")
ALL = frozenset({"tower", "merger", "llm"})
CASES = (
    ("all", ALL, "none", FP32),
    ("all", ALL, "full", FP32),
    ("all, bf16", ALL, "none", BF16),
    ("decoder and merger, bf16", ALL - {"tower"}, "none", BF16),
    ("tower and merger, bf16", ALL - {"llm"}, "full", BF16),
)


class Watch(TorchDispatchMode):
    """Storages that live, by weak reference, and the bytes of collectives by their operator."""

    def __init__(self) -> None:
        super().__init__()
        self.storages: dict[int, Any] = {}
        self.sent: Counter[str] = Counter()
        self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        name = func.name()
        if name in ("c10d::_allgather_base_", "c10d::_reduce_scatter_base_"):
            whole = args[0] if "gather" in name else args[1]
            self.sent[name] += whole.numel() * whole.element_size()
        for x in tree_leaves(out):
            if type(x) is Tensor:
                storage = x.untyped_storage()
                self.storages[storage._cdata] = weakref.ref(storage)
        self.peak = max(self.peak, self.live())
        return out

    def live(self) -> int:
        found = (ref() for ref in self.storages.values())
        return sum(storage.nbytes() for storage in found if storage is not None)


class Last(nn.Module):
    """A loss on few rows, so that logits weigh nothing; the root of what is sharded."""

    def __init__(self, model: QwenVL) -> None:
        super().__init__()
        self.model = model

    def forward(self, batch: Batch) -> Tensor:
        logits = self.model.lm_head(self.model(batch)[-ROWS:])
        return F.cross_entropy(logits.float(), batch.labels[-ROWS:], reduction="sum")


def batch_of() -> Batch:
    """Two equal samples: segments of one length need no reordering, as on a card."""
    units = GRID[1] * GRID[2] // 4
    tokens = units + TEXT
    rows = torch.cat([torch.arange(units), torch.arange(units) + tokens])
    return Batch(
        input_ids=torch.randint(0, 512, (2 * tokens,)),
        labels=torch.randint(0, 512, (2 * tokens,)),
        position_ids=torch.arange(tokens).repeat(2).expand(3, -1).contiguous(),
        pixel_values=tuple(torch.zeros(4 * units, 588, dtype=torch.uint8) for _ in range(2)),
        grid_thw=(GRID, GRID),
        vision_rows=rows,
        lengths=(tokens, tokens),
    )


def built(learns: frozenset[str], policy: str, numbers: Numbers) -> Last:
    """The model in the units that the plan counts: layers, the tower, the root."""
    torch.manual_seed(0)
    model = QwenVL(SMALL)
    model.visual.requires_grad_("tower" in learns)
    model.visual.merger.requires_grad_("merger" in learns)
    model.model.requires_grad_("llm" in learns)
    blocks: list[Any] = list(model.model.layers)
    if policy == "full":
        for block in [*blocks, *model.visual.blocks]:
            plain = block.forward
            block.forward = lambda *x, f=plain: checkpoint(f, *x, use_reentrant=False)
    kind = torch.bfloat16 if numbers.compute == 2 else torch.float32
    mixed = MixedPrecisionPolicy(param_dtype=kind, reduce_dtype=torch.float32)
    root = Last(model)
    for unit in [*blocks, model.visual]:
        fully_shard(unit, mp_policy=mixed)
    fully_shard(root, mp_policy=mixed)
    return root


def measured(learns: frozenset[str], policy: str, numbers: Numbers) -> dict[str, float]:
    """What this rank holds and sends in the second micro-batch of a step."""
    root, batch = built(learns, policy, numbers), batch_of()
    weights = [p for p in root.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=1e-4)
    for _ in range(2):  # the second micro-batch of a step: gradients are there already
        with Watch() as watch:
            loss = root(batch)
            ahead = watch.live()
            loss.backward()
    optimizer.step()
    moments = [x for each in optimizer.state.values() for x in each.values()]
    held = [*root.parameters(), *(p.grad for p in weights), *moments]
    whole = sum(x.numel() for x in QwenVL(SMALL).model.embed_tokens.parameters())
    whole += SMALL.text.hidden_size  # the norm: what the root leaves gathered
    return {
        "held": sum(_bytes(x) for x in held if isinstance(x, Tensor) and x.ndim),
        "kept": ahead - numbers.compute * whole,
        "peak": watch.peak,
        "gathered": watch.sent["c10d::_allgather_base_"],
        "summed": watch.sent["c10d::_reduce_scatter_base_"],
    }


def _bytes(x: Any) -> int:
    local = x.to_local() if hasattr(x, "to_local") else x
    return local.numel() * local.element_size()


def foretold(learns: frozenset[str], policy: Any, numbers: Numbers) -> dict[str, float]:
    """The same by the plan."""
    layout = Layout(1, 2, 1, 1, policy, policy)
    units = GRID[1] * GRID[2] // 4
    pack = 2 * (units + TEXT)
    stage = Stage("small", learns, pack, pack, layout.data, "mixed")
    most = peak(SMALL, layout, stage, 8 * units, numbers, ROWS)
    most = {name: size for name, size in most.items() if name not in STATES}
    flows = {flow.name: flow.payload for flow in sharding(SMALL, layout, stage, 8, numbers)}
    return {
        "held": sum(states(SMALL, layout, learns).values()),
        "peak": sum(most.values()),
        "kept": sum(activations(SMALL, layout, stage, 8 * units, numbers.compute).values()),
        "gathered": sum(size for name, size in flows.items() if name.startswith("weights")),
        "summed": sum(size for name, size in flows.items() if name.startswith("gradients")),
    }


def rows() -> list[dict[str, Any]]:
    found = []
    for name, learns, policy, numbers in CASES:
        plan, truth = foretold(learns, policy, numbers), measured(learns, policy, numbers)
        found += [
            {"case": f"{name}, {policy}", "what": what, "plan": plan[what], "run": truth[what]}
            for what in plan
        ]
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
    found = rows()
    if not world.rank and json_too:
        print(json.dumps(found))
    elif not world.rank:
        for row in found:
            off = 100 * (row["plan"] / row["run"] - 1) if row["run"] else 0.0
            numbers = f"{row['plan']:14,.0f} {row['run']:14,.0f} {off:+7.2f} %"
            print(f"{row['case']:34} {row['what']:10} {numbers}")
    dist.barrier()
    world.leave()


if __name__ == "__main__":
    main()
