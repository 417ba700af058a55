"""How a model that learns from nothing starts."""

import math

import torch
from torch import Tensor, nn

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
def initialise(model: QwenVL, seed: int) -> None:
    """Truncated normal matrices (0.02 at the published widths, wider where narrow), zero biases.

    The last matrix of every residual branch is smaller by the root of twice the depth.
    """
    generator = torch.Generator().manual_seed(seed)
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear):
            std = (0.4 / module.in_features) ** 0.5
            if name.endswith(("down_proj", "o_proj", "attn.proj")):
                tower = model.cfg.vision.depth if "visual" in name else len(model.model.layers)
                std /= (2 * tower) ** 0.5
            nn.init.trunc_normal_(module.weight, std=std, generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.trunc_normal_(module.weight, std=0.05, generator=generator)
    patch = model.visual.patch_embed.proj.weight
    patch.copy_(smooth_filters(patch.shape, generator))
    model.tie()
