"""The state of a run as tensors under names, whatever process holds which shard of them.

Parameters have the names of the objective, without those that wrappers add. The state of the
optimiser is filed under the parameter it belongs to: torch's own helpers would step the optimiser
to fill in what a parameter without a gradient does not have yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import get_model_state_dict

from qvl.model.qwen import QwenVL

WRAPPERS = ("_orig_mod.", "_checkpoint_wrapped_module.")  # of torch.compile and checkpointing


@dataclass(frozen=True)
class State:
    """What learns: an objective, an optimiser, and an average of the weights or None.

    `optimizer` has what torch's have, or `members` that do. `ema.state_dict()` gives its own
    tensors by parameter as "weights", and else plain JSON.
    """

    objective: nn.Module
    optimizer: Any
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
            out |= {f"ema/{_plain(n)}": x for n, x in self.ema.state_dict()["weights"].items()}
        return out

    def memory(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """What the optimiser remembers: its tensors by name, and all the rest as JSON has it."""
        tensors, members = dict[str, Tensor](), []
        for member in self._members():
            names, raw = self._learnt(member), member.state_dict()
            values = dict[str, dict[str, Any]]()
            for number, kept in raw["state"].items():
                for key, value in kept.items():
                    if isinstance(value, Tensor):
                        tensors[f"optimizer/{names[number]}/{key}"] = value
                    else:
                        values.setdefault(names[number], {})[key] = value
            groups = [{**g, "params": [names[i] for i in g["params"]]} for g in raw["param_groups"]]
            members.append({"groups": groups, "values": values})
        facts = (
            {k: v for k, v in self.ema.state_dict().items() if k != "weights"} if self.ema else {}
        )
        return tensors, {"optimizer": members, "ema": facts}

    def room(self, name: str, shape: torch.Size, kind: torch.dtype) -> Tensor:
        """Where a tensor of the optimiser is to be read to: sharded as its parameter is."""
        parameter = _names(self.objective)[name.removeprefix("optimizer/").rpartition("/")[0]]
        if parameter.shape == shape:
            return torch.zeros_like(parameter, dtype=kind)
        return torch.zeros(shape, dtype=kind)

    def remember(self, tensors: Mapping[str, Tensor], told: Mapping[str, Any]) -> None:
        """The inverse of `memory`. ValueError where other parameters learnt, or in other groups."""
        members = self._members()
        now = [[{*g["params"]} for g in each["groups"]] for each in self.memory()[1]["optimizer"]]
        then = [[{*g["params"]} for g in each["groups"]] for each in told["optimizer"]]
        if now != then:
            kept, ours = ({n for m in side for g in m for n in g} for side in (then, now))
            other = ", ".join(sorted(kept ^ ours)[:3])
            what = f"other parameters learnt ({other})" if other else "they learnt in other groups"
            raise ValueError(f"{what} where the checkpoint was made; go on with its own settings")
        for member, own in zip(members, told["optimizer"], strict=True):
            number = {name: i for i, name in enumerate(self._learnt(member))}
            state: dict[int, dict[str, Any]] = {
                number[k]: dict(v) for k, v in own["values"].items()
            }
            for full, tensor in tensors.items():
                name, _, key = full.removeprefix("optimizer/").rpartition("/")
                if name in number:
                    state.setdefault(number[name], {})[key] = tensor
            groups = [{**g, "params": [number[n] for n in g["params"]]} for g in own["groups"]]
            member.load_state_dict({"state": state, "param_groups": groups})
        if self.ema is not None:
            weights = self.ema.state_dict()["weights"]  # filled in their place
            self.ema.load_state_dict({**told["ema"], "weights": weights})

    def _members(self) -> Sequence[Any]:
        return getattr(self.optimizer, "members", (self.optimizer,))

    def _learnt(self, member: Any) -> list[str]:
        """Names of an optimiser's parameters in the order in which it numbers them."""
        names = {id(p): name for name, p in _names(self.objective).items()}
        held = [p for group in member.param_groups for p in group["params"]]
        if any(id(p) not in names for p in held):
            raise ValueError("the optimiser holds a parameter that the objective does not own")
        return [names[id(p)] for p in held]


def _names(module: nn.Module, *, twice: bool = False) -> dict[str, nn.Parameter]:
    """Parameters by name; with `twice` a shared one under each of its names."""
    parameters = module.named_parameters(remove_duplicate=not twice)
    return {_plain(name): parameter for name, parameter in parameters}


def _plain(name: str) -> str:
    for wrapper in WRAPPERS:
        name = name.replace(wrapper, "")
    return name
