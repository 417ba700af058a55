"""A model whose decoder is multiplied by the compiled kernel where a step has few rows.

T rows, D inputs, N outputs.
"""

from typing import Self

import torch
from torch import Tensor, nn

from qvl.engine.fuse import Rows
from qvl.engine.kernel.layouts import BYTES, GROUP, pack4, unpack4
from qvl.engine.kernel.pages import settled
from qvl.engine.kernel.products import ROWS, Kernel
from qvl.model.codes import Codes
from qvl.model.layers import Linear
from qvl.model.packed import Int4, Int8, Packed
from qvl.model.qwen import QwenVL


class Quick8(Int8):
    """8 bits, by the kernel where it takes the rows."""

    kernel: Kernel
    wide: Tensor  # float32[N], the scales

    @classmethod
    def over(cls, layer: Int8, kernel: Kernel) -> Self:
        made = cls(layer.codes, layer.scales, layer.bias)
        made.kernel = kernel
        made.register_buffer("wide", layer.scales.float(), persistent=False)
        return made

    def few(self, rows: Tensor) -> Tensor:
        if len(rows) > ROWS:
            return super().few(rows)
        return self.kernel.int8(rows, self.codes, self.wide)


class Quick4(Packed):
    """4 bits, laid out for the kernel: (code - zero) * scale."""

    bits = 4
    kernel: Kernel
    codes: Tensor  # uint8[N, D/128, 64]
    scales: Tensor  # float16[N, D/128]
    zeros: Tensor  # uint8[N, D/128]
    width: int

    @classmethod
    def over(cls, layer: Int4, kernel: Kernel) -> Self | None:
        """The same layer; None where its groups or scales are none that the kernel takes."""
        codes = codes_of(layer)
        scales = codes.scales.half()
        if codes.group != GROUP or not torch.equal(scales.float(), codes.scales.float()):
            return None
        made = cls(layer.out_features, layer.bias)
        made.kernel = kernel
        made.width = codes.whole.shape[1]
        made.register_buffer("codes", settled(pack4(codes.whole)))
        made.register_buffer("scales", scales.contiguous())
        made.register_buffer("zeros", codes.zeros.contiguous())
        return made

    def few(self, rows: Tensor) -> Tensor:
        if len(rows) > ROWS:
            return self.many(rows)
        return self.kernel.int4(rows, self.codes, self.scales, self.zeros)

    def piece(self, rows: Tensor, part: slice) -> Tensor:
        whole = unpack4(self.codes[part], self.width).to(rows.dtype)
        by_group = whole.unflatten(1, (-1, GROUP)).sub_(self.zeros[part, :, None])
        weight = by_group.mul_(self.scales[part, :, None].to(rows.dtype)).flatten(1)
        return rows @ weight.t()


def codes_of(layer: Int4) -> Codes:
    """What the layer was made from, its scales in bfloat16."""
    halves = torch.stack([layer.codes & 15, layer.codes >> 4], 1).transpose(2, 3)
    whole = halves.flatten(0, 2)[: layer.out_features].contiguous()
    scales, offsets = layer.scales[:, : layer.out_features].transpose(0, 1).unbind(-1)
    zeros = (8 - offsets.float() / scales.float()).round().to(torch.uint8)
    return Codes(whole, zeros, scales)


def quick(model: QwenVL, kernel: Kernel | None) -> QwenVL:
    """`model` itself, its decoder's layers multiplied by the kernel where that takes them.

    That are weights of bfloat16, 8 and 4 bits on a CPU; the names of whole weights stay as
    published. Without a kernel nothing changes.
    """
    if kernel is None or model.model.embed_tokens.weight.dtype != torch.bfloat16:
        return model
    named = [(f"model.{name}", each) for name, each in model.model.named_modules()]
    for name, layer in [*named, ("lm_head", model.lm_head)]:
        if made := _made(layer, kernel):
            model.set_submodule(name, made)
    return model


def _made(layer: nn.Module, kernel: Kernel) -> nn.Module | None:
    """Another layer in its place, or None."""
    if isinstance(layer, nn.Linear) and type(layer) in (nn.Linear, Linear):
        made = Rows(layer.weight, layer.bias, kernel)
        made.weight, made.bias = layer.weight, layer.bias  # a tied one stays tied
        return made
    if type(layer) is Int8 and layer.codes.shape[1] % BYTES == 0:
        return Quick8.over(layer, kernel)
    return Quick4.over(layer, kernel) if type(layer) is Int4 else None
