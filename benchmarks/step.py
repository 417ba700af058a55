"""A training step on a CPU: ours, packed, against `transformers`, padded and grouped by length.

python benchmarks/step.py [--data FOLDER] [--batches 3] [--narrow]

FOLDER holds shards, one folder a family, as `qvl data make` leaves them; without it a small set is
made first. Families are mixed in equal parts. A step is nano's shape, random weights, eight
samples, all parts learn: forward, backward, clipping and AdamW (fused), one thread, float32;
processor time, all taking turns over the same batches; the median of the batches' ratios is told.
A useful token is one of a sample, with a label or not.

The peer has SDPA attention, right padding and no cache; its pixels are normalised and its
positions known before the clock starts, where ours begins at uint8 patches. Grouped by length, it
gets eight neighbours of GROUP samples sorted by length, as its own sampler would draw them; ours
then takes the same eight.
With --narrow all take matrix products in bfloat16 (autocast), printed apart.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from packing import FAMILIES, NANO, sources
from torch.nn.utils.rnn import pad_sequence
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

from qvl.chat.tokenizer import Tokenizer
from qvl.config import Config
from qvl.data.lessons import Lessons
from qvl.data.loader import Maker
from qvl.data.mixture import Mixture
from qvl.data.stock import Asked, stocks
from qvl.inputs import Limits
from qvl.model.pixels import normalise
from qvl.model.qwen import QwenVL
from qvl.model.weights import NESTED, read_config
from qvl.sample import Batch, Sample
from qvl.tokens import IGNORE
from qvl.train.objective import NextToken
from qvl.train.optim import Rates, adamw
from qvl.train.supervised import NORM, steps

EACH = 8  # samples a batch
GROUP = 50 * EACH  # samples sorted at a time: the megabatch of transformers' sampler
CLOSE = 1e-4  # how far the losses may be apart
RATE = 1e-5
FOREVER = 10**9
WAYS = (
    "qvl, packed",
    "transformers, padded",
    "qvl, packed, of grouped samples",
    "transformers, grouped by length",
)


@dataclass(frozen=True)
class Drawn:
    """Batches of EACH samples in the order of the mixture, and of neighbours in length."""

    mixed: list[list[Sample]]
    grouped: list[list[Sample]]
    padding: tuple[float, float]  # rows over useful tokens where all GROUP samples are padded


def draw(folder: Path, cfg: Config, count: int) -> Drawn:
    """`count` batches of either kind; those of neighbours evenly spaced from short to long."""
    lessons = Lessons(Tokenizer.load(NANO), cfg, Limits.load(NANO))
    held = stocks(sources(folder), lessons, cfg.text.max_position_embeddings)
    mixture = Mixture(tuple(map(len, held)), (1.0,) * len(held))
    places = [mixture.at(n) for n in range(GROUP)]
    asked = [held[p.part].asked(p.row, 0) for p in places]
    mixed = eights(asked)
    grouped = eights(sorted(asked, key=lambda each: each.tokens))
    spaced = [grouped[(2 * i + 1) * len(grouped) // (2 * count)] for i in range(count)]
    read = Maker(lessons).sample

    def samples(batches: Sequence[Sequence[Asked]]) -> list[list[Sample]]:
        made = [[read(each) for each in batch] for batch in batches]
        return [[each for each in batch if isinstance(each, Sample)] for batch in made]

    padding = (padded_rows(mixed), padded_rows(grouped))
    return Drawn(samples(mixed[:count]), samples(spaced), padding)


def eights(asked: Sequence[Asked]) -> list[Sequence[Asked]]:
    return [asked[i : i + EACH] for i in range(0, len(asked), EACH)]


def padded_rows(batches: Sequence[Sequence[Asked]]) -> float:
    lengths = [[each.tokens for each in batch] for batch in batches]
    return sum(len(row) * max(row) for row in lengths) / sum(map(sum, lengths))


def pair(cfg: Config) -> tuple[QwenVL, Any]:
    """Ours and the peer, of the same random weights, which each holds for itself."""
    raw = Qwen2_5_VLConfig.from_dict(cfg.to_dict())
    peer: Any = Qwen2_5_VLForConditionalGeneration._from_config(
        raw, dtype=torch.float32, attn_implementation="sdpa"
    )
    ours, state = QwenVL(cfg), {}
    for key, x in peer.state_dict().items():
        old, new = next((each for each in NESTED if key.startswith(each[0])), ("", ""))
        state[new + key.removeprefix(old)] = x
    ours.load_state_dict(state)
    return ours, peer


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


def ours(model: QwenVL, half: torch.dtype | None) -> Callable[[Batch], object]:
    """A step of the loop of training on the batch that is given."""
    objective, given = NextToken(model), list[Batch]()
    rates = Rates(RATE, 0, FOREVER)
    run = steps(objective, adamw([objective]), rates, lambda _: [given.pop()], half=half)

    def step(batch: Batch) -> None:
        given.append(batch)
        next(run)

    return step


def theirs(peer: Any, half: torch.dtype | None) -> Callable[[dict[str, Any]], object]:
    optimizer = torch.optim.AdamW(peer.parameters(), RATE, fused=True)
    peer.train()

    def step(batch: dict[str, Any]) -> None:
        optimizer.zero_grad()
        with torch.autocast("cpu", half, enabled=half is not None):
            loss = peer(**batch).loss
        loss.backward()
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


def measure(drawn: Drawn, cfg: Config, half: torch.dtype | None) -> None:
    """Print useful tokens a second of each way, and by how much ours is ahead of each of theirs."""
    model, peer = pair(cfg)
    if half is None:
        far = apart(model, peer, drawn.mixed, cfg)
        print(f"losses are at most {far:.1e} apart", flush=True)
        if not far <= CLOSE:
            sys.exit(f"losses are {far} apart, {CLOSE} is allowed; nothing is timed")
    mine, other = ours(model, half), theirs(peer, half)
    small = sorted(drawn.mixed[0], key=len)[:2]
    mine(Batch.of(small))
    other(padded(small, cfg))
    spent: dict[str, list[float]] = {name: [] for name in WAYS}
    for pair_of in zip(drawn.mixed, drawn.grouped, strict=True):
        for kind, samples in enumerate(pair_of):
            spent[WAYS[2 * kind]].append(seconds(mine, Batch.of(samples)))
            spent[WAYS[2 * kind + 1]].append(seconds(other, padded(samples, cfg)))
    print(f"{'bfloat16' if half else 'float32':34}{'tokens/s':>10}{'s a step':>10}   qvl is ahead")
    for i, (name, times) in enumerate(spent.items()):
        batches = drawn.grouped if i > 1 else drawn.mixed
        tokens = sum(len(s) for batch in batches for s in batch)
        line = f"{name:34}{tokens / sum(times):10.0f}{sum(times) / len(times):10.2f}"
        if i % 2:
            ahead = [t / m for t, m in zip(times, spent[WAYS[i - 1]], strict=True)]
            line += f"   {statistics.median(ahead):.2f}x, batch by batch "
            line += ", ".join(f"{each:.2f}" for each in ahead)
        print(line, flush=True)


def seconds(step: Callable[[Any], object], batch: Any) -> float:
    """Of processor time."""
    began = time.process_time()
    step(batch)
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--batches", type=int, default=3, help="of each kind")
    parser.add_argument("--narrow", action="store_true", help="bfloat16 too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    cfg = read_config(NANO)
    with tempfile.TemporaryDirectory() as made:
        if options.data is None:
            options.data = Path(made)
            command = [sys.executable, "-m", "qvl.cli", "data", "make", *FAMILIES]
            subprocess.run([*command, "-o", made, "--items", "60"], check=True)
        drawn = draw(options.data, cfg, options.batches)
    for name, each in (("mixed", drawn.mixed), ("grouped", drawn.grouped)):
        patches = sum(len(p) for batch in each for s in batch for p in s.pixel_values)
        print(f"{name}: {[[len(s) for s in batch] for batch in each]} tokens, {patches} patches")
    print("rows over useful tokens, padded: {:.2f} mixed, {:.2f} grouped".format(*drawn.padding))
    measure(drawn, cfg, None)
    if options.narrow:
        measure(drawn, cfg, torch.bfloat16)


if __name__ == "__main__":
    main()
