"""What a run leaves: its model as everyone loads it, its adapters as PEFT has them."""

from contextlib import nullcontext
from pathlib import Path

from torch import nn

from qvl.model import adapters
from qvl.model.lora import Lora, attach, merged
from qvl.model.outline import outline
from qvl.model.qwen import QwenVL
from qvl.train.config import Run
from qvl.train.drafted import Drafted
from qvl.train.ema import Average
from qvl.train.export import PREFIX, export, gathered
from qvl.train.parallel import World

MODEL, ADAPTER = "model", "adapter"


class _Whole(nn.Module):
    """A model where an objective is asked for."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model


def deliver(run: Run, made: Drafted, average: Average | None, world: World) -> Path:
    """Write the model in the published layout, in bfloat16, and give its folder.

    The average stands in for the weights where one was kept; adapters are merged. Every rank
    calls it.
    """
    out = run.out / MODEL
    with average.inside(made.objective) if average else nullcontext():
        if run.lora is None:
            export(made.objective, out, made.like)
            return out
        model = _in_one_piece(made.objective, run.lora, world)
    if model is not None:
        adapters.save(model, run.out / ADAPTER, run.model.sizes)
        export(_Whole(merged(model)), out, made.like)
    return out


def _in_one_piece(objective: nn.Module, lora: Lora, world: World) -> QwenVL | None:
    """The model and its adapters, whatever rank held which shard of them; the first rank's."""
    state = gathered(objective)
    if world.rank:
        return None
    own = {k.removeprefix(PREFIX): x for k, x in state.items() if k.startswith(PREFIX)}
    model = outline(objective.model.cfg)  # type: ignore[union-attr]
    model.load_state_dict({k: x for k, x in own.items() if ".lora_" not in k}, False, True)
    model.tie()
    attach(model, lora)
    told = model.load_state_dict(own, strict=False)
    assert not told.unexpected_keys, told
    return model
