"""One forward pass over rows of many sequences, end to end: prompts in chunks, answers a row each.

T rows, H query heads, K key/value heads, E head width, D width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from qvl.engine.arena import Arena
from qvl.model.qwen import QwenVL
from qvl.model.text import Layer, mrope

TILE = 16  # rows


@dataclass(frozen=True)
class Rows:
    """Some rows of one sequence: `count` from its `start`th on."""

    slot: int  # of the arena, where its first row lies
    start: int
    count: int


@dataclass(frozen=True)
class Step:
    """The decoder's `Attend`: writes keys and values, then each sequence reads its own."""

    arena: Arena
    parts: tuple[Rows, ...]

    @cached_property
    def slots(self) -> Tensor:
        """int64[T]: where each row's keys and values go."""
        runs = [torch.arange(p.slot + p.start, p.slot + p.start + p.count) for p in self.parts]
        return torch.cat(runs).to(self.arena.keys.device)

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """q[T, H, E], k and v[T, K, E] -> [T, H, E]."""
        keys, values = self.arena.keys[layer], self.arena.values[layer]
        keys.index_copy_(1, self.slots, k.transpose(0, 1))
        values.index_copy_(1, self.slots, v.transpose(0, 1))
        out, at = [], 0
        for part in self.parts:
            held = slice(part.slot, part.slot + part.start + part.count)
            out.append(_attend(q[at : at + part.count], keys[:, held], values[:, held]))
            at += part.count
        return out[0] if len(out) == 1 else torch.cat(out)


def _attend(q: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """q[T, H, E] of the last T of the rows that keys and values[K, L, E] hold -> [T, H, E]."""
    new, end = len(q), keys.shape[1]
    if new == 1:  # sees all, so the queries of a group read their keys as one
        qs = q.view(1, len(keys), -1, q.shape[2])  # [1, K, H/K, E]
        return F.scaled_dot_product_attention(qs, keys[None], values[None]).flatten(1, 2)
    groups = q.shape[1] // len(keys)
    qs = q.unflatten(1, (-1, groups)).permute(1, 2, 0, 3)  # [K, H/K, T, E]
    ks, vs = (x[:, None].expand(-1, groups, -1, -1) for x in (keys, values))
    mask = None
    if new < end:
        mask = torch.ones(new, end, dtype=torch.bool, device=q.device).tril(end - new)
    seen = F.scaled_dot_product_attention(qs, ks, vs, attn_mask=mask, is_causal=new == end)
    return seen.permute(2, 0, 1, 3).flatten(1, 2)


def decode(model: QwenVL, x: Tensor, position_ids: Tensor, step: Step) -> Tensor:
    """x[T, D] -> hidden[T, D], all rows at once."""
    return model.model(x, position_ids, step)


def logits(model: QwenVL, hidden: Tensor) -> Tensor:
    """hidden[N, D] -> float32[N, V]."""
    return model.lm_head(hidden).float()


def decode_tiled(model: QwenVL, x: Tensor, position_ids: Tensor, step: Step) -> Tensor:
    """The same with all that a row does alone in tiles of TILE rows.

    A matrix product adds up in an order that depends on how many rows it has. In tiles it always
    has the same number, so a row's result does not depend on what it is computed with.
    """
    count = len(x)
    tiles = _tiles(x)
    turns = [mrope(ids.T, model.cfg.text) for ids in _tiles(position_ids.T)]
    for layer in model.model.layers:
        assert isinstance(layer, Layer)
        parts = [layer.before(tile, turn) for tile, turn in zip(tiles, turns, strict=True)]
        q, k, v = (torch.cat(each)[:count] for each in zip(*parts, strict=True))
        seen = _tiles(step(layer.layer, q, k, v))
        tiles = [layer.after(tile, each) for tile, each in zip(tiles, seen, strict=True)]
    return torch.cat([model.model.norm(tile) for tile in tiles])[:count]


def logits_tiled(model: QwenVL, hidden: Tensor) -> Tensor:
    """hidden[N, D] -> float32[N, V], in tiles."""
    parts = [model.lm_head(tile).float() for tile in _tiles(hidden)]
    return torch.cat(parts)[: len(hidden)]


def _tiles(x: Tensor) -> Sequence[Tensor]:
    """x[T, ...] in tiles, the last filled up with rows of zeros."""
    missing = -len(x) % TILE
    filled = torch.cat([x, x.new_zeros(missing, *x.shape[1:])]) if missing else x
    return filled.split(TILE)
