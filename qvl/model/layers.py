"""The parts both towers share. T tokens or patches, H heads, E head width."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Rotation = tuple[Tensor, Tensor]  # cosines and sines, float32[T, 1, E/2] each


class RMSNorm(nn.Module):
    """Root-mean-square norm in float32; the weight multiplies in the type of the input."""

    def __init__(self, width: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        y = x.float()
        y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * y.type_as(x)


class Linear(nn.Linear):
    """A matrix product without bias that is quick for one row, the token that is written next.

    On a CPU torch multiplies one bfloat16 row by a general kernel, which reads the weight at half
    the speed of its matrix-vector kernel where rows are long. Both add up in float32.
    """

    def __init__(self, width: int, out: int) -> None:
        super().__init__(width, out, bias=False)

    def forward(self, input: Tensor) -> Tensor:
        """input[T, D] -> [T, out], or of a single row."""
        narrow = input.dtype == self.weight.dtype == torch.bfloat16
        if narrow and input.is_cpu and input.numel() == self.in_features:
            return torch.mv(self.weight, input.flatten()).view(*input.shape[:-1], -1)
        return super().forward(input)


class SwiGLU(nn.Module):
    """down(silu(gate(x)) * up(x)); biases in the vision tower, none in the decoder."""

    def __init__(self, width: int, hidden: int, *, bias: bool) -> None:
        super().__init__()
        kind = nn.Linear if bias else Linear
        self.gate_proj = kind(width, hidden)
        self.up_proj = kind(width, hidden)
        self.down_proj = kind(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


def finite(x: Tensor) -> Tensor:
    """The stream of residuals within what float16 holds; other types have the room, as they are.

    Trained in bfloat16, the released models outgrow float16 in their last blocks.
    """
    if x.dtype != torch.float16:
        return x
    most = torch.finfo(torch.float16).max
    return x.clamp(-most, most)


def rope_angles(positions: Tensor, width: int, *, base: float) -> Tensor:
    """positions[...] -> float32 angles[..., width/2], one a rotated pair of a `width`-wide head."""
    steps = torch.arange(0, width, 2, device=positions.device, dtype=torch.float32)
    return positions[..., None].float() * (1.0 / base ** (steps / width))


def rotation(angles: Tensor) -> Rotation:
    """angles[T, E/2] -> what `rotate` takes; made once a forward and shared by every layer."""
    return angles.cos()[:, None], angles.sin()[:, None]


def rotate(x: Tensor, turn: Rotation) -> Tensor:
    """x[T, H, E] with its pairs (i, i + E/2) turned, in float32, back in x's type."""
    cos, sin = turn
    a, b = x.float().chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], dim=-1).type_as(x)
