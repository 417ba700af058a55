"""Hot paths against `transformers`, in one run on this machine: medians, and how many times faster.

python benchmarks/run.py [--threads 1]
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

import qvl
from qvl.media.image import fit
from qvl.media.patches import patchify
from qvl.model.pixels import normalise
from qvl.tasks.ocr import PLAIN

NANO = Path(__file__).resolve().parents[1] / "checkpoints" / "nano"
TOKENS = 64


def median(work: Callable[[], object], repeats: int) -> float:
    """Milliseconds, after one call that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - began))
    return statistics.median(times)


def pixels(width: int, height: int, repeats: int) -> tuple[float, float]:
    """A decoded picture to the normalised rows that the tower reads."""
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    picture = Image.fromarray(noise)
    size = {"shortest_edge": 56 * 56, "longest_edge": 28 * 28 * 16384}
    peer = Qwen2VLImageProcessorPil(size=size)
    ours = median(lambda: normalise(patchify(np.asarray(fit(picture).image))[0]), repeats)
    theirs = median(lambda: peer(images=[picture], return_tensors="pt"), repeats)
    return ours, theirs


def model() -> dict[str, tuple[float, float]]:
    """Tower, prefill and decode of nano on a page of 336x448, float32 on both sides."""
    vlm = qvl.load(NANO, dtype=torch.float32, device="cpu")
    peer: Any = Qwen2_5_VLForConditionalGeneration.from_pretrained(NANO, dtype=torch.float32)
    peer.eval()
    picture = Image.effect_noise((448, 336), 60).convert("RGB")
    asked = [{"role": "user", "content": [{"image": picture}, {"text": PLAIN}]}]
    sample = vlm.encode(asked).sample
    rows = normalise(sample.pixel_values[0]).unflatten(1, (3, 1, 196)).expand(-1, -1, 2, -1)
    grid = torch.tensor(sample.grid_thw)
    ids = sample.input_ids[None]
    seen = {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "mm_token_type_ids": (ids == vlm.model.cfg.image_token_id).int(),
        "pixel_values": rows.reshape(len(rows), -1),
        "image_grid_thw": grid,
    }

    def decode(count: int) -> tuple[float, float]:
        from qvl.engine.generate import generate
        from qvl.engine.resolve import resolve
        from qvl.messages import Settings

        how = resolve(Settings(max_tokens=count))
        ours = median(lambda: list(generate(vlm.model, sample, how, ())), 5)
        fixed = {"max_new_tokens": count, "min_new_tokens": count, "do_sample": False}
        theirs = median(lambda: peer.generate(**seen, **fixed), 5)
        return ours, theirs

    with torch.inference_mode():
        tower = (
            median(lambda: vlm.model.visual(sample.pixel_values, sample.grid_thw), 9),
            median(lambda: peer.model.visual(seen["pixel_values"], grid), 9),
        )
    one, many = decode(1), decode(TOKENS + 1)
    each = tuple((m - o) / TOKENS for m, o in zip(many, one, strict=True))
    return {
        "tower, 384 patches": tower,
        "prompt to first token": one,
        "each further token": (each[0], each[1]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    torch.set_num_threads(parser.parse_args().threads)
    rows = {
        "pixels 640x480": pixels(640, 480, 15),
        "pixels 1275x1650": pixels(1275, 1650, 7),
        "pixels 3840x2160": pixels(3840, 2160, 3),
        **model(),
    }
    print(f"{'':24}{'qvl, ms':>10}{'peer, ms':>10}{'ratio':>8}")
    for name, (ours, theirs) in rows.items():
        print(f"{name:24}{ours:10.2f}{theirs:10.2f}{theirs / ours:7.1f}x")


if __name__ == "__main__":
    sys.exit(main())
