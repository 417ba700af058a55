"""A finished model for serving: fewer and larger matrix products, quick for a few rows.

T tokens, D width, H query heads, K key/value heads, E head width.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qvl.engine.kernel.pages import settled
from qvl.engine.kernel.products import NARROW, ROWS, Kernel
from qvl.model.layers import Linear, Rotation, SwiGLU, rotate
from qvl.model.qwen import QwenVL
from qvl.model.text import Attention, Layer


class Rows(Linear):
    """A linear layer, the weight of others, that is quick for the few rows of a step."""

    def __init__(self, weight: Tensor, bias: Tensor | None, kernel: Kernel | None) -> None:
        nn.Module.__init__(self)  # no weight of its own
        self.out_features, self.in_features = weight.shape
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.bias = None if bias is None else nn.Parameter(bias, requires_grad=False)
        self.kernel = kernel if self.in_features % NARROW == 0 else None

    def forward(self, input: Tensor) -> Tensor:
        """input[T, D] -> [T, W], or of a single row.

        Of bfloat16 on a CPU the kernel takes a few rows; without it, torch's matrix-vector
        product takes one.
        """
        narrow = input.dtype == self.weight.dtype == torch.bfloat16 and input.is_cpu
        if not narrow or torch.is_grad_enabled():
            return nn.Linear.forward(self, input)
        rows = input.numel() // self.in_features
        if self.kernel and 1 <= rows <= ROWS:
            return self.kernel.bfloat16(input, self.weight, self.bias)
        if rows == 1 and self.bias is not None:
            y = torch.addmv(self.bias, self.weight, input.flatten())
            return y.view(*input.shape[:-1], -1)
        return super().forward(input)


class FusedAttention(nn.Module):
    """`Attention` with one product for queries, keys and values."""

    def __init__(self, whole: Attention, kernel: Kernel | None) -> None:
        super().__init__()
        self.head = whole.head
        parts = [whole.q_proj, whole.k_proj, whole.v_proj]
        self.heads = [part.out_features // whole.head for part in parts]
        self.qkv_proj = joined(parts, kernel)
        self.o_proj = joined([whole.o_proj], kernel)

    def forward(self, x: Tensor, turn: Rotation) -> tuple[Tensor, Tensor, Tensor]:
        """x[T, D] -> queries[T, H, E], keys and values[T, K, E]."""
        q, k, v = self.heads
        turned, values = self.qkv_proj(x).unflatten(-1, (-1, self.head)).split([q + k, v], 1)
        queries, keys = rotate(turned, turn).split([q, k], 1)
        return queries, keys, values


class FusedSwiGLU(nn.Module):
    """`SwiGLU` with one product for gate and up."""

    def __init__(self, whole: SwiGLU, kernel: Kernel | None) -> None:
        super().__init__()
        self.gate_up_proj = joined([whole.gate_proj, whole.up_proj], kernel)
        self.down_proj = joined([whole.down_proj], kernel)

    def forward(self, x: Tensor) -> Tensor:
        gate, up = self.gate_up_proj(x).chunk(2, -1)
        return self.down_proj(F.silu(gate) * up)


def joined(parts: list[nn.Linear], kernel: Kernel | None) -> Rows:
    """One layer that gives what all the parts give, end to end."""
    biases = [part.bias.detach() for part in parts if part.bias is not None]
    weights = [part.weight.detach() for part in parts]
    weight = settled(torch.cat(weights) if len(weights) > 1 else weights[0])
    return Rows(weight, torch.cat(biases) if biases else None, kernel)


@torch.no_grad()
def fused(model: QwenVL, kernel: Kernel | None) -> QwenVL:
    """The model itself, its decoder's blocks with fewer products: for serving alone.

    It is changed in place, block by block, so that memory holds the parts of one block twice at
    most; its names are no longer the published ones. A tied head stays tied. `kernel` multiplies
    few rows of bfloat16 on a CPU; None leaves them to torch. ValueError where the blocks are not
    those of a plain model.
    """
    blocks = [each for each in model.model.layers if isinstance(each, Layer)]
    for i, block in enumerate(blocks):
        linear = [*block.self_attn.children(), *block.mlp.children(), model.lm_head]
        if type(block.self_attn) is not Attention or not all(_plain(part) for part in linear):
            raise ValueError(
                f"block {i} is not as published: fuse a model once, before it is quantised, and "
                "merge adapters first (lora.merged)"
            )
    for block in blocks:
        block.add_module("self_attn", FusedAttention(block.self_attn, kernel))
        block.add_module("mlp", FusedSwiGLU(block.mlp, kernel))
    model.lm_head = joined([model.lm_head], kernel)
    if model.cfg.text.tie_word_embeddings:
        model.model.embed_tokens.weight = model.lm_head.weight
    return model.eval()


def _plain(part: nn.Module) -> bool:
    return type(part) in (nn.Linear, Linear)
