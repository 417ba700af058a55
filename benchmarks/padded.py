"""Samples as `transformers` takes them: a batch that is padded on the left."""

from collections.abc import Collection, Sequence
from typing import Any

import torch
from torch import Tensor

from qvl.config import Config
from qvl.model.pixels import normalise
from qvl.sample import Sample


def left_padded(samples: Sequence[Sample], cfg: Config, dtype: torch.dtype) -> dict[str, Any]:
    """Arguments of `generate` for samples with pictures, which are normalised here."""
    longest = max(map(len, samples))
    ids = torch.full((len(samples), longest), cfg.bos_token_id)
    seen = torch.zeros_like(ids)
    for row, sample in enumerate(samples):
        ids[row, longest - len(sample) :] = sample.input_ids
        seen[row, longest - len(sample) :] = 1
    pixels = [floats(each) for sample in samples for each in sample.pixel_values]
    return {
        "input_ids": ids,
        "attention_mask": seen,
        "mm_token_type_ids": (ids == cfg.image_token_id).int(),
        "pixel_values": torch.cat(pixels).to(dtype),
        "image_grid_thw": torch.tensor([grid for s in samples for grid in s.grid_thw]),
    }


def floats(pixels: Tensor) -> Tensor:
    """uint8[P, 588] of a picture -> float32[P, 1176] as the reference has it, the frame twice."""
    rows = normalise(pixels).unflatten(1, (3, 1, -1)).expand(-1, -1, 2, -1)
    return rows.reshape(len(rows), -1)


def trimmed(answers: Sequence[Sequence[int]], ends: Collection[int]) -> list[list[int]]:
    """Each answer up to its end token and with it; what follows there is padding."""
    out = []
    for answer in answers:
        stop = next((i for i, token in enumerate(answer) if token in ends), len(answer))
        out.append(list(answer[: stop + 1]))
    return out
