"""The model of nano against `transformers`, in one run on this machine: medians and their ratios.

python benchmarks/run.py [--threads 1]
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import torch
from medians import medians
from PIL import Image
from transformers import Qwen2_5_VLForConditionalGeneration

import qvl
from qvl.model.pixels import normalise
from qvl.tasks.ocr import PLAIN

NANO = Path(__file__).resolve().parents[1] / "checkpoints" / "nano"
TOKENS = 64


def model() -> dict[str, list[float]]:
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

    def decode(count: int) -> list[float]:
        from qvl.engine.generate import generate
        from qvl.engine.resolve import resolve
        from qvl.messages import Settings

        how = resolve(Settings(max_tokens=count))
        fixed = {"max_new_tokens": count, "min_new_tokens": count, "do_sample": False}
        return medians(
            [
                lambda: list(generate(vlm.model, sample, how, ())),
                lambda: peer.generate(**seen, **fixed),
            ],
            5,
        )

    with torch.inference_mode():
        tower = medians(
            [
                lambda: vlm.model.visual(sample.pixel_values, sample.grid_thw),
                lambda: peer.model.visual(seen["pixel_values"], grid),
            ],
            9,
        )
    one, many = decode(1), decode(TOKENS + 1)
    each = [(m - o) / TOKENS for m, o in zip(many, one, strict=True)]
    return {
        "tower, 384 patches": tower,
        "prompt to first token": one,
        "each further token": each,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    torch.set_num_threads(parser.parse_args().threads)
    print(f"{'':24}{'qvl, ms':>10}{'peer, ms':>10}{'ratio':>8}")
    for name, (ours, theirs) in model().items():
        print(f"{name:24}{ours:10.2f}{theirs:10.2f}{theirs / ours:7.1f}x")


if __name__ == "__main__":
    sys.exit(main())
