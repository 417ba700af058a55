"""The state of a run as tensors under names, whatever process holds which shard of them.

Parameters have the names of the objective, without those that wrappers add. The state of the
optimiser is filed under the parameter it belongs to: torch's own helpers would step the optimiser
to fill in what a parameter without a gradient does not have yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import get_model_state_dict

from qvl.model.qwen import QwenVL

WRAPPERS = ("_orig_mod.", "_checkpoint_wrapped_module.")  # of torch.compile and checkpointing


@dataclass(frozen=True)
class State:
    """What learns. `ema` has `state_dict()`, its own tensors by name, and `load_state_dict`."""

    objective: nn.Module
    optimizer: Any  # with `param_groups`, `state_dict()` and `load_state_dict`, as torch's have
    ema: Any = None

    def config(self) -> dict[str, Any] | None:
        """Sizes of the model, where the objective owns one of ours."""
        model = getattr(self.objective, "model", None)
        return model.cfg.to_dict() if isinstance(model, QwenVL) else None

    def weights(self) -> dict[str, Tensor]:
        """The live tensors of the objective and the average; of tied ones the first."""
        tied = set(_names(self.objective, twice=True)) - set(_names(self.objective))
        live: Any = get_model_state_dict(self.objective)
        out = {f"objective/{name}": x for name, x in live.items() if name not in tied}
        if self.ema is not None:
            out |= {f"ema/{name}": x for name, x in self.ema.state_dict().items()}
        return out

    def memory(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """What the optimiser remembers: its tensors by name, and the rest as JSON has it."""
        names, raw = self._learnt(), self.optimizer.state_dict()
        tensors, values = dict[str, Tensor](), dict[str, dict[str, Any]]()
        for number, kept in raw["state"].items():
            for key, value in kept.items():
                if isinstance(value, Tensor):
                    tensors[f"optimizer/{names[number]}/{key}"] = value
                else:
                    values.setdefault(names[number], {})[key] = value
        groups = [{**g, "params": [names[i] for i in g["params"]]} for g in raw["param_groups"]]
        return tensors, {"groups": groups, "values": values}

    def room(self, name: str, shape: torch.Size, kind: torch.dtype) -> Tensor:
        """Where a tensor of the optimiser is to be read to: sharded as its parameter is."""
        parameter = _names(self.objective)[name.removeprefix("optimizer/").rpartition("/")[0]]
        if parameter.shape == shape:
            return torch.zeros_like(parameter, dtype=kind)
        return torch.zeros(shape, dtype=kind)

    def remember(self, tensors: Mapping[str, Tensor], told: Mapping[str, Any]) -> None:
        """The inverse of `memory`. ValueError where other parameters learnt, or in other groups."""
        names = self._learnt()
        number = {name: i for i, name in enumerate(names)}
        now = [{names[i] for i in g["params"]} for g in self.optimizer.state_dict()["param_groups"]]
        then = [set(group["params"]) for group in told["groups"]]
        if now != then:
            other = sorted(set().union(*now) ^ set().union(*then))
            what = f"other parameters learnt ({', '.join(other[:3])})" if other else "other groups"
            raise ValueError(f"{what} where the checkpoint was made; go on with its own settings")
        state: dict[int, dict[str, Any]] = {number[k]: dict(v) for k, v in told["values"].items()}
        for full, tensor in tensors.items():
            name, _, key = full.removeprefix("optimizer/").rpartition("/")
            state.setdefault(number[name], {})[key] = tensor
        groups = [{**g, "params": [number[n] for n in g["params"]]} for g in told["groups"]]
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})

    def _learnt(self) -> list[str]:
        """Names of the optimiser's parameters in the order in which it numbers them."""
        names = {id(p): name for name, p in _names(self.objective).items()}
        held = [p for group in self.optimizer.param_groups for p in group["params"]]
        if any(id(p) not in names for p in held):
            raise ValueError("the optimiser holds a parameter that the objective does not own")
        return [names[id(p)] for p in held]


def _names(module: nn.Module, *, twice: bool = False) -> dict[str, nn.Parameter]:
    """Parameters by name; with `twice` a shared one under each of its names."""
    out = {}
    for name, parameter in module.named_parameters(remove_duplicate=not twice):
        for wrapper in WRAPPERS:
            name = name.replace(wrapper, "")
        out[name] = parameter
    return out
