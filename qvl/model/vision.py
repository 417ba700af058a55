"""The vision tower: patches in, tokens of the decoder's width out (report, section 2.1).

P patches, U merge units, D width, H heads, E head width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qvl.config import VisionConfig
from qvl.model.attention import Segments, packed_attention, reorder
from qvl.model.layers import RMSNorm, Rotation, SwiGLU, finite, rope_angles, rotate, rotation
from qvl.model.pixels import normalise
from qvl.model.positions import patch_positions, window_partition
from qvl.sample import Grid


@dataclass(frozen=True)
class Plan:
    """All that the tower needs to know of a list of grids, made once, on the CPU."""

    order: Tensor  # int64[U]: merge units, window by window
    inverse: Tensor  # int64[U]: back to the order of the input
    windows: Segments  # over P patches in window order
    frames: Segments  # attention never leaves a frame pair, in any block
    turn: Rotation  # of P patches in window order

    @classmethod
    def of(cls, grids: Sequence[Grid], cfg: VisionConfig, device: torch.device | str) -> Self:
        unit = cfg.spatial_merge_size**2
        order, units = window_partition(grids, cfg.spatial_merge_size, cfg.window_units)
        places = patch_positions(grids, cfg.spatial_merge_size)  # [P, 2]
        angles = rope_angles(places, cfg.hidden_size // cfg.num_heads // 2, base=10_000.0)
        angles = angles.flatten(1).unflatten(0, (-1, unit))[order].flatten(0, 1)  # [P, E/2]
        return cls(
            order.to(device),
            order.argsort().to(device),
            Segments.of([unit * n for n in units], device),
            Segments.of([h * w for t, h, w in grids for _ in range(t)], device),
            rotation(angles.to(device)),
        )


class VisionAttention(nn.Module):
    def __init__(self, cfg: VisionConfig) -> None:
        super().__init__()
        self.heads = cfg.num_heads
        self.qkv = nn.Linear(cfg.hidden_size, 3 * cfg.hidden_size)
        self.proj = nn.Linear(cfg.hidden_size, cfg.hidden_size)

    def forward(self, x: Tensor, turn: Rotation) -> tuple[Tensor, Tensor, Tensor]:
        """x[P, D] -> queries, keys and values, each [P, H, E]."""
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).unbind(1)
        return rotate(q, turn), rotate(k, turn), v


class VisionBlock(nn.Module):
    def __init__(self, cfg: VisionConfig) -> None:
        super().__init__()
        self.norm1 = RMSNorm(cfg.hidden_size)
        self.norm2 = RMSNorm(cfg.hidden_size)
        self.attn = VisionAttention(cfg)
        self.mlp = SwiGLU(cfg.hidden_size, cfg.intermediate_size, bias=True)

    def forward(self, x: Tensor, turn: Rotation, segments: Segments) -> Tensor:
        """x[P, D] -> [P, D]; each patch attends to its own segment alone."""
        q, k, v = self.before(x, turn)
        return self.after(x, packed_attention(q, k, v, segments, causal=False))

    def before(self, x: Tensor, turn: Rotation) -> tuple[Tensor, Tensor, Tensor]:
        """What a patch does alone ahead of attention."""
        return self.attn(self.norm1(x), turn)

    def after(self, x: Tensor, seen: Tensor) -> Tensor:
        """What a patch does alone with what it attended to."""
        x = x + self.attn.proj(seen.flatten(1))
        return finite(x + self.mlp(self.norm2(x)))


class PatchEmbed(nn.Module):
    """A matrix product: the published Conv3d covers a whole patch. Kept for the weight's shape.

    A still picture repeats its frame, so the weight's two temporal slices are added up for it.
    """

    def __init__(self, cfg: VisionConfig) -> None:
        super().__init__()
        kernel = (cfg.temporal_patch_size, cfg.patch_size, cfg.patch_size)
        self.proj = nn.Conv3d(3, cfg.hidden_size, kernel, stride=kernel, bias=False)

    def forward(self, pixels: Sequence[Tensor]) -> Tensor:
        """uint8[P, 588] a picture and uint8[P, 1176] a clip -> [P, D] of all, in their order."""
        weight = self.proj.weight
        by_width = {weight[0].numel(): weight.flatten(1)}
        by_width[weight[0, :, 0].numel()] = weight.sum(2).flatten(1)
        runs: list[list[Tensor]] = []
        for each in pixels:
            if runs and runs[-1][0].shape[1] == each.shape[1]:
                runs[-1].append(each)
            else:
                runs.append([each])
        rows = [normalise(torch.cat(run)).to(weight.dtype) for run in runs]
        out = torch.cat([F.linear(x, by_width[x.shape[1]]) for x in rows])
        return out.to(weight.dtype)  # autocast narrows the product, never the stream of residuals


class PatchMerger(nn.Module):
    def __init__(self, cfg: VisionConfig) -> None:
        super().__init__()
        self.unit = unit = cfg.spatial_merge_size**2 * cfg.hidden_size
        self.ln_q = RMSNorm(cfg.hidden_size)
        self.mlp = nn.Sequential(
            nn.Linear(unit, unit), nn.GELU(), nn.Linear(unit, cfg.out_hidden_size)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.mlp(self.ln_q(x).view(-1, self.unit))  # [P, D] -> [U, 4D] -> [U, out]


class VisionTower(nn.Module):
    def __init__(self, cfg: VisionConfig) -> None:
        super().__init__()
        self.cfg = cfg
        self.patch_embed = PatchEmbed(cfg)
        self.blocks = nn.ModuleList(VisionBlock(cfg) for _ in range(cfg.depth))
        self.merger = PatchMerger(cfg)

    def forward(self, pixels: Sequence[Tensor], grids: Sequence[Grid]) -> Tensor:
        """Patches of all pictures and clips, in order of appearance -> tokens[U, out_hidden_size].

        Oracle: `Qwen2_5_VisionTransformerPretrainedModel` of transformers.
        """
        cfg = self.cfg
        if not grids:
            return self._nothing()
        plan = Plan.of(grids, cfg, self.patch_embed.proj.weight.device)
        x = self.patch_embed(pixels)
        x = x.unflatten(0, (len(plan.order), -1))
        x = reorder(x, plan.order, plan.inverse).flatten(0, 1)
        for i, block in enumerate(self.blocks):
            full = i in cfg.fullatt_block_indexes
            x = block(x, plan.turn, plan.frames if full else plan.windows)
        return reorder(self.merger(x), plan.inverse, plan.order)

    def blank(self) -> tuple[list[Tensor], list[Grid]]:
        """The least that there is to see: one merge unit of a black picture."""
        weight, side = self.patch_embed.proj.weight, self.cfg.spatial_merge_size
        pixels = torch.zeros(side * side, weight[0, :, 0].numel(), dtype=torch.uint8)
        return [pixels.to(weight.device)], [(1, side, side)]

    def _nothing(self) -> Tensor:
        """-> tokens[0, out_hidden_size]; where something learns they are tied to it.

        So a loss has a gradient, of zeros, where text alone is read.
        """
        if not torch.is_grad_enabled():
            return self.patch_embed.proj.weight.new_zeros(0, self.cfg.out_hidden_size)
        return self.forward(*self.blank())[:0].clone()  # no view: FSDP hooks on the result
