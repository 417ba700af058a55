"""One token's step in 8 and in 4 bits against bfloat16 in `transformers`, 3B widths, in turns.

python benchmarks/quant.py [--threads 1] [--layers 8] [--prompt 256]

Random weights; a vocabulary of 32,768. The least time of several turns is told: on a busy machine
it is the one that others disturbed least. It is the processor's with one thread, else the wall's.
Eight layers need 1.4 GB for both whole models, and 2.5 GB more in few bits and for the kernel.
"""

import argparse
import copy
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from decode import pair

from qvl.engine.generate import generate
from qvl.engine.kernel.products import found
from qvl.engine.quant import quantised
from qvl.engine.quick import quick
from qvl.engine.resolve import resolve
from qvl.messages import Settings
from qvl.model.qwen import QwenVL
from qvl.sample import Sample

STEPS, TURNS = 16, 3


def least(works: Mapping[str, Iterator[object]], turns: int) -> dict[str, float]:
    """The shortest seconds of a step of each, the works taking turns."""
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    best = dict.fromkeys(works, float("inf"))
    for _ in range(turns):
        for name, work in works.items():
            began = clock()
            next(work)
            best[name] = min(best[name], clock() - began)
    return best


@torch.inference_mode()
def theirs(peer: Any, ids: torch.Tensor) -> Iterator[None]:
    """A step of the peer's forward pass and choice for each token, without what `generate` adds."""
    inputs, cache = ids[None], None
    while True:
        out = peer(input_ids=inputs, past_key_values=cache, use_cache=True, logits_to_keep=1)
        inputs, cache = out.logits[:, -1:].argmax(-1), out.past_key_values
        yield


def models(layers: int) -> tuple[dict[str, QwenVL], Any]:
    model, peer = pair(layers, torch.bfloat16)
    few = {kind: quantised(copy.deepcopy(model), kind) for kind in ("int8", "int4")}
    plain, kernel = {"bfloat16": model, **few}, found()
    if kernel is None:
        return plain, peer
    ours = {f"{kind}, kernel": quick(copy.deepcopy(each), kernel) for kind, each in plain.items()}
    return plain | ours, peer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--prompt", type=int, default=256)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    ours, peer = models(asked.layers)
    ids = torch.randint(32000, (asked.prompt,))
    sample = Sample(ids, ids, torch.arange(asked.prompt).expand(3, -1), (), (), ids[:0])

    how = resolve(Settings(STEPS + 1))
    prompts: dict[str, float] = {}
    works: dict[str, Iterator[object]] = {}
    for _ in range(TURNS):
        works = {"transformers": theirs(peer, ids)}
        works |= {name: generate(model, sample, how, ()) for name, model in ours.items()}
        took = least(works, 1)
        prompts = {name: min(took[name], prompts.get(name, took[name])) for name in took}
    one, each = prompts, least(works, STEPS)
    print(f"{asked.layers} layers, {asked.threads} threads, prompt of {asked.prompt}")
    print(f"{'':14}{'prompt, ms':>12}{'ratio':>8}{'a token, ms':>13}{'ratio':>8}{'GB/s':>8}")
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
