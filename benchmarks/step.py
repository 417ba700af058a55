"""A training step on a CPU: ours, packed, against `transformers`, padded and grouped by length.

python benchmarks/step.py [--data FOLDER] [--batches 3]

FOLDER holds shards, one folder a family, as `qvl data make` leaves them; without it a small set is
made first. Families are mixed in equal parts. A step is nano's shape, random weights, eight
samples, all parts learn: forward, backward, clipping and AdamW (fused), one thread, float32;
processor time, all taking turns over the same batches. `ahead` is the ratio of tokens a second.
A useful token is one of a sample, with a label or not.

The peer has SDPA attention, right padding and no cache; its pixels are normalised and its
positions known before the clock starts, where ours begins at uint8 patches. Grouped by length, it
gets eight neighbours of 400 samples sorted by length, as its own sampler would draw them; ours
then takes the same eight.
Where the CPU has AMX, ours is timed with matrix products in bfloat16 too, and told apart.
"""

import argparse
import copy
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from eights import Drawn, draw
from packing import NANO, small_set
from torch.nn.utils.rnn import pad_sequence
from twins import twins

from qvl.config import Config
from qvl.model.pixels import normalise
from qvl.model.qwen import QwenVL
from qvl.model.weights import read_config
from qvl.sample import Batch, Sample
from qvl.tokens import IGNORE
from qvl.train.objective import NextToken
from qvl.train.optim import Rates, adamw
from qvl.train.supervised import NORM, steps

CLOSE = 1e-4  # how far the losses may be apart
RATE = 1e-5
FOREVER = 10**9
WAYS = (
    "qvl, packed",
    "transformers, padded",
    "qvl, packed, of grouped samples",
    "transformers, grouped by length",
)


def padded(samples: Sequence[Sample], cfg: Config) -> dict[str, Any]:
    """The inputs of the peer, as its processor and a collator would give them."""
    ids = pad_sequence([s.input_ids for s in samples], batch_first=True)
    mask = pad_sequence([torch.ones_like(s.input_ids) for s in samples], batch_first=True)
    places = pad_sequence([s.position_ids.T for s in samples], batch_first=True)  # [S, L, 3]
    # The peer shifts labels itself; ours are shifted already.
    labels = [torch.cat([s.labels.new_tensor([IGNORE]), s.labels[:-1]]) for s in samples]
    pixels = [p for s in samples for p in s.pixel_values]
    out = {
        "input_ids": ids,
        "attention_mask": mask,
        "position_ids": places.permute(2, 0, 1),
        "mm_token_type_ids": (ids == cfg.image_token_id).int(),
        "labels": pad_sequence(labels, batch_first=True, padding_value=IGNORE),
        "use_cache": False,
    }
    if pixels:
        rows = [normalise(p).unflatten(1, (3, 1, 196)).expand(-1, -1, 2, -1) for p in pixels]
        out["pixel_values"] = torch.cat([x.reshape(len(x), -1) for x in rows])
        out["image_grid_thw"] = torch.tensor([g for s in samples for g in s.grid_thw])
    return out


def ours(model: QwenVL, half: torch.dtype | None = None) -> Callable[[Batch], object]:
    """A step of the loop of training on the batch that is given."""
    objective, given = NextToken(model), list[Batch]()
    rates = Rates(RATE, 0, FOREVER)
    run = steps(objective, adamw([objective]), rates, lambda _: [given.pop()], half=half)

    def step(batch: Batch) -> None:
        given.append(batch)
        next(run)

    return step


def theirs(peer: Any) -> Callable[[dict[str, Any]], object]:
    optimizer = torch.optim.AdamW(peer.parameters(), RATE, fused=True)
    peer.train()

    def step(batch: dict[str, Any]) -> None:
        optimizer.zero_grad()
        peer(**batch).loss.backward()
        torch.nn.utils.clip_grad_norm_(peer.parameters(), NORM)
        optimizer.step()

    return step


@torch.no_grad()
def apart(model: QwenVL, peer: Any, batches: list[list[Sample]], cfg: Config) -> float:
    """The largest difference of the two losses over the batches."""
    objective, found = NextToken(model), 0.0
    for each in batches:
        batch = Batch.of(each)
        mine = objective(batch, objective.weight(batch))[0]
        found = max(found, abs(float(mine - peer(**padded(each, cfg)).loss)))
    return found


def measure(drawn: Drawn, cfg: Config) -> None:
    """Print useful tokens a second of each way, and by how much ours is ahead of each of theirs."""
    model, peer = twins(cfg, torch.float32)
    model = copy.deepcopy(model)  # each learns for itself
    far = apart(model, peer, drawn.mixed, cfg)
    print(f"losses are at most {far:.1e} apart", flush=True)
    if not far <= CLOSE:
        sys.exit(f"losses are {far} apart, {CLOSE} is allowed; nothing is timed")
    mine, other = ours(model), theirs(peer)
    small = sorted(drawn.mixed[0], key=len)[:2]
    mine(Batch.of(small))
    other(padded(small, cfg))
    spent: dict[str, list[float]] = {name: [] for name in WAYS}
    for both in zip(drawn.mixed, drawn.grouped, strict=True):
        for at, samples in zip((0, 2), both, strict=True):
            spent[WAYS[at]].append(seconds(mine, Batch.of(samples)))
            spent[WAYS[at + 1]].append(seconds(other, padded(samples, cfg)))
            a, b = (spent[name][-1] for name in WAYS[at : at + 2])
            print(f"  {WAYS[at + 1]}: {b:.2f} s, ours {a:.2f} s, {b / a:.2f}x", flush=True)
    rates = report(drawn, spent)
    if torch.cpu._is_amx_tile_supported():
        narrow = ours(model, torch.bfloat16)
        narrow(Batch.of(small))
        rate = useful(drawn.mixed) / sum(seconds(narrow, Batch.of(b)) for b in drawn.mixed)
        print(f"{'qvl, packed, bfloat16 by AMX':34}{rate:10.0f}{rate / rates[0]:18.2f}x of float32")


def report(drawn: Drawn, spent: dict[str, list[float]]) -> list[float]:
    """-> useful tokens a second of each way."""
    rates = []
    print(f"{'float32':34}{'tokens/s':>10}{'s a step':>10}{'ahead':>9}")
    for i, (name, times) in enumerate(spent.items()):
        rates.append(useful(drawn.grouped if i > 1 else drawn.mixed) / sum(times))
        line = f"{name:34}{rates[-1]:10.0f}{sum(times) / len(times):10.2f}"
        if i % 2:
            ahead = [t / m for t, m in zip(times, spent[WAYS[i - 1]], strict=True)]
            line += f"{rates[-2] / rates[-1]:8.2f}x, median {statistics.median(ahead):.2f}x"
        print(line, flush=True)
    return rates


def useful(batches: list[list[Sample]]) -> int:
    return sum(len(sample) for batch in batches for sample in batch)


def seconds(step: Callable[[Any], object], batch: Any) -> float:
    """Of processor time."""
    began = time.process_time()
    step(batch)
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--batches", type=int, default=3, help="of each kind")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    cfg = read_config(NANO)
    with tempfile.TemporaryDirectory() as made:
        drawn = draw(options.data or small_set(made, 60), cfg, options.batches)
    for name, each in (("mixed", drawn.mixed), ("grouped", drawn.grouped)):
        patches = sum(len(p) for batch in each for s in batch for p in s.pixel_values)
        print(f"{name}: {[[len(s) for s in batch] for batch in each]} tokens, {patches} patches")
    print("rows over useful tokens, padded: {:.2f} mixed, {:.2f} grouped".format(*drawn.padding))
    measure(drawn, cfg)


if __name__ == "__main__":
    main()
