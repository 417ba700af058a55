"""State that survives: what a run needs to go on as if it had never stopped."""

import os
import shutil
from pathlib import Path
from typing import Any

import torch
from torch import nn

KEEP = 2  # newest checkpoints that stay


def save(folder: Path, step: int, objective: nn.Module, optimizer: Any, extra: Any) -> Path:
    """Write `step-N` whole or not at all, then forget all but the newest."""
    final = folder / f"step-{step:08d}"
    draft = folder / f".draft-{step:08d}"
    draft.mkdir(parents=True, exist_ok=True)
    state = {
        "step": step,
        "objective": objective.state_dict(),
        "optimizer": optimizer.state_dict(),
        "extra": extra,
    }
    with open(draft / "state.pt", "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    shutil.rmtree(final, ignore_errors=True)
    draft.rename(final)
    for old in found(folder)[:-KEEP]:
        shutil.rmtree(old)
    return final


def found(folder: Path) -> list[Path]:
    """Whole checkpoints, oldest first."""
    return sorted(p for p in folder.glob("step-*") if (p / "state.pt").is_file())


def newest(folder: Path) -> dict[str, Any]:
    """The newest checkpoint that is whole; FileNotFoundError where there is none."""
    paths = found(folder)
    if not paths:
        raise FileNotFoundError(f"{folder} has no checkpoint; train first")
    return torch.load(paths[-1] / "state.pt", map_location="cpu", weights_only=True)


def restore(folder: Path, objective: nn.Module, optimizer: Any) -> tuple[int, Any] | None:
    """Load the newest checkpoint: its step and what came with it; None where there is none."""
    if not found(folder):
        return None
    state = newest(folder)
    objective.load_state_dict(state["objective"])
    optimizer.load_state_dict(state["optimizer"])
    return state["step"], state["extra"]
