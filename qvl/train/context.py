"""Context parallelism: the tokens of one batch are cut among ranks, heads are traded for attention.

Each of n ranks holds T/n rows of the stream, and everything that a row does alone is done there.
For attention each gives away rows of most heads and gets all rows of its own heads, so segments
stay whole (Ulysses, arXiv 2309.14509). T is filled up by one trailing segment.
T tokens, U vision tokens, D width, H query heads, K key/value heads, E head width.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

from qvl.model.attention import Attend, Segments, causal
from qvl.model.qwen import QwenVL
from qvl.sample import Batch
from qvl.train.trade import trade


@dataclass(frozen=True)
class Cut:
    """This process's piece of the stream among `size`."""

    group: dist.ProcessGroup | None
    rank: int
    size: int

    def own(self, x: Tensor, fill: int = 0) -> Tensor:
        """x[..., T] -> [..., T/n], filled up with `fill` past the end."""
        rows = -(-x.shape[-1] // self.size)
        filled = F.pad(x, (0, rows * self.size - x.shape[-1]), value=fill)
        return filled[..., self.rank * rows : (self.rank + 1) * rows]

    def attend(self, inner: Attend) -> Attend:
        """`inner` over all rows of this rank's heads, for who holds these rows of all heads."""

        def attend(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            """q[T/n, H, E], k and v[T/n, K, E] -> [T/n, H, E]."""
            k, v = (x.repeat_interleave(max(self.size // x.shape[1], 1), dim=1) for x in (k, v))
            heads = [x.unflatten(1, (self.size, -1)) for x in (q, k, v)]
            sent = torch.cat(heads, 2).transpose(0, 1)  # [n, T/n, (H + 2K)/n, E]
            got = self._trade(sent).flatten(0, 1)  # [T, (H + 2K)/n, E]
            seen = inner(layer, *got.split([x.shape[2] for x in heads], dim=1))
            back = self._trade(seen.unflatten(0, (self.size, -1)))  # [n, T/n, H/n, E]
            return back.transpose(0, 1).flatten(1, 2)

        return attend

    def _trade(self, x: Tensor) -> Tensor:
        """x[n, ...] -> [n, ...]: what is at i goes to rank i, what came from rank i is at i."""
        ones = [1] * self.size
        return trade(x, ones, ones, self.group)


def cut_stream(objective: nn.Module, cut: Cut) -> None:
    """Let the model read this process's piece, and figures add up over the pieces."""
    model: Any = objective.model
    model.forward, model.own = partial(_read, model, cut), cut.own
    objective.forward = partial(_told, objective.forward, cut)


def _told(forward: Any, cut: Cut, batch: Batch, total: float) -> tuple[Tensor, dict[str, Tensor]]:
    loss, figures = forward(batch, total)
    told = torch.stack(list(figures.values()))
    dist.all_reduce(told, group=cut.group)
    return loss, dict(zip(figures, told, strict=True))


def _read(model: QwenVL, cut: Cut, batch: Batch) -> Tensor:
    """-> hidden[T/n, D] of this process's rows."""
    rows = -(-len(batch.input_ids) // cut.size) * cut.size
    lengths = [*batch.lengths, rows - len(batch.input_ids)]
    attend = causal(Segments.of([n for n in lengths if n], batch.input_ids.device))
    x = _embed(model, cut, batch, model.see(batch))
    return model.model(x, cut.own(batch.position_ids), cut.attend(attend))


def _embed(model: QwenVL, cut: Cut, batch: Batch, seen: Tensor) -> Tensor:
    """-> x[T/n, D] with what stands in these rows of the vision tokens seen[U, D]."""
    x = model.model.embed_tokens(cut.own(batch.input_ids))
    if not batch.grid_thw:
        return x.index_copy(0, batch.vision_rows, seen.type_as(x))  # the ties to the tower
    source = torch.full_like(batch.input_ids, -1)
    source[batch.vision_rows] = torch.arange(len(seen), device=source.device)
    source = cut.own(source, -1)[:, None]
    return torch.where(source < 0, x, seen[source[:, 0].clamp(min=0)].type_as(x))
