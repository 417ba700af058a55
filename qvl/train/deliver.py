"""What a run leaves: its model as everyone loads it, its adapters as PEFT has them."""

from pathlib import Path

from torch import nn

from qvl.model import adapters
from qvl.model.lora import merged
from qvl.train.config import Run
from qvl.train.drafted import Drafted
from qvl.train.ema import Average
from qvl.train.export import export
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
    if run.lora is not None:
        if not world.rank:
            adapters.save(made.objective.model, run.out / ADAPTER, run.model.sizes)
            export(_Whole(merged(made.objective.model)), out, made.like)
    elif average is None:
        export(made.objective, out, made.like)
    else:
        with average.inside(made.objective):
            export(made.objective, out, made.like)
    return out
