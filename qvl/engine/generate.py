"""One answer, token by token."""

from collections.abc import Collection, Iterator
from dataclasses import replace

import torch
from torch import Tensor

from qvl.engine.cache import Cache, Step
from qvl.engine.sampler import choose
from qvl.messages import Settings
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample


@torch.inference_mode()
def generate(
    model: QwenVL, sample: Sample, settings: Settings, ends: Collection[int]
) -> Iterator[int]:
    """Tokens of the answer until one of `ends`, which comes last, or `settings.max_tokens`.

    Equal to recomputing the whole sequence for each token. Raises ValueError where prompt and
    answer exceed the model's positions, naming both counts.
    """
    device = model.lm_head.weight.device
    batch = Batch.of([sample]).to(device)
    room = model.cfg.text.max_position_embeddings
    if len(sample) + settings.max_tokens > room:
        raise ValueError(
            f"a prompt of {len(sample)} tokens and {settings.max_tokens} to write exceed the "
            f"model's {room}; lower max_tokens, or the picture's max_pixels"
        )
    cache = Cache.of(model.cfg.text, len(sample) + settings.max_tokens, model.lm_head.weight)
    generator = torch.Generator(device).manual_seed(settings.seed)
    logits = _logits(model, batch, Step(cache, 0))
    seen = batch.input_ids
    position = int(batch.position_ids.max()) + 1
    for at in range(settings.max_tokens):
        token = choose(logits, settings, seen, generator)
        yield token
        if token in ends or at + 1 == settings.max_tokens:
            return
        new = torch.tensor([token], device=device)
        seen = torch.cat([seen, new])
        step = replace(
            batch,
            input_ids=new,
            labels=new,
            position_ids=torch.full((3, 1), position + at, device=device),
            pixel_values=(),
            grid_thw=(),
            vision_rows=new[:0],
            lengths=(1,),
        )
        logits = _logits(model, step, Step(cache, len(sample) + at))


def _logits(model: QwenVL, batch: Batch, step: Step) -> Tensor:
    """float32[V] after the last row."""
    return model.lm_head(model(batch, step)[-1]).float()
