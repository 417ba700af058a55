"""The parts of the model that learn or rest: the tower, the merger, the language model."""

from collections.abc import Iterable

from torch import nn

from qvl.model.qwen import QwenVL

TOWER, MERGER, LLM = "tower", "merger", "llm"
PARTS = (TOWER, MERGER, LLM)  # in the order that the data takes; gradients go back


def by_part(model: QwenVL) -> dict[str, dict[str, nn.Parameter]]:
    """Every parameter by the part it lies in and its published name; a tied head is not named.

    By the tree of modules, so that nothing in a part is missed: the tower is `visual` but for its
    merger, the language model all that is not `visual`, its head included.
    """
    visual, merger = (set(map(id, m.parameters())) for m in (model.visual, model.visual.merger))
    out: dict[str, dict[str, nn.Parameter]] = {part: {} for part in PARTS}
    for name, parameter in model.named_parameters():
        at = id(parameter)
        part = MERGER if at in merger else TOWER if at in visual else LLM
        out[part][name] = parameter
    return out


def freeze(model: QwenVL, learns: Iterable[str]) -> None:
    """Only the named parts learn from now on; ValueError for a part that is none.

    What rests below everything that learns keeps no activations: autograd records nothing where
    no input asks for a gradient.
    """
    learns = set(learns)
    if unknown := sorted(learns - set(PARTS)):
        raise ValueError(f"no part is called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    for part, parameters in by_part(model).items():
        for parameter in parameters.values():
            parameter.requires_grad_(part in learns)


def learning(model: QwenVL) -> list[str]:
    """The published names of the parameters that learn, in the order of the modules."""
    return [name for name, parameter in model.named_parameters() if parameter.requires_grad]
