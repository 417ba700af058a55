"""The earlier layout of checkpoints: one `state.pt` a step, of a run that was not sharded.

It is read, so that such a run can go on; what is saved next has the layout of `stored`.
"""

from pathlib import Path
from typing import Any

import torch
from torch.distributed.tensor import DTensor

from qvl.train.named import State

FILE = "state.pt"


def holds(path: Path) -> bool:
    return (path / FILE).is_file()


def load(path: Path) -> dict[str, Any]:
    """{"step", "objective", "optimizer", "extra"} on the CPU."""
    return torch.load(path / FILE, map_location="cpu", weights_only=True)


def restore(path: Path, state: State) -> Any:
    """Load everything and give what came with it; of an average the weights are the start."""
    if any(isinstance(p, DTensor) for p in state.objective.parameters()):
        raise ValueError(
            f"{path} has the earlier layout, which knows no shards; go on from it in one process "
            "once, and shard what that saves"
        )
    held = load(path)
    state.objective.load_state_dict(held["objective"])
    state.optimizer.load_state_dict(held["optimizer"])
    if state.ema is not None:
        own = dict(state.objective.named_parameters())
        for name, mean in state.ema.state_dict()["weights"].items():
            mean.copy_(own[name].detach())
    return held["extra"]
