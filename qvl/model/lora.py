"""Low-rank adapters on any linear layer (LoRA, arXiv 2106.09685).

The weights below keep their names, so that a model with adapters is the published model and a few
tensors more. T rows, D and W widths in and out, R rank.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qvl.model.outline import outline
from qvl.model.parts import PARTS, by_part
from qvl.model.qwen import QwenVL

HEAD = "lm_head"


@dataclass(frozen=True)
class Lora:
    """What gets adapters and how large they are.

    A target is a part, all of its linear layers but the head, or a regular expression that a
    layer's whole published name matches: `model.layers.*q_proj`.
    """

    rank: int = 16
    alpha: float = 32.0  # what an adapter adds is multiplied by alpha / rank
    dropout: float = 0.0  # share of its inputs that is left out while it learns
    targets: tuple[str, ...] = ("llm",)

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ValueError(f"lora: the rank is {self.rank}; give a whole number from 1")
        if not self.alpha > 0:
            raise ValueError(f"lora: alpha is {self.alpha}; give a number above 0")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"lora: dropout is {self.dropout}; give a share from 0 to below 1")


class Adapted(nn.Linear):
    """A linear layer, the weight of another one, that learns by a product of two thin matrices."""

    def __init__(self, base: nn.Linear, lora: Lora) -> None:
        nn.Module.__init__(self)  # no weight of its own
        self.in_features, self.out_features = base.in_features, base.out_features
        self.weight, self.bias = base.weight, base.bias
        kind = torch.promote_types(base.weight.dtype, torch.float32)
        place = {"device": base.weight.device, "dtype": kind}
        self.lora_A = nn.Linear(base.in_features, lora.rank, bias=False, **place)
        self.lora_B = nn.Linear(lora.rank, base.out_features, bias=False, **place)
        self.lora = lora

    def forward(self, input: Tensor) -> Tensor:
        """input[T, D] -> [T, W]; adapters are applied in their own type, float32."""
        x = input.to(self.lora_A.weight.dtype)
        x = self.lora_B(self.lora_A(F.dropout(x, self.lora.dropout, self.training)))
        out = super().forward(input)
        return out + (x * (self.lora.alpha / self.lora.rank)).type_as(out)

    def whole(self) -> Tensor:
        """weight[W, D] with what the adapter adds to it, in the weight's type."""
        scale = self.lora.alpha / self.lora.rank
        added = self.lora_B.weight.detach() @ self.lora_A.weight.detach() * scale
        return (self.weight.detach().to(added.dtype) + added).to(self.weight.dtype)


def attach(model: QwenVL, lora: Lora, seed: int = 0) -> list[str]:
    """Give layers adapters that learn and change nothing yet -> the layers' names.

    The weights below them rest from now on; what else learns stays as it is, so `freeze` comes
    first. ValueError where a target is no layer.
    """
    names = chosen(model, lora.targets)
    generator = torch.Generator().manual_seed(seed)
    for layer in fit(model, names, lora).values():
        bound = layer.in_features**-0.5
        with torch.no_grad():
            drawn = torch.rand(lora.rank, layer.in_features, generator=generator)
            layer.lora_A.weight.copy_((2 * drawn - 1) * bound)
            layer.lora_B.weight.zero_()
    return names


def chosen(model: QwenVL, targets: Sequence[str]) -> list[str]:
    """The linear layers that the targets name, in the order of the modules."""
    layers = [name for name, m in model.named_modules() if isinstance(m, nn.Linear)]
    own = by_part(model)
    found: set[str] = set()
    for target in targets:
        if target in PARTS:
            more = {name for name in layers if f"{name}.weight" in own[target] and name != HEAD}
        else:
            more = {name for name in layers if _pattern(target).fullmatch(name)}
        if not more:
            raise ValueError(
                f"lora: no linear layer is called {target!r}; name a part ({', '.join(PARTS)}) or "
                f"a regular expression for names such as {layers[0]}"
            )
        found |= more
    return [name for name in layers if name in found]


def fit(model: QwenVL, names: Sequence[str], lora: Lora) -> dict[str, Adapted]:
    """Put adapters of unset values on these layers; ValueError where that cannot be."""
    if adapted(model):
        raise ValueError("lora: the model has adapters already; merge them first")
    if HEAD in names and model.cfg.text.tie_word_embeddings:
        raise ValueError(
            f"lora: {HEAD} is the embedding in this model, and an adapter could not be merged into "
            f"one of them alone; leave it out of the targets"
        )
    out: dict[str, Adapted] = {}
    for name in names:
        base = model.get_submodule(name)
        assert isinstance(base, nn.Linear)
        base.requires_grad_(False)
        out[name] = Adapted(base, lora)
        model.set_submodule(name, out[name])
    return out


def adapted(model: QwenVL) -> dict[str, Adapted]:
    """The layers that have adapters, by name."""
    return {name: m for name, m in model.named_modules() if isinstance(m, Adapted)}


def merged(model: QwenVL) -> QwenVL:
    """A model of the published modules alone, whose weights hold what the adapters add.

    `weights.save` writes it. What has no adapter is shared with `model`, not copied.
    """
    layers = adapted(model)
    state: Mapping[str, Tensor] = {
        name: x.detach() for name, x in model.state_dict().items() if ".lora_" not in name
    }
    out = outline(model.cfg)
    whole = {f"{name}.weight": layer.whole() for name, layer in layers.items()}
    out.load_state_dict({**state, **whole}, assign=True)
    out.tie()
    return out.train(model.training)


def _pattern(target: str) -> re.Pattern[str]:
    try:
        return re.compile(target)
    except re.error as error:
        raise ValueError(f"lora: {target!r} is no regular expression: {error}") from None
