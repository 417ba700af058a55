"""YaRN (arXiv 2309.00071): slow rotary pairs stretched, fast ones kept, a ramp between.

Oracle: `ROPE_INIT_FUNCTIONS["yarn"]` of transformers. E head width.
"""

import math

import torch
from torch import Tensor

from qvl.config import TextConfig, Yarn


def caution(yarn: Yarn) -> str:
    """What the makers of the model say of it, for who loads one."""
    return (
        f"rope_scaling: YaRN stretches positions {yarn.factor:g} times, which harms finding places "
        f"in pictures and times in clips; take it out of config.json unless prompts exceed "
        f"{yarn.original_max_position_embeddings} tokens"
    )


def stretched(frequencies: Tensor, yarn: Yarn, cfg: TextConfig) -> Tensor:
    """frequencies[E/2] in radians a position -> [E/2]."""
    last = cfg.head_dim - 1
    low = max(math.floor(_pair(yarn.beta_fast, yarn, cfg)), 0)
    high = min(math.ceil(_pair(yarn.beta_slow, yarn, cfg)), last)
    pairs = torch.arange(len(frequencies), device=frequencies.device, dtype=torch.float32)
    ramp = ((pairs - low) / (high - low or 0.001)).clamp(0, 1)  # 1: stretched whole
    return frequencies / yarn.factor * ramp + frequencies * (1 - ramp)


def _pair(turns: float, yarn: Yarn, cfg: TextConfig) -> float:
    """Which rotary pair turns so many times over the trained length, as a fraction."""
    length = yarn.original_max_position_embeddings / (turns * 2 * math.pi)
    return cfg.head_dim * math.log(length) / (2 * math.log(cfg.rope_theta))


def strength(yarn: Yarn) -> float:
    """By how much queries and keys grow: attention over more tokens is kept as sharp."""
    return yarn.attention_factor or 0.1 * math.log(yarn.factor) + 1
