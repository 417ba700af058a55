"""Prefill and decode against `transformers` at the widths of the 3B model, with the same weights.

python benchmarks/decode.py [--dtype bfloat16] [--layers 8] [--prompt 256]

Random weights, held once by both; a vocabulary of 32,768; one thread, processor time, the two
taking turns. Eight layers need 1.4 GB in bfloat16 and 2.8 GB in float32.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from twins import twins

from qvl.config import QWEN_3B, Config, VisionConfig
from qvl.engine.generate import generate
from qvl.engine.resolve import resolve
from qvl.messages import Settings
from qvl.model.qwen import QwenVL
from qvl.sample import Sample

STEPS, REPEATS = 16, 3
NAMES = ("bos", "eos", "vision_start", "vision_end", "vision", "image", "video")


def pair(layers: int, dtype: torch.dtype) -> tuple[QwenVL, Any]:
    text = replace(QWEN_3B.text, num_hidden_layers=layers, vocab_size=32768)
    vision = VisionConfig(1, 64, 64, 2, text.hidden_size, fullatt_block_indexes=(0,))
    ids = {f"{name}_token_id": 32000 + i for i, name in enumerate(NAMES)}
    cfg = Config(vision, text, **ids)
    model, peer = twins(cfg, dtype)
    return model.eval(), peer.eval()


def turns(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Median processor seconds of each, the two taking turns after one call not counted."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPEATS + 1):
        for work, own in zip((ours, theirs), times, strict=True):
            began = time.process_time()
            work()
            own.append(time.process_time() - began)
    return statistics.median(times[0][1:]), statistics.median(times[1][1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dtype", default="bfloat16", choices=["bfloat16", "float32"])
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--prompt", type=int, default=256)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, peer = pair(asked.layers, getattr(torch, asked.dtype))
    ids = torch.randint(32000, (asked.prompt,))
    sample = Sample(ids, ids, torch.arange(asked.prompt).expand(3, -1), (), (), ids[:0])

    def ours(count: int) -> list[int]:
        return list(generate(model, sample, resolve(Settings(count)), ()))

    def theirs(count: int) -> list[int]:
        fixed = {"max_new_tokens": count, "min_new_tokens": count, "do_sample": False}
        return peer.generate(input_ids=ids[None], **fixed)[0, asked.prompt :].tolist()

    agree = sum(a == b for a, b in zip(ours(STEPS), theirs(STEPS), strict=True))
    one = turns(lambda: ours(1), lambda: theirs(1))
    many = turns(lambda: ours(STEPS + 1), lambda: theirs(STEPS + 1))
    each = [(m - o) / STEPS for m, o in zip(many, one, strict=True)]
    size = sum(x.numel() for x in model.parameters()) * model.lm_head.weight.element_size()
    print(f"{asked.dtype}, {asked.layers} layers, {size / 1e9:.2f} GB of weights")
    print(f"{'':24}{'qvl, ms':>10}{'peer, ms':>10}{'ratio':>8}")
    for name, (a, b) in {f"prompt of {asked.prompt}": one, "each further token": each}.items():
        print(f"{name:24}{1e3 * a:10.1f}{1e3 * b:10.1f}{b / a:7.2f}x")
    print(f"the same {agree} of {STEPS} tokens; weights read at {size / each[0] / 1e9:.1f} GB/s")


if __name__ == "__main__":
    sys.exit(main())
