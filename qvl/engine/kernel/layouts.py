"""How int8 and int4 weights lie for the kernel. N outputs, K width, G groups of 128."""

import torch
import torch.nn.functional as F
from torch import Tensor

BYTES = 64  # int8 weights that are read at once
GROUP = 128  # int4 weights with one scale and one zero


def pack8(q: Tensor) -> Tensor:
    """q int8[N, K] -> the same with K filled up to a multiple of 64."""
    return F.pad(q, (0, -q.shape[1] % BYTES)).contiguous()


def pack4(q: Tensor) -> Tensor:
    """q uint8[N, K], 0 to 15 each -> uint8[N, G, 64], K filled up to a multiple of 128.

    A group is 16 words of 32 bits; bits 4j to 4j + 3 of word i hold its number 16j + i.
    """
    if q.dtype != torch.uint8 or int(q.max()) > 15:
        raise ValueError(f"q is {q.dtype} up to {int(q.max())}; give uint8 from 0 to 15")
    whole = F.pad(q, (0, -q.shape[1] % GROUP)).view(len(q), -1, 4, 2, 16)
    pairs = whole[:, :, :, 0] | whole[:, :, :, 1] << 4  # [N, G, 4, 16], by byte of a word
    return pairs.transpose(2, 3).flatten(2).contiguous()


def unpack4(packed: Tensor, width: int) -> Tensor:
    """uint8[N, G, 64] -> q uint8[N, K], what `pack4` was given."""
    pairs = packed.unflatten(2, (16, 4)).transpose(2, 3)
    return torch.stack([pairs & 15, pairs >> 4], 3).flatten(1)[:, :width]
