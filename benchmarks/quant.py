"""One token's step in 8 and in 4 bits against bfloat16 in `transformers`, 3B widths, in turns.

python benchmarks/quant.py [--threads 2] [--layers 8] [--prompt 256]

Random weights; a vocabulary of 32,768. The least wall time of several turns is told: on a busy
machine it is the one that others disturbed least. Eight layers need 1.4 GB for the peer and 0.7
and 0.4 GB for ours.
"""

import argparse
import copy
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
from decode import pair

from qvl.engine.quant import quantised
from qvl.engine.generate import generate
from qvl.engine.resolve import resolve
from qvl.messages import Settings
from qvl.model.qwen import QwenVL
from qvl.sample import Sample

STEPS, TURNS = 8, 6


def least(works: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """The shortest wall seconds of each, taking turns after one call that is not counted."""
    best = dict.fromkeys(works, float("inf"))
    for turn in range(TURNS + 1):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            if turn:
                best[name] = min(best[name], time.perf_counter() - began)
    return best


def models(layers: int) -> tuple[dict[str, QwenVL], Any]:
    model, peer = pair(layers, torch.bfloat16)
    few = {kind: quantised(copy.deepcopy(model), kind) for kind in ("int8", "int4")}
    return {"bfloat16": model, **few}, peer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--prompt", type=int, default=256)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    ours, peer = models(asked.layers)
    ids = torch.randint(32000, (asked.prompt,))
    sample = Sample(ids, ids, torch.arange(asked.prompt).expand(3, -1), (), (), ids[:0])

    def mine(model: QwenVL, count: int) -> Callable[[], object]:
        return lambda: list(generate(model, sample, resolve(Settings(count)), ()))

    def theirs(count: int) -> Callable[[], object]:
        fixed = {"max_new_tokens": count, "min_new_tokens": count, "do_sample": False}
        return lambda: peer.generate(input_ids=ids[None], **fixed)

    def works(count: int) -> dict[str, Callable[[], object]]:
        return {"transformers": theirs(count), **{n: mine(m, count) for n, m in ours.items()}}

    one, many = least(works(1)), least(works(STEPS + 1))
    print(f"{asked.layers} layers, {asked.threads} threads, prompt of {asked.prompt}")
    print(f"{'':14}{'prompt, ms':>12}{'ratio':>8}{'a token, ms':>13}{'ratio':>8}{'GB/s':>8}")
    each = {name: (many[name] - one[name]) / STEPS for name in one}
    for name in one:
        ratios = one["transformers"] / one[name], each["transformers"] / each[name]
        rate = read_bytes(ours.get(name, ours["bfloat16"])) / each[name] / 1e9
        print(
            f"{name:14}{1e3 * one[name]:12.1f}{ratios[0]:7.2f}x"
            f"{1e3 * each[name]:13.1f}{ratios[1]:7.2f}x{rate:8.1f}"
        )


def read_bytes(model: QwenVL) -> int:
    """Of the weights that a token reads: of the layers and the head."""
    tensors = [*model.model.layers.state_dict().values(), *model.lm_head.state_dict().values()]
    return sum(x.numel() * x.element_size() for x in tensors)


if __name__ == "__main__":
    sys.exit(main())
