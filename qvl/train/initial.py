"""How a model that learns from nothing starts."""

import math

import torch
from torch import Tensor, nn

from qvl.model.layers import RMSNorm
from qvl.model.qwen import QwenVL


def cosine_basis(side: int) -> Tensor:
    """The orthonormal DCT-II atoms of a side x side patch: float32[side, side, side * side]."""
    n = torch.arange(side, dtype=torch.float32)
    atoms = torch.cos(math.pi * n[:, None] * (2 * n[None] + 1) / (2 * side)) * (2 / side) ** 0.5
    atoms[0] /= 2**0.5
    return torch.einsum("ui,vj->uvij", atoms, atoms).flatten(2)


def smooth_filters(shape: torch.Size, generator: torch.Generator, softness: float = 3.0) -> Tensor:
    """Random low-pass filters[D, 3, frames, side, side] for the patch embedding.

    White 14x14 filters lose all correlation when a stroke moves by a pixel, so each shift is
    learnt anew; low frequencies, amplitude exp(-(u^2 + v^2) / 2 softness^2), do not. A net from
    white filters needs about three times the samples before it reads its first characters.
    """
    width, channels, frames, side, _ = shape
    u = torch.arange(side, dtype=torch.float32)
    amplitude = torch.exp(-(u[:, None] ** 2 + u[None] ** 2) / (2 * softness**2))
    amplitude[0, 0] = 0.5  # enough mean brightness for colours
    mix = torch.randn(width, side, side, generator=generator) * amplitude
    filters = torch.einsum("duv,uvp->dp", mix, cosine_basis(side))
    filters = filters / filters.norm(dim=1, keepdim=True)
    colour = 1 / 3 + 0.3 * torch.randn(width, channels, generator=generator)
    weight = filters[:, None, None] * colour[:, :, None, None] / frames
    return weight.expand(-1, -1, frames, -1).reshape(shape)


@torch.no_grad()
def fill(module: nn.Module, depth: int, generator: torch.Generator) -> None:
    """Truncated normal matrices (0.02 at the published widths, wider where narrow), zero biases.

    The last matrix of every residual branch is smaller by the root of twice the `depth`, which
    is the number of blocks. The patch embedding is left to `soften`.
    """
    for name, each in module.named_modules():
        if isinstance(each, nn.Linear):
            std = (0.4 / each.in_features) ** 0.5
            if name.endswith(("down_proj", "o_proj", "attn.proj")):
                std /= (2 * depth) ** 0.5
            nn.init.trunc_normal_(each.weight, std=std, generator=generator)
            if each.bias is not None:
                nn.init.zeros_(each.bias)
        elif isinstance(each, nn.Embedding):
            nn.init.trunc_normal_(each.weight, std=0.05, generator=generator)
        elif isinstance(each, RMSNorm):
            nn.init.ones_(each.weight)


@torch.no_grad()
def soften(patches: nn.Conv3d, generator: torch.Generator) -> None:
    """Smooth filters for the patch embedding."""
    patches.weight.copy_(smooth_filters(patches.weight.shape, generator))


def initialise(model: QwenVL, seed: int) -> None:
    """Every weight of a model that learns from nothing."""
    generator = torch.Generator().manual_seed(seed)
    fill(model.visual, model.cfg.vision.depth, generator)
    fill(model.model, len(model.model.layers), generator)
    fill(model.lm_head, 1, generator)
    soften(model.visual.patch_embed.proj, generator)
    model.tie()
