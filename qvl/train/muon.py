"""Muon (Keller Jordan, 2024) for the matrices of repeated blocks, AdamW for all the rest."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from qvl.train.optim import Part, grouped


class Together:
    """Several optimisers that step as one."""

    def __init__(self, *members: torch.optim.Optimizer) -> None:
        self.members = members

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        return [group for member in self.members for group in member.param_groups]

    def step(self) -> None:
        for member in self.members:
            member.step()

    def zero_grad(self, set_to_none: bool = True) -> None:
        for member in self.members:
            member.zero_grad(set_to_none)

    def state_dict(self) -> dict[str, Any]:
        return {"members": [member.state_dict() for member in self.members]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """ValueError where the state is that of other optimisers."""
        kept = state.get("members", [])
        if len(kept) != len(self.members):
            told = f"the state is of {len(kept)} optimisers, not of {len(self.members)}"
            raise ValueError(f"{told}: go on with the optimiser that the run began with")
        for member, own in zip(self.members, kept, strict=True):
            member.load_state_dict(own)


def muon(
    modules: Sequence[nn.Module],
    weight_decay: float = 0.05,
    parts: Mapping[str, Part] | None = None,
    momentum: float = 0.95,
) -> Together:
    """Muon for what a list of blocks multiplies by, AdamW for everything else that learns.

    Steps of a matrix are scaled to the size that AdamW's have (arXiv 2502.16982), so both follow
    one rate. ValueError where no matrix of a block learns.
    """
    hidden = _hidden(modules)
    of_muon, of_adamw = [], []
    for group in grouped(modules, weight_decay, parts):
        for matrices, chosen in ((True, of_muon), (False, of_adamw)):
            if own := [p for p in group["params"] if (id(p) in hidden) == matrices]:
                chosen.append({**group, "params": own})
    if not of_muon:
        raise ValueError("no matrix of a block learns, so Muon has nothing to do; take AdamW")
    first = torch.optim.Muon(of_muon, lr=0.0, momentum=momentum, adjust_lr_fn="match_rms_adamw")
    if not of_adamw:
        return Together(first)
    return Together(first, torch.optim.AdamW(of_adamw, lr=0.0, betas=(0.9, 0.98), fused=True))


def _hidden(modules: Sequence[nn.Module]) -> set[int]:
    """Weights of the matrices in lists of blocks, by id; adapters are too narrow to be whitened."""
    lists = [m for top in modules for m in top.modules() if isinstance(m, nn.ModuleList)]
    return {
        id(module.weight)
        for blocks in lists
        for name, module in blocks.named_modules()
        if isinstance(module, nn.Linear) and not name.endswith(("lora_A", "lora_B"))
    }
