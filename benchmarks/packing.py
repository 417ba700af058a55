"""How full packs are, and how alike what runs at the same time: the plan beside other orders.

python benchmarks/packing.py [--data FOLDER] [--steps 64] [--packs 64] [--ranks 16] [--workers 1]

FOLDER holds shards, one folder a family, as `qvl data make` leaves them; without it a small set is
made first. Families are mixed by their sizes, in the plain schema, for packs of 8,192 tokens; what
is longer is shrunk. The tokenizer is the published one where dashscope is installed (an extra of
tests), else nano's, which has many more tokens a text.

Imbalance: in every micro-batch all ranks wait for the one with the dearest pack; the time of a
step over that of a step of equal packs, less one, averaged over steps. All parts learn.
"""

import argparse
import base64
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from qvl.chat.tokenizer import Tokenizer, official
from qvl.config import QWEN_3B, QWEN_7B
from qvl.data.lessons import Lessons
from qvl.data.plan import Deal, Plan
from qvl.data.stock import Source, Stock, stocks
from qvl.inputs import Limits

NANO = Path(__file__).resolve().parents[1] / "checkpoints" / "nano"
CAPACITY = 8192
FAMILIES = ("charts", "tables", "geometry", "plots", "maths")  # need no fetched packages


def tokenizer() -> Tokenizer:
    spec = find_spec("dashscope")
    if spec is None or spec.origin is None:
        return Tokenizer.load(NANO)
    lines = (Path(spec.origin).parent / "resources" / "qwen.tiktoken").read_bytes().splitlines()
    ranks = {base64.b64decode(t): int(rank) for t, rank in (line.split() for line in lines)}
    return Tokenizer(official(ranks))


def small_set(folder: str, items: int) -> Path:
    """Families that need no packages, made anew; -> the folder."""
    command = [sys.executable, "-m", "qvl.cli", "data", "make", *FAMILIES]
    subprocess.run([*command, "-o", folder, "--items", str(items)], check=True)
    return Path(folder)


def sources(folder: Path) -> list[Source]:
    found = {d.name: tuple(sorted(d.glob("*.tar"))) for d in sorted(folder.iterdir()) if d.is_dir()}
    return [Source(name, shards, 1.0, "shrink") for name, shards in found.items() if shards]


def weighted(sets: list[Source], held: list[Stock]) -> list[Stock]:
    """The same sets, each as often as it has samples."""
    return [
        Stock(
            Source(s.name, s.shards, float(len(h)), s.overflow),
            *(h.capacity, h.shards, h.ends, h.first, h.count, h.tokens, h.cost),
        )
        for s, h in zip(sets, held, strict=True)
    ]


def imbalance(costs: np.ndarray, ranks: int) -> float:
    """costs[steps, packs], where `ranks` neighbours run at the same time."""
    rows = costs.reshape(len(costs), -1, ranks)
    return float(np.mean(rows.max(2).sum(1) / rows.mean(2).sum(1)) - 1)


def measure(name: str, plan: Plan, options: argparse.Namespace) -> None:
    began = time.perf_counter()
    steps = [plan.step(step) for step in range(options.steps)]
    spent = time.perf_counter() - began
    packs = sorted((p for step in steps for p in step), key=lambda p: p.number)
    samples = sum(len(p.samples) for p in packs)
    costs = np.array([[p.cost for p in step] for step in steps])
    came = np.array([p.cost for p in packs]).reshape(costs.shape)
    within = -np.sort(-came, axis=1)
    totals = np.array(
        [
            [
                sum(p.cost for p in plan.share(i, rank, options.ranks))
                for rank in range(options.ranks)
            ]
            for i in range(options.steps)
        ]
    )
    figures = {
        "fill": np.mean([p.tokens for p in packs]) / plan.capacity,
        "planned": imbalance(costs, options.ranks),
        "sorted in a step": imbalance(within, options.ranks),
        "as they come": imbalance(came, options.ranks),
        "whole steps": float(np.mean(totals.max(1) / totals.mean(1)) - 1),
        "steps differ by": float(costs.sum(1).std() / costs.sum(1).mean()),
        "by chance": float(came.sum(1).std() / came.sum(1).mean()),
    }
    print(
        f"{name:4} {len(packs)} packs of {samples / len(packs):.1f} samples: "
        + ", ".join(f"{key} {value:.2%}" for key, value in figures.items())
        + f"; {samples / spent:,.0f} samples/s planned",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--steps", type=int, default=64)
    parser.add_argument("--packs", type=int, default=64)
    parser.add_argument("--ranks", type=int, default=16)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        sets = sources(options.data or small_set(made, 200))
        for name, config in (("3B", QWEN_3B), ("7B", QWEN_7B)):
            lessons = Lessons(tokenizer(), config, Limits(), "plain")
            began = time.perf_counter()
            held = stocks(sets, lessons, CAPACITY, workers=options.workers)
            told = sum((each.told() for each in held[1:]), held[0].told())
            print(f"{name:4} {dict(told)}, counted in {time.perf_counter() - began:.1f} s")
            deal = Deal(options.packs, abreast=min(options.ranks, options.packs))
            measure(name, Plan(weighted(sets, held), deal), options)


if __name__ == "__main__":
    main()
