"""Where a run starts: each part of the model from a checkpoint, or from nothing.

The tower comes from a contrastive run, the decoder from a published Qwen2.5 text model, or both
from a Qwen2.5-VL (report, section 2.1); the merger between parts of different origin is fresh.
"""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from qvl.config import Config
from qvl.model.outline import outline
from qvl.model.qwen import QwenVL
from qvl.model.qwen2 import is_text_model, with_tower
from qvl.model.weights import load, tensors
from qvl.train.initial import fill, soften

MERGER = "visual.merger."


def build(
    cfg: Config,
    *,
    tower: Path | None = None,
    llm: Path | None = None,
    whole: Path | None = None,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
) -> QwenVL:
    """A model of the sizes `cfg`, on the CPU, its parts from the folders that are named.

    `tower` and `whole` are folders of a Qwen2.5-VL of any decoder, `llm` of one, or of a text
    model; of a folder every tensor is accounted for, and what it holds beside the part asked for
    is left there. What no folder gives starts at random from `seed`, the merger unless `whole`.
    ValueError where a folder's sizes are not those of `cfg`, or its tensors not those it should
    have.
    """
    model = outline(cfg)
    if whole:
        if tower or llm:
            raise ValueError(f"whole={whole} leaves no part for tower={tower} or llm={llm}")
        donor = load(whole)
        _agree(whole, "", asdict(cfg), asdict(donor.cfg))
        _take(model, donor.state_dict(), dtype)
        model.tie()
        return model
    for module in _untold(model, tower, llm):
        module.to_empty(device="cpu").to(dtype)
    if tower:
        _take(model, _tower(tower, cfg), dtype)
    if llm:
        _take(model, _decoder(llm, cfg), dtype)
    model.tie()
    generator = torch.Generator().manual_seed(seed)
    for module in _untold(model, tower, llm):
        fill(
            module,
            cfg.text.num_hidden_layers if module is model.model else cfg.vision.depth,
            generator,
        )
    if not tower:
        soften(model.visual.patch_embed.proj, generator)
    return model


def _untold(model: QwenVL, tower: Path | None, llm: Path | None) -> list[nn.Module]:
    """What no folder gives."""
    visual = model.visual.merger if tower else model.visual
    return [visual] if llm else [visual, model.model, model.lm_head]


def _tower(folder: Path, cfg: Config) -> dict[str, Tensor]:
    """Tensors of the tower without its merger."""
    donor = load(folder)
    own, other = (
        # the width of the decoder is the merger's; the clock is the decoder's
        asdict(replace(each.vision, out_hidden_size=0, tokens_per_second=0))
        for each in (cfg, donor.cfg)
    )
    _agree(folder, "vision ", own, other)
    state = donor.state_dict()
    return {k: x for k, x in state.items() if k.startswith("visual.") and not k.startswith(MERGER)}


def _decoder(folder: Path, cfg: Config) -> dict[str, Tensor]:
    """Tensors of the decoder and its head."""
    if is_text_model(folder):
        theirs = with_tower(folder, cfg.vision)
        # how pairs are dealt to the axes makes no difference to a model that has read text alone
        text = replace(theirs.text, mrope_section=cfg.text.mrope_section)
        theirs = replace(theirs, text=text)
        names = {k: x for k, x in outline(theirs).state_dict().items() if "visual." not in k}
        state = tensors(folder, theirs, names)
    else:
        donor = load(folder)
        theirs, state = donor.cfg, donor.state_dict()
    own, other = (asdict(replace(x.text, max_position_embeddings=0)) for x in (cfg, theirs))
    _agree(folder, "text ", own, other)
    return {k: x for k, x in state.items() if not k.startswith("visual.")}


def _agree(folder: Path, part: str, own: dict[str, Any], other: dict[str, Any]) -> None:
    """ValueError that names what a folder's config says and the run's does not."""
    wrong = [f"{k} {other[k]!r}, not {own[k]!r}" for k in own if own[k] != other[k]]
    if wrong:
        raise ValueError(
            f"{folder} has {part}{'; '.join(wrong)}; start from a folder of the run's sizes, "
            f"or set the run's sizes to the folder's"
        )


def _take(model: QwenVL, state: dict[str, Tensor], dtype: torch.dtype) -> None:
    """Copies, so that what is learnt never meets the mapped file."""
    copied = {name: x.to(dtype, copy=True) for name, x in state.items()}
    told = model.load_state_dict(copied, strict=False, assign=True)
    assert not told.unexpected_keys, told
