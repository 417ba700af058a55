"""Pictures of one batch, shared out among the ranks that read it.

Attention of the tower never leaves a frame pair, so a clip is as many pictures as it has pairs.
P patches, U vision tokens, D width of the decoder.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.distributed as dist
from torch import Tensor

from qvl.config import VisionConfig
from qvl.model.attention import reorder
from qvl.model.vision import VisionTower
from qvl.sample import Grid
from qvl.train.trade import gather

Look = Callable[[Sequence[Tensor], Sequence[Grid]], Tensor]


@dataclass(frozen=True)
class Company:
    """This process among `size` that read the same batch, in `copies` of each piece of it."""

    group: dist.ProcessGroup | None
    rank: int
    size: int
    copies: int


def look_together(tower: VisionTower, company: Company) -> None:
    """Let the tower run on a share of the frames on each rank, and know all that was seen on all.

    It runs on every rank in every call, on a blank where there is nothing to see: the ranks that
    hold shards of it wait for each other.
    """
    tower.forward = partial(_look, tower.forward, tower, company)


def _look(
    look: Look,
    tower: VisionTower,
    company: Company,
    pixels: Sequence[Tensor],
    grids: Sequence[Grid],
) -> Tensor:
    """Patches and grids as the tower takes them -> tokens[U, D] of all of them."""
    frames = [
        (rows, (1, h, w))
        for x, (t, h, w) in zip(pixels, grids, strict=True)
        for rows in x.split(h * w)
    ]
    dealt = deal([_cost(h * w, tower.cfg) for _, (_, h, w) in frames], company.size)
    mine = [frames[i] for i in dealt[company.rank]]
    if mine:
        rows, own = zip(*mine, strict=True)
        seen = look(rows, own)
    else:
        seen = look(*tower.blank())[:0].clone()  # no view: FSDP hooks on the result
    if not frames or company.size == 1:
        return seen
    unit = tower.cfg.spatial_merge_size**2
    units = [h * w // unit for _, (_, h, w) in frames]
    counts = [sum(units[i] for i in each) for each in dealt]
    order = torch.cat([each for _, each in sorted(_places(units, dealt), key=itemgetter(0))])
    device = seen.device
    return reorder(_gather(seen, counts, company), order.to(device), order.argsort().to(device))


def deal(costs: Sequence[float], ranks: int) -> list[list[int]]:
    """Which of the items each rank gets: the dearest first, to whoever has least."""
    dealt: list[list[int]] = [[] for _ in range(ranks)]
    load = [0.0] * ranks
    for item in sorted(range(len(costs)), key=lambda i: (-costs[i], i)):
        rank = load.index(min(load))
        dealt[rank].append(item)
        load[rank] += costs[item]
    return [sorted(each) for each in dealt]


def _cost(patches: int, cfg: VisionConfig) -> float:
    """Products of numbers that the tower takes for one frame of so many patches."""
    width, hidden, full = cfg.hidden_size, cfg.intermediate_size, len(cfg.fullatt_block_indexes)
    alone = cfg.depth * (4 * width * width + 3 * width * hidden)
    return patches * (alone + 2 * patches * width * full)


def _places(units: Sequence[int], dealt: Sequence[Sequence[int]]) -> Iterator[tuple[int, Tensor]]:
    """(frame, where its tokens stand) in the order in which they arrive, rank by rank."""
    start = 0
    for frame in (i for each in dealt for i in each):
        yield frame, torch.arange(start, start + units[frame])
        start += units[frame]


def _gather(seen: Tensor, counts: Sequence[int], company: Company) -> Tensor:
    """seen[counts[rank], D] -> [U, D] of all ranks; gradients go back to who saw, added up.

    Copies of a piece of the batch have the same gradient, which must count once.
    """
    if seen.requires_grad and company.copies > 1:
        seen.register_hook(lambda gradient: gradient / company.copies)
    return gather(seen, counts, company.group)
