"""Optimisers whose groups follow the parts of the model, and their rates.

Parameters that share rate, curve and decay share a group; each group says its `part` and by which
`factor` its rate differs from that of the run.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn

from qvl.model.parts import LLM, MERGER, PARTS, TOWER, by_part
from qvl.model.qwen import QwenVL

OTHER = "other"  # the part of what an objective has beside its model


@dataclass(frozen=True)
class Rates:
    """A rise over `warmup` steps, a plateau, then a fall over the last `decay` of `steps`.

    With `decay` 1 it falls from the end of the rise on, with 0 it never does.
    """

    peak: float
    warmup: int
    steps: int
    decay: float = 0.3  # share of the steps
    floor: float = 0.05  # share of the peak that is left at the end
    fall: Literal["cosine", "linear"] = "cosine"

    def of(self, part: str) -> "Rates":
        """Every part follows the same curve."""
        return self

    def at(self, step: int) -> float:
        """The learning rate of this step, counted from 0."""
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        span = max(min(self.steps * self.decay, self.steps - self.warmup), 1)
        left = max(self.steps - step, 0) / span
        if left >= 1:
            return self.peak
        share = left if self.fall == "linear" else 0.5 - 0.5 * math.cos(math.pi * left)
        return self.peak * (self.floor + (1 - self.floor) * share)


@dataclass(frozen=True)
class PartRates:
    """Curves of their own for some parts; the run is as long as `rest` says."""

    rest: Rates
    tower: Rates | None = None
    merger: Rates | None = None
    llm: Rates | None = None

    @property
    def steps(self) -> int:
        return self.rest.steps

    def of(self, part: str) -> Rates:
        own = {TOWER: self.tower, MERGER: self.merger, LLM: self.llm}
        return own.get(part) or self.rest


@dataclass(frozen=True)
class Part:
    """How one part of the model learns beside the others."""

    factor: float = 1.0  # of its rate
    layer_decay: float = 1.0  # of the rate from each block of the tower to the one below


def grouped(
    modules: Sequence[nn.Module],
    weight_decay: float = 0.05,
    parts: Mapping[str, Part] | None = None,
) -> list[dict[str, Any]]:
    """Groups of everything that learns; norms, biases and embeddings do not decay.

    With `parts` each part has groups of its own, as `PartRates` needs them, and those that it
    names learn as it says. ValueError where it names what is no part.
    """
    where = _parts(modules, parts) if parts is not None else {}
    plain = _embeddings(modules)
    groups: dict[tuple[bool, str, float], list[nn.Parameter]] = {}
    seen: set[int] = set()
    for parameter in (p for module in modules for p in module.parameters()):
        if not parameter.requires_grad or id(parameter) in seen:
            continue
        seen.add(id(parameter))
        still = parameter.ndim < 2 or id(parameter) in plain
        part, factor = where.get(id(parameter), ("", 1.0))
        groups.setdefault((still, part, factor), []).append(parameter)
    return [
        {"params": found, "weight_decay": 0.0 if still else weight_decay}
        | {"part": part, "factor": factor}
        for (still, part, factor), found in sorted(groups.items(), key=lambda item: item[0][0])
    ]


def adamw(
    modules: Sequence[nn.Module],
    weight_decay: float = 0.05,
    parts: Mapping[str, Part] | None = None,
    betas: tuple[float, float] = (0.9, 0.98),
) -> torch.optim.AdamW:
    """AdamW (arXiv 1711.05101) over everything that learns, in one fused pass a group."""
    groups = grouped(modules, weight_decay, parts)
    if not groups:
        raise ValueError("nothing learns: every parameter is frozen; name a part that learns")
    return torch.optim.AdamW(groups, lr=0.0, betas=betas, eps=1e-8, fused=True)


def _parts(modules: Sequence[nn.Module], parts: Mapping[str, Part]) -> dict[int, tuple[str, float]]:
    """The part and the factor of every parameter, by its id."""
    if unknown := sorted(set(parts) - {*PARTS, OTHER}):
        raise ValueError(
            f"no part is called {', '.join(unknown)}; there are {', '.join((*PARTS, OTHER))}"
        )
    if wrong := [name for name, each in parts.items() if name != TOWER and each.layer_decay != 1]:
        raise ValueError(f"layer_decay is for the tower; take it away from {', '.join(wrong)}")
    other = parts.get(OTHER, Part()).factor
    out = {id(p): (OTHER, other) for module in modules for p in module.parameters()}
    for model in _models(modules):
        depth = _depths(model)
        for part, parameters in by_part(model).items():
            own = parts.get(part, Part())
            for each in map(id, parameters.values()):
                out[each] = (part, own.factor * own.layer_decay ** depth.get(each, 0))
    return out


def _depths(model: QwenVL) -> dict[int, int]:
    """How many blocks of the tower lie above each of its parameters, by id."""
    rows = [model.visual.patch_embed, *model.visual.blocks]
    return {id(p): len(rows) - 1 - i for i, row in enumerate(rows) for p in row.parameters()}


def _embeddings(modules: Sequence[nn.Module]) -> set[int]:
    """Tables of words, on the way in and out, by id."""
    tables = [m.weight for top in modules for m in top.modules() if isinstance(m, nn.Embedding)]
    return set(map(id, [*tables, *(model.lm_head.weight for model in _models(modules))]))


def _models(modules: Sequence[nn.Module]) -> list[QwenVL]:
    return [m for top in modules for m in top.modules() if isinstance(m, QwenVL)]
