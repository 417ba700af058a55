"""A training run small enough for tests: a tiny model, batches that are a function of the step."""

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.distributed.tensor import DTensor

from qvl.config import TINY
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample
from qvl.tokens import IGNORE
from qvl.train.checkpoint import Checkpoints
from qvl.train.ema import Average
from qvl.train.initial import initialise
from qvl.train.named import State


def batch_of(step: int) -> Batch:
    """Two samples; on even steps of text alone, so the tower learns from the second step on."""
    draw = torch.Generator().manual_seed(step)
    samples = []
    for count in (9, 13):
        ids = torch.randint(0, 200, (count,), generator=draw)
        pixels = torch.randint(0, 256, (8, 588), generator=draw).to(torch.uint8)
        shown = bool(step % 2)
        ids[1:3] = torch.where(torch.tensor(shown), 252, ids[1:3])
        labels = torch.where(torch.arange(count) > 4, ids.roll(-1), IGNORE)
        positions = torch.arange(count).expand(3, -1)
        rows = torch.tensor([1, 2] if shown else [], dtype=torch.long)
        seen = ((pixels,), ((1, 2, 4),)) if shown else ((), ())
        samples.append(Sample(ids, labels, positions, *seen, rows))
    return Batch.of(samples)


class Loss(nn.Module):
    """Mean cross-entropy over batches; it owns the model, as every objective does."""

    def __init__(self, model: QwenVL) -> None:
        super().__init__()
        self.model = model

    def forward(self, batches: Sequence[Batch]) -> torch.Tensor:
        losses = [
            F.cross_entropy(
                self.model.lm_head(self.model(batch)), batch.labels, ignore_index=IGNORE
            )
            for batch in batches
        ]
        return torch.stack(losses).mean()


def fresh(seed: int = 0) -> State:
    model = QwenVL(TINY)
    initialise(model, seed)
    return over(Loss(model))


def over(objective: nn.Module) -> State:
    """An optimiser and an average of what is there, which may be sharded already."""
    plain = [p for p in objective.parameters() if p.ndim < 2]
    matrices = [p for p in objective.parameters() if p.ndim > 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=2e-3, betas=(0.9, 0.98), fused=True)
    return State(objective, optimizer, Average(objective, 0.9))


def tensors(state: State) -> list[torch.Tensor]:
    """Everything that was learnt, remembered and averaged, each shard made whole."""
    kept = state.optimizer.state_dict()["state"]
    memory = [x for i in sorted(kept) for _, x in sorted(kept[i].items())]
    held = [*state.objective.parameters(), *memory, *state.ema.weights.values()]
    return [(x.full_tensor() if isinstance(x, DTensor) else x).detach().clone() for x in held]


def learn(state: State, batches: Sequence[Batch]) -> float:
    """One step; the loss before it."""
    state.optimizer.zero_grad(set_to_none=True)
    loss = state.objective(batches)
    loss.backward()
    state.optimizer.step()
    state.ema.update(state.objective)
    return loss.item()


def run(folder: Path, steps: int) -> None:
    """Train in `folder`, going on where it stopped; each loss, to the bit, is a line of `log`."""
    torch.set_num_threads(1)
    state, checkpoints = fresh(), Checkpoints(folder)
    start, _ = checkpoints.restore(state) or (0, {})
    for step in range(start, steps):
        loss = learn(state, [batch_of(step)])
        with open(folder / "log", "a") as file:
            file.write(f"{step} {loss.hex()}\n")
        checkpoints.save(step + 1, state, {"note": step})
    checkpoints.close()
    torch.save(tensors(state), folder / "weights.pt")
