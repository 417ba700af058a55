"""The model's weights, counted exactly, in the groups that are sharded and gathered together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod

from qvl.config import Config
from qvl.model import parts
from qvl.model.outline import outline
from qvl.train.cluster.layout import shards
from qvl.train.meshes import Parallel
from qvl.train.sharding import TOWER_BLOCKS

COLUMNS = ("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj", "embed_tokens", "lm_head")
ROWS = ("o_proj", "down_proj")


@dataclass(frozen=True)
class Weight:
    """A parameter; tensor parallelism cuts dimension `cut`, or none."""

    name: str
    part: str  # "tower", "merger" or "llm"
    shape: tuple[int, ...]
    cut: int | None

    @property
    def count(self) -> int:
        return prod(self.shape)

    def padded(self, layout: Parallel) -> int:
        """Numbers of a gathered weight on one rank.

        Shards are rows of the first dimension, all of one size: the last ones may be filled up.
        """
        return self.local(layout) * shards(layout, self.part)

    def local(self, layout: Parallel) -> int:
        """Numbers that the first rank keeps, no rank more: rows of what its tp rank has."""
        shape = list(self.shape)
        if self.cut is not None:
            shape[self.cut] = -(-shape[self.cut] // layout.tp)
        return -(-shape[0] // shards(layout, self.part)) * prod(shape[1:])


@dataclass(frozen=True)
class Unit:
    """Weights whose shards are gathered as one; `count` such units follow each other."""

    kind: str  # "layer" of the decoder, "blocks" or "ends" of the tower, "root"
    weights: tuple[Weight, ...]  # of the first of them
    count: int = 1

    def padded(self, layout: Parallel) -> int:
        """Numbers of one of them, gathered."""
        return sum(w.padded(layout) for w in self.weights)

    def local(self, layout: Parallel, learns: frozenset[str] | None = None) -> int:
        """Numbers of a rank's shards of one, of the parts in `learns` alone where it is given."""
        return sum(w.local(layout) for w in self.weights if learns is None or w.part in learns)

    def learning(self, layout: Parallel, learns: frozenset[str]) -> int:
        """Numbers of one of them that learn, gathered."""
        return sum(w.padded(layout) for w in self.weights if w.part in learns)

    def learns(self, learns: frozenset[str]) -> bool:
        return any(w.part in learns for w in self.weights)


PARTS = frozenset(parts.PARTS)


@lru_cache(maxsize=16)
def units(cfg: Config, runs: frozenset[str] = PARTS) -> tuple[Unit, ...]:
    """Every weight of the parts in `runs` once (tied ones too), from a model that holds none."""
    model, groups = outline(cfg), dict[tuple[str, str], list[Weight]]()
    where = {name: part for part, own in parts.by_part(model).items() for name in own}
    for name, x in model.named_parameters():
        weight = Weight(name, where[name], tuple(x.shape), _cut(name, where[name]))
        if weight.part in runs:
            groups.setdefault(_group(name), []).append(weight)
    found: list[Unit] = []
    for (kind, _), weights in groups.items():
        last = found[-1] if found else None
        if last and last.kind == kind and _shapes(last.weights) == _shapes(weights):
            found[-1] = replace(last, count=last.count + 1)
        else:
            found.append(Unit(kind, tuple(weights)))
    return tuple(found)


def _shapes(weights: Sequence[Weight]) -> list[tuple[int, ...]]:
    return [weight.shape for weight in weights]


def parameters(cfg: Config) -> dict[str, int]:
    """part -> numbers in its weights; they add up to what the checkpoint publishes."""
    found: dict[str, int] = dict.fromkeys(parts.PARTS, 0)
    for unit in units(cfg):
        for weight in unit.weights:
            found[weight.part] += unit.count * weight.count
    return found


def _group(name: str) -> tuple[str, str]:
    words = name.split(".")
    if name.startswith("model.layers."):
        return "layer", ".".join(words[:3])
    if name.startswith("visual.blocks."):
        return "blocks", f"visual.blocks {int(words[2]) // TOWER_BLOCKS}"
    return ("ends", "visual") if name.startswith("visual.") else ("root", "root")


def _cut(name: str, part: str) -> int | None:
    if part != parts.LLM:
        return None
    if name.rsplit(".", 1)[0].endswith(COLUMNS):
        return 0
    return 1 if name.rsplit(".", 1)[0].endswith(ROWS) else None
