"""Pairs for tests: pictures of noise of several sizes, captions of several lengths."""

import torch

from qvl.config import TINY, Config
from qvl.model.parts import MERGER, TOWER, freeze
from qvl.model.qwen import QwenVL
from qvl.train.contrast import Sigmoid, Softmax
from qvl.train.contrastive import Contrastive, begin
from qvl.train.initial import initialise
from qvl.train.pairs import Pair
from qvl.train.parallel import ALONE, World


def pair(i: int, words: int | None = None) -> Pair:
    """Picture i with the caption `words`, its own by default."""
    draw = torch.Generator().manual_seed(i)
    h, w = 2 * (1 + i % 3), 2 * (1 + i % 2)
    pixels = torch.randint(0, 256, (h * w, 588), generator=draw).to(torch.uint8)
    said = torch.Generator().manual_seed(1000 + (i if words is None else words))
    ids = torch.randint(0, 200, (2 + (i if words is None else words) % 4,), generator=said)
    return Pair(pixels, (1, h, w), ids, f"set/{i}")


def objective(
    contrast: type[Sigmoid] | type[Softmax], world: World = ALONE, cfg: Config = TINY
) -> Contrastive:
    """A tiny one from nothing, whose scale is not too steep to show every pair's part."""
    model = QwenVL(cfg)
    initialise(model, 0)
    freeze(model, {TOWER, MERGER})
    out = Contrastive(model, cfg.text, contrast(), 16, world)
    begin(out, 1)
    if isinstance(out.contrast, Sigmoid):
        out.contrast.bias.data.fill_(-2.0)
    return out
