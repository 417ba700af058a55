"""What `qvl bench` measures, as plain values: seconds, bytes, and shares of what is possible."""

import io
import statistics
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from qvl.engine import timing
from qvl.engine.memory import token_bytes
from qvl.engine.room import check
from qvl.inputs import Encoded
from qvl.media.fetch import fetch
from qvl.media.image import open_image
from qvl.messages import Settings
from qvl.model.flops import decoder_flops, merger_flops, tower_flops
from qvl.model.outline import outline
from qvl.vlm import VLM

PROMPT = "Describe the picture."
STAGES = ("fetch", "decode", "resize", "tower", "prefill", "sample", "rest")
PASSES, PATIENCE = 5, 5.0  # pictures at most; seconds after which no further one is begun
WORDS = 32  # of the prompts before tokens are counted


def drawn(width: int, height: int) -> bytes:
    """A JPEG of coloured clouds, about as hard to decode as a photograph."""
    shape = (-(-height // 8), -(-width // 8), 3)
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    clouds = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    clouds.save(file, "jpeg", quality=90)
    return file.getvalue()


def asked(vlm: VLM, picture: Image.Image) -> Encoded:
    content = [{"image": picture}, {"text": PROMPT}]
    return vlm.encode([{"role": "user", "content": content}])


def first_token(vlm: VLM, source: str | bytes) -> dict[str, Any]:
    """Of the passes over a picture the middle one, stage by stage, so that stages add up.

    The first pass counts only where it took so long that it stays the only one.
    """
    passes: list[tuple[dict[str, float], Encoded]] = []
    end = time.perf_counter() + PATIENCE
    while not passes or (len(passes) < PASSES and time.perf_counter() < end):
        passes.append(_pass(vlm, source))
    counted = sorted(passes[1:] or passes, key=lambda each: sum(each[0].values()))
    spent, encoded = counted[(len(counted) - 1) // 2]
    whole = sum(spent.values())
    media, length = encoded.media[0], len(encoded.sample)
    cfg, grid = vlm.model.cfg, encoded.sample.grid_thw[0]
    looking = tower_flops(cfg.vision, grid) + media.tokens * merger_flops(cfg.vision)
    return {
        "original_size": media.original_size,
        "processed_size": media.processed_size,
        "vision_tokens": media.tokens,
        "prompt_tokens": length,
        "passes": len(counted),
        "seconds": whole,
        "stages": {n: {"seconds": spent[n], "share": spent[n] / whole} for n in STAGES},
        "tower_flops_per_second": looking / spent["tower"],
        "prefill_flops_per_second": decoder_flops(cfg.text, length) / spent["prefill"],
        "prefill_tokens_per_second": length / spent["prefill"],
    }


def _pass(vlm: VLM, source: str | bytes) -> tuple[dict[str, float], Encoded]:
    marks = [time.perf_counter()]
    held = fetch(source)
    data = held.read_bytes() if isinstance(held, Path) else held
    marks.append(time.perf_counter())
    picture = open_image(data)
    marks.append(time.perf_counter())
    encoded = asked(vlm, picture)
    marks.append(time.perf_counter())
    check(encoded, vlm.model.cfg, 1)
    spent = dict(zip(STAGES, (b - a for a, b in pairwise(marks)), strict=False))
    how = vlm.resolve(Settings(max_tokens=1))
    return {**spent, **timing.first_token(vlm.model, encoded.sample, how)}, encoded


def decode(vlm: VLM, batch: int, tokens: int) -> dict[str, Any]:
    """`batch` answers at once of `tokens` tokens each, after a short prompt for each."""
    prompts = [
        vlm.encode([{"role": "user", "content": f"{i} {'word ' * WORDS}"}]) for i in range(batch)
    ]
    how = vlm.resolve(Settings(max_tokens=tokens + batch + 1))
    check(prompts[-1], vlm.model.cfg, how.max_tokens)
    samples = [each.sample for each in prompts]
    spent = timing.steps(vlm.model, samples, how, tokens)
    low, *_, high = statistics.quantiles(spent, n=10, method="inclusive")
    middle = statistics.median(spent)
    held = sum(map(len, samples)) + batch * tokens // 2  # rows that a step reads, on average
    return {
        "batch": batch,
        "tokens": tokens,
        "prompt_tokens": len(samples[-1]),
        "seconds": middle,
        "tenth_seconds": low,
        "ninetieth_seconds": high,
        "tokens_per_second": batch / middle,
        "bytes_per_second": (read_bytes(vlm) + held * token_bytes(vlm.model)) / middle,
    }


def told(vlm: VLM, name: str) -> dict[str, Any]:
    """What the model is."""
    return {
        "name": name,
        "dtype": str(dtype_of(vlm)).removeprefix("torch."),
        "parameters": sum(x.numel() for x in outline(vlm.model.cfg).parameters()),
        "weight_bytes": _bytes(vlm.model),
        "weight_bytes_per_token": read_bytes(vlm),
        "cache_bytes_per_token": token_bytes(vlm.model),
    }


def dtype_of(vlm: VLM) -> torch.dtype:
    return vlm.model.model.norm.weight.dtype


def read_bytes(vlm: VLM) -> int:
    """Of the weights, what one token of an answer reads: all layers and the head."""
    return _bytes(vlm.model.model.layers, vlm.model.model.norm, vlm.model.lm_head)


def _bytes(*modules: nn.Module) -> int:
    held = {
        x.data_ptr(): x.nbytes for each in modules for x in (*each.parameters(), *each.buffers())
    }
    return sum(held.values())


def shares(figures: dict[str, Any]) -> None:
    """Set speeds beside what the machine does at best."""
    best = figures["machine"]
    rate = best["flops_per_second"][figures["model"]["dtype"]]
    for row in figures["decode"]:
        row["bandwidth_share"] = row["bytes_per_second"] / best["read_bytes_per_second"]
    first = figures["first_token"]
    for part in ("tower", "prefill"):
        first[f"{part}_matrix_share"] = first[f"{part}_flops_per_second"] / rate


def short(value: Any) -> Any:
    """Five digits of every number that is measured."""
    if isinstance(value, dict):
        return {name: short(each) for name, each in value.items()}
    if isinstance(value, list):
        return [short(each) for each in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value
