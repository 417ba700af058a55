"""A running mean of the weights (EMA), which is often better than the last of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


class Average:
    """The mean of all parameters that learn, in float32, over about 1 / (1 - `decay`) steps.

    Young means follow faster: after n updates the decay is at most (1 + n) / (10 + n), so that
    the first weights are soon forgotten.
    """

    def __init__(self, module: nn.Module, decay: float = 0.999) -> None:
        if not 0 <= decay < 1:
            raise ValueError(f"the decay of an average is {decay}; give a number from 0 to below 1")
        self.decay, self.updates = decay, 0
        self.weights = {name: _float(p).clone() for name, p in _learning(module).items()}

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """Take in the weights after a step."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for name, parameter in _learning(module).items():
            self.weights[name].lerp_(_float(parameter), 1 - decay)

    @contextmanager
    @torch.no_grad()
    def inside(self, module: nn.Module) -> Iterator[None]:
        """Let the module have the mean while the block runs: to measure or to export it."""
        own = {name: p.detach().clone() for name, p in _learning(module).items()}
        try:
            _copy(self.weights, module)
            yield
        finally:
            _copy(own, module)

    def state_dict(self) -> dict[str, Any]:
        return {"updates": self.updates, "weights": self.weights}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """ValueError where the state is the mean of other parameters."""
        if other := sorted(self.weights.keys() ^ state["weights"].keys()):
            told = f"the kept average and the model differ in {', '.join(other[:3])}"
            raise ValueError(f"{told}; let the same parts learn as before")
        self.updates = state["updates"]
        for name, x in state["weights"].items():
            self.weights[name].copy_(x)


def _learning(module: nn.Module) -> dict[str, nn.Parameter]:
    return {name: p for name, p in module.named_parameters() if p.requires_grad}


def _float(x: Tensor) -> Tensor:
    return x.detach().float()


@torch.no_grad()
def _copy(weights: Mapping[str, Tensor], module: nn.Module) -> None:
    for name, parameter in _learning(module).items():
        parameter.copy_(weights[name])
