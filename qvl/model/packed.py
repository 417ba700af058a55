"""Linear layers whose weights lie in 8 or 4 bits, for the CPU's packed products.

T rows, D inputs, N outputs, M outputs filled up to whole blocks, G inputs a group. The packed
products of torch are quick in bfloat16 alone, which they take whatever the type of the input;
many rows are multiplied by the weight made whole piece by piece, in the type of the input.
"""

from abc import ABC, abstractmethod
from functools import cache
from typing import Self

import torch
from torch import Tensor, nn

from qvl.model.codes import Codes, nearest

BLOCK = 64  # outputs that the 4-bit product lays side by side, at most
GROUPS = (128, 64, 32)  # sizes of a group that it takes
PIECE = 512  # outputs whose weights are made whole at once: what the caches of a core hold
FEW = {8: 16, 4: 48}  # rows up to which the packed product is quicker than making the weight whole


class Packed(nn.Module, ABC):
    """What layers of few bits share; called as `layers.Linear` is."""

    bits: int
    bias: Tensor | None

    def __init__(self, out: int, bias: Tensor | None) -> None:
        super().__init__()
        self.out_features = out
        self.register_buffer("bias", None if bias is None else bias.detach())

    def forward(self, input: Tensor) -> Tensor:
        """input[T, D] -> [T, N], or of a single row, in the type of the input."""
        rows = input.reshape(-1, input.shape[-1])
        if rows.dtype == torch.float16:  # whose range the unscaled codes of 8 bits exceed
            rows = rows.bfloat16()
        few = rows.is_cpu and len(rows) <= FEW[self.bits]
        out = self.few(rows) if few else self.many(rows)
        out = out.type_as(input)
        if self.bias is not None:
            out = out + self.bias
        return out.view(*input.shape[:-1], self.out_features)

    @abstractmethod
    def few(self, rows: Tensor) -> Tensor:
        """rows[T, D] -> [T, N] by the packed product."""

    def many(self, rows: Tensor) -> Tensor:
        """rows[T, D] -> [T, N] by the weight made whole."""
        out = rows.new_empty(len(rows), self.out_features)
        for at in range(0, self.out_features, PIECE):
            part = slice(at, min(at + PIECE, self.out_features))
            out[:, part] = self.piece(rows, part)
        return out

    @abstractmethod
    def piece(self, rows: Tensor, part: slice) -> Tensor:
        """rows[T, D] -> the outputs of `part`, which begins with a block."""


class Int8(Packed):
    """8 bits and one scale for each output."""

    bits = 8
    codes: Tensor  # int8[N, D]
    scales: Tensor  # bfloat16[N], as the product wants them

    def __init__(self, codes: Tensor, scales: Tensor, bias: Tensor | None) -> None:
        super().__init__(len(codes), bias)
        self.register_buffer("codes", codes)
        self.register_buffer("scales", scales)

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor | None) -> Self:
        """The nearest codes of weight[N, D]."""
        x = weight.detach().float()
        scales = (x.abs().amax(1) / 127).clamp(min=torch.finfo(torch.bfloat16).tiny).bfloat16()
        if not bool(torch.isfinite(scales).all()):
            raise ValueError("weights that are no finite numbers have no codes; fetch them again")
        codes = (x / scales.float()[:, None]).round_().clamp_(-127, 127)
        return cls(codes.to(torch.int8), scales, bias)

    def few(self, rows: Tensor) -> Tensor:
        return torch._weight_int8pack_mm(rows.bfloat16(), self.codes, self.scales)

    def piece(self, rows: Tensor, part: slice) -> Tensor:
        return (rows @ self.codes[part].to(rows.dtype).t()) * self.scales[part].to(rows.dtype)


class Int4(Packed):
    """4 bits, a scale and an offset for each group of inputs: (code - 8) * scale + offset."""

    bits = 4
    codes: Tensor  # uint8[M/2h, D, h], two outputs a byte, h apart
    scales: Tensor  # bfloat16[D/G, M, 2], scale and offset

    def __init__(self, codes: Codes, bias: Tensor | None) -> None:
        """From codes of 4 bits, whose scales and offsets are rounded to bfloat16."""
        super().__init__(len(codes.whole), bias)
        self.group = codes.group
        more = -len(codes.whole) % BLOCK
        scales = codes.scales.float()
        both = torch.stack([scales, (8 - codes.zeros.float()) * scales], -1).bfloat16()
        both = nn.functional.pad(both.transpose(0, 1), (0, 0, 0, more)).contiguous()
        whole = nn.functional.pad(codes.whole, (0, 0, 0, more))
        self.register_buffer("codes", laid(whole, native() or BLOCK // 2))
        self.register_buffer("scales", both)

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor | None) -> Self:
        """The nearest codes of weight[N, D]; ValueError where D has no group."""
        group = next((size for size in GROUPS if weight.shape[1] % size == 0), None)
        if group is None:
            raise ValueError(
                f"a row of {weight.shape[1]} weights is no multiple of {GROUPS[-1]}, as 4 bits "
                f"need; ask for int8"
            )
        return cls(nearest(weight, group, torch.bfloat16), bias)

    def few(self, rows: Tensor) -> Tensor:
        if self.codes.shape[-1] != native():
            return self.many(rows)
        flat = self.codes.view(-1, self.codes.shape[1] // 2)
        product = torch.ops.aten._weight_int4pack_mm_for_cpu
        out = product(rows.bfloat16(), flat, self.group, self.scales)
        return out[:, : self.out_features]

    def piece(self, rows: Tensor, part: slice) -> Tensor:
        _, width, half = self.codes.shape
        packed = self.codes[part.start // (2 * half) : -(-part.stop // (2 * half))]
        codes = torch.cat([packed & 15, packed >> 4], -1).view(torch.int8).sub_(8)
        by_group = codes.to(rows.dtype).view(len(packed), -1, self.group, 2 * half)
        both = self.scales[:, part.start : part.start + len(packed) * 2 * half]
        scale, offset = (
            x.reshape(-1, len(packed), 1, 2 * half).transpose(0, 1).contiguous().to(rows.dtype)
            for x in both.unbind(-1)
        )
        across = torch.addcmul(offset, by_group, scale).view(len(packed), width, 2 * half)
        out = rows @ across.transpose(0, 1).reshape(width, -1)
        return out[:, : part.stop - part.start]


def laid(whole: Tensor, half: int) -> Tensor:
    """Codes[M, D] -> uint8[M/2h, D, h]: of every block of 2h rows the halves share bytes."""
    low, high = whole.unflatten(0, (-1, 2, half)).unbind(1)
    return (low | high << 4).transpose(1, 2).contiguous()


@cache
def native() -> int:
    """Half of a block as torch's 4-bit product lays it out on this CPU; 0 where it is unknown."""
    probe = torch.arange(8 * BLOCK).mul_(7).remainder_(61).remainder_(16).view(BLOCK, 8)
    try:
        theirs = torch.ops.aten._convert_weight_to_int4pack_for_cpu(probe.int(), 1).flatten()
    except (AttributeError, RuntimeError):
        return 0
    ours = {half: laid(probe.to(torch.uint8), half).flatten() for half in (32, 16)}
    return next((half for half, x in ours.items() if torch.equal(x, theirs)), 0)
