"""Bytes on the fullest rank at the dearest moments of a step."""

from qvl.config import Config
from qvl.train.cluster.activations import FLOAT, Block, activations, logits, working
from qvl.train.cluster.layout import BYTES, compute, together
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.units import PARTS, units
from qvl.train.meshes import Parallel
from qvl.train.objective import CHUNK

MOMENTS = 2  # float32 numbers that AdamW keeps beside each weight


GATHERED, WHOLE = "gathered weights", "whole gradients"
SIGHT = ("activations of the tower", "activations of the merger")


def states(
    cfg: Config, layout: Parallel, learns: frozenset[str], runs: frozenset[str] = PARTS
) -> dict[str, float]:
    """line -> bytes of what a rank keeps from step to step: float32 shards, padded to whole rows.

    4 a weight; 4 for the gradient and 8 for AdamW's two moments where it learns.
    """
    made = units(cfg, runs)
    all_weights = sum(unit.count * unit.local(layout) for unit in made)
    learning = sum(unit.count * unit.local(layout, learns) for unit in made)
    return {
        "parameters": FLOAT * all_weights,
        "gradients": FLOAT * learning,
        "optimiser": FLOAT * MOMENTS * learning,
    }


def peak(
    cfg: Config,
    layout: Parallel,
    stage: Stage,
    patches: float,
    chunk: int = CHUNK,
) -> dict[str, float]:
    """line -> bytes on one rank, with `patches` of its own, at the dearest moment of a step.

    Beside what always stays, the root (embedding and head) is gathered, and every rank has all
    pixels of its pack, a byte a colour (of stills: a clip has two frames a patch).
    """
    lines = dict(states(cfg, layout, stage.learns, stage.runs))
    lines["pixels"] = 3.0 * cfg.vision.patch_size**2 * patches * together(layout)
    moments = _moments(cfg, layout, stage, patches, chunk)
    return lines | max(moments, key=lambda each: sum(each.values()))


def _moments(
    cfg: Config, layout: Parallel, stage: Stage, patches: float, chunk: int
) -> list[dict[str, float]]:
    """What lives beside the states: line -> bytes, at each dear moment.

    The head's gradient is whole from the first to the last of a backward pass; a unit's from its
    own pass on, and when that is over a copy goes to be summed over the ranks. The next unit is
    gathered ahead.
    1. A chunk of logits, or the last layer, goes backward; every activation lives.
    2. The tower goes backward; the decoder's activations are gone.
    3. A unit's gradient is summed; activations are gone. 4. At last the root's.
    """
    b, tp = compute(layout), layout.tp
    copies = b + BYTES[layout.reduce_dtype]
    gathered, whole = _largest(cfg, layout, stage)
    root, head = b * gathered["root"], b * whole["root"]
    layers = root + 2 * b * gathered["layer"]
    sight = root + b * (gathered["ends"] + 2 * gathered["blocks"])
    kept = activations(cfg, layout, stage, patches)
    tower = {name: size for name, size in kept.items() if name in SIGHT}
    seeing = working(Block.of_tower(cfg, stage), patches, layout.tower_checkpointing, 1, b)
    largest = max(whole["layer"], whole["blocks"], whole["ends"])
    eyes = {WHOLE: head + b * (whole["ends"] + whole["blocks"]), "a block at work": seeing}
    found = [
        tower | {GATHERED: sight} | eyes,
        {GATHERED: sight, WHOLE: head + copies * largest},
        {GATHERED: root, WHOLE: copies * whole["root"]},
    ]
    if "llm" in stage.runs:
        rows = stage.pack / layout.cp
        reading = working(Block.of_layer(cfg, stage, layout.cp), rows, layout.checkpointing, tp, b)
        head_too = kept | {GATHERED: layers, WHOLE: head, "logits": logits(cfg, chunk, tp, b)}
        del kept["last norm"]
        busy = {WHOLE: head + b * whole["layer"], "a layer at work": reading}
        found += [head_too, kept | {GATHERED: layers} | busy]
    return [{name: float(size) for name, size in moment.items()} for moment in found]


def _largest(cfg: Config, layout: Parallel, stage: Stage) -> tuple[dict[str, int], dict[str, int]]:
    """Numbers of the largest unit of each kind on one rank, gathered; and of what learns of it."""
    gathered: dict[str, int] = {"layer": 0, "blocks": 0, "ends": 0, "root": 0}
    whole = dict(gathered)
    for unit in units(cfg, stage.runs):
        gathered[unit.kind] = max(gathered[unit.kind], unit.padded(layout))
        whole[unit.kind] = max(whole[unit.kind], unit.learning(layout, stage.learns))
    return gathered, whole
