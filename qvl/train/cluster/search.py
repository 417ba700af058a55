"""The quickest layout that fits: every one is tried, there are a few hundred."""

from collections.abc import Iterator, Sequence
from itertools import product

from qvl.config import Config
from qvl.train.cluster.forecast import Forecast, forecast
from qvl.train.cluster.hardware import USABLE, Hardware
from qvl.train.cluster.layout import check, data, together, told
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.work import Pack, Work, work
from qvl.train.meshes import Parallel, Recompute

POLICIES: tuple[Recompute, ...] = ("none", "selective", "full")


def layouts(cfg: Config, ranks: int, packs: int, node: int) -> Iterator[Parallel]:
    """Layouts of so many ranks that share heads and packs evenly; tp and cp stay in a node."""
    for tp in _powers(node):
        for cp in _powers(node // tp):
            all_data, rest = divmod(ranks, tp * cp)
            if rest:
                continue
            for shard in _divisors(all_data):
                try:
                    check(Parallel(all_data // shard, shard, cp, tp), cfg, packs)
                except ValueError:
                    continue
                sizes = (all_data // shard, shard, cp, tp)
                for decoder, tower in product(POLICIES, repeat=2):
                    yield Parallel(*sizes, decoder, tower, param_dtype="bfloat16")


def best(cfg: Config, stage: Stage, ranks: int, card: Hardware, made: Sequence[Pack]) -> Forecast:
    """The quickest forecast that fits in memory, for packs like `made`.

    ValueError where no layout fits, with what is nearest and what would help.
    """
    if ranks < 1:
        raise ValueError(f"ranks is {ranks}; give 1 or more")
    works: dict[tuple[int, int], Work] = {}
    found = []
    for layout in layouts(cfg, ranks, stage.packs, min(card.node, ranks)):
        key = data(layout), together(layout)
        if key not in works:
            works[key] = work(made, stage, layout)
        found.append(forecast(cfg, stage, layout, card, works[key]))
    if not found:
        raise ValueError(
            f"{stage.name}: {stage.packs} packs a step and the model's heads cannot be shared by "
            f"{ranks} ranks; give another number of packs or ranks"
        )
    if not (fitting := [each for each in found if each.fits]):
        raise ValueError(misfit(min(found, key=lambda each: each.total)))
    return min(fitting, key=lambda each: (each.seconds, each.total))


def misfit(each: Forecast) -> str:
    """Why a forecast does not fit, by its largest line, and what would help."""
    line = max(each.memory, key=lambda name: each.memory[name])
    room = USABLE * each.card.memory
    return (
        f"{each.stage.name}: {each.total / 1e9:.1f} GB a rank do not fit in {room / 1e9:.1f} GB of "
        f"{each.card.name} ({told(each.layout)}); the largest line is {line}, "
        f"{each.memory[line] / 1e9:.1f} GB: {_remedy(line)}"
    )


def _remedy(line: str) -> str:
    if line in ("parameters", "gradients", "optimiser"):
        return "take more ranks, a larger dp_shard or tp"
    if line.startswith(("activations", "a ")):
        return "take checkpointing full, a larger cp or tp, or shorter packs"
    return "take a larger tp"


def _powers(most: int) -> list[int]:
    return [1 << i for i in range(most.bit_length()) if 1 << i <= most]


def _divisors(number: int) -> list[int]:
    return [each for each in range(1, number + 1) if number % each == 0]
