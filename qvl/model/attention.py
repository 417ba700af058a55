"""Attention over a packed stream: segments lie end to end and never see each other.

T tokens (or patches), S segments, H query heads, K key/value heads, E head width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import torch
import torch.nn.functional as F
from torch import Tensor

SHORT = 512  # rows of a segment whose attention is small enough to be written out


@dataclass(frozen=True)
class Segments:
    """Where the segments of a stream of T rows end.

    Segments of one length are computed as one batch: `order` lays the rows out by the length of
    their segment (None where they lie so already), `runs` counts (segments, length) in that order.
    """

    cu_seqlens: Tensor  # int32[S + 1], from 0 to T, on the device of the stream
    longest: int
    runs: tuple[tuple[int, int], ...]
    order: Tensor | None  # int64[sum of the runs]
    inverse: Tensor | None  # int64[T]

    @classmethod
    def of(cls, lengths: Sequence[int], device: torch.device | str = "cpu", pad: int = 1) -> Self:
        """Segments of these lengths, which must not be 0.

        With `pad` they are laid out as if they were multiples of it, so that many of nearly one
        length become one batch. What fills a segment up comes last, where only causal attention
        does not see it.
        """
        ends = torch.tensor([0, *lengths]).cumsum(0)
        size = torch.tensor(list(lengths))
        full = -(-size // pad) * pad
        order = inverse = None
        by_length = full.argsort(stable=True)
        if pad > 1 or by_length.tolist() != list(range(len(lengths))):
            start = torch.zeros_like(full)  # of each segment in the new layout
            start[by_length] = full[by_length].cumsum(0) - full[by_length]
            inverse = torch.arange(len(size)).repeat_interleave(size)
            inverse = torch.arange(int(ends[-1])) - ends[:-1][inverse] + start[inverse]
            order = torch.zeros(int(full.sum()), dtype=torch.int64)
            order[inverse] = torch.arange(int(ends[-1]))
            order, inverse = order.to(device), inverse.to(device)
        counts = torch.unique_consecutive(full[by_length], return_counts=True)
        runs = tuple((n, each) for each, n in zip(*(c.tolist() for c in counts), strict=True))
        return cls(ends.to(device, torch.int32), max(lengths), runs, order, inverse)


class Attend(Protocol):
    """Where a layer's queries find keys: in the pack when training, in a cache when serving."""

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor: ...


def causal(segments: Segments) -> Attend:
    """Each token sees its own segment up to itself."""
    return lambda layer, q, k, v: packed_attention(q, k, v, segments, causal=True)


def packed_attention(
    q: Tensor, k: Tensor, v: Tensor, segments: Segments, *, causal: bool
) -> Tensor:
    """q[T, H, E], k and v[T, K, E] -> [T, H, E]; each segment attends to itself."""
    if q.is_cuda and q.dtype != torch.float32:
        return _varlen(q, k, v, segments, causal)
    k, v = grouped(k, q.shape[1]), grouped(v, q.shape[1])
    if segments.order is not None:
        assert segments.inverse is not None
        q, k, v = (reorder(x, segments.order, segments.inverse) for x in (q, k, v))
    learning = q.requires_grad and not q.is_cuda
    sizes = [count * length for count, length in segments.runs]
    out = []
    for (count, length), *parts in zip(
        segments.runs, *(x.split(sizes) for x in (q, k, v)), strict=True
    ):
        # [n, H, L, E]: a three-dimensional call takes torch's slow path on CPU
        qs, ks, vs = (x.unflatten(0, (count, length)).transpose(1, 2) for x in parts)
        if learning and length <= SHORT:
            seen = _plain(qs, ks, vs, causal=causal)
        else:
            seen = F.scaled_dot_product_attention(qs, ks, vs, is_causal=causal)
        out.append(seen.transpose(1, 2).flatten(0, 1))
    x = out[0] if len(out) == 1 else torch.cat(out)
    if segments.order is None or segments.inverse is None:
        return x
    return reorder(x, segments.inverse, segments.order)


def _plain(q: Tensor, k: Tensor, v: Tensor, *, causal: bool) -> Tensor:
    """q, k, v[n, H, L, E] -> [n, H, L, E] by whole matrices.

    Torch's fused kernel has no fast backward pass on a CPU: a window of 64 patches takes three
    times as long there.
    """
    weights = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    if causal:
        length = q.shape[-2]
        later = torch.ones(length, length, dtype=torch.bool, device=q.device).triu(1)
        weights = weights.masked_fill(later, float("-inf"))
    return weights.softmax(-1) @ v


class _Reorder(torch.autograd.Function):
    """Rows in another order, whose gradient is the other order and not a scatter."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, order: Tensor, inverse: Tensor) -> Tensor:
        ctx.save_for_backward(inverse, order)
        return x.index_select(0, order)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        return grads[0].index_select(0, ctx.saved_tensors[0]), None, None


def reorder(x: Tensor, order: Tensor, inverse: Tensor) -> Tensor:
    """x[T, ...] -> x[order], where `inverse` undoes `order`; rows taken to fill up are for show."""
    out = _Reorder.apply(x, order, inverse)
    assert isinstance(out, Tensor)
    return out


def grouped(x: Tensor, heads: int) -> Tensor:
    """x[T, K, E] -> [T, H, E]: query heads share a key/value head in consecutive groups of H/K."""
    tokens, own, width = x.shape
    if own == heads:
        return x
    return x[:, :, None].expand(-1, -1, heads // own, -1).reshape(tokens, heads, width)


def _varlen(q: Tensor, k: Tensor, v: Tensor, segments: Segments, causal: bool) -> Tensor:
    from torch.nn.attention.varlen import varlen_attn

    ends, longest = segments.cu_seqlens, segments.longest
    k, v = grouped(k, q.shape[1]), grouped(v, q.shape[1])  # enable_gqa is newer than torch 2.11
    window = (-1, 0 if causal else -1)
    out = varlen_attn(q, k, v, ends, ends, longest, longest, window_size=window)
    assert isinstance(out, Tensor)
    return out
