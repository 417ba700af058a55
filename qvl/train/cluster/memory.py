"""Bytes on the fullest rank at the dearest moments of a step."""

from dataclasses import dataclass
from itertools import pairwise

from qvl.config import Config
from qvl.train.cluster.activations import FLOAT, Block, activations, logits, working
from qvl.train.cluster.layout import Layout
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.units import PARTS, Unit, units
from qvl.train.objective import CHUNK

MOMENTS = 2  # float32 numbers that AdamW keeps beside each weight


@dataclass(frozen=True)
class Numbers:
    """Bytes of the types: of the matrix products, and of the sum of gradients over ranks."""

    compute: int = 2  # bfloat16
    reduce: int = 4  # float32


BF16, FP32 = Numbers(), Numbers(4, 4)


def states(
    cfg: Config, layout: Layout, learns: frozenset[str], runs: frozenset[str] = PARTS
) -> dict[str, float]:
    """line -> bytes of what a rank keeps from step to step: float32 shards, padded to whole rows.

    4 a weight; 4 for the gradient and 8 for AdamW's two moments where it learns.
    """
    made = units(cfg, runs)
    all_weights = sum(unit.local(layout) for unit in made)
    learning = sum(unit.local(layout, learns) for unit in made)
    return {
        "parameters": FLOAT * all_weights,
        "gradients": FLOAT * learning,
        "optimiser": FLOAT * MOMENTS * learning,
    }


def peak(
    cfg: Config,
    layout: Layout,
    stage: Stage,
    patches: float,
    numbers: Numbers = BF16,
) -> dict[str, float]:
    """line -> bytes on one rank, with `patches` of its own, at the dearest of two moments.

    As the decoder's backward pass begins every activation lives, with a block at work or a chunk
    of logits; as it ends, the gradient of the root (embedding and head) is whole, and its copy
    that is summed over the ranks. Gathered are the root and two units: the next one is fetched
    ahead. A whole unit's gradient and its copy live together.
    """
    b, learns, made = numbers.compute, stage.learns, units(cfg, stage.runs)
    root = sum(unit.padded(layout) for unit in made if unit.kind == "root")
    rest = [unit for unit in made if unit.kind != "root"]
    lines: dict[str, float] = dict(states(cfg, layout, learns, stage.runs))
    lines["gathered weights"] = b * (root + _two(rest, layout))
    copies = b + numbers.reduce
    learning = [unit.padded(layout) for unit in rest if unit.learns(learns)]
    begin = activations(cfg, layout, stage, patches, b)
    begin["whole gradients"] = copies * max(learning, default=0)
    begin["whole gradients"] += b * root * ("llm" in learns)
    busy = [working(Block.of_tower(cfg), patches, layout.checkpointing, layout.tp, b)]
    if "llm" in stage.runs:
        rows = stage.pack / layout.cp
        busy.append(working(Block.of_layer(cfg), rows, layout.checkpointing, layout.tp, b))
        busy.append(logits(cfg, CHUNK, layout.tp, b))
    begin["block at work or logits"] = max(busy)
    end = {"whole gradients": float(copies * root * ("llm" in learns))}
    return lines | max(begin, end, key=lambda each: sum(each.values()))


def _two(rest: list[Unit], layout: Layout) -> int:
    """Numbers of the two neighbours that are largest together; one rank alone gathers nothing."""
    sizes = [unit.padded(layout) for unit in rest]
    return max((a + b for a, b in pairwise(sizes)), default=max(sizes, default=0))
