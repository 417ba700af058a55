"""Measures a checkpoint on what nobody here drew, and on what training never showed.

    python recipes/nano/evaluate.py [--model nano] [--limit N] [--out FILE]

Reading: words, lines and strings of `samples/reading`, cut from the screenshots as boxes say,
neighbours painted over. CER is edits over characters of the truth; intervals are 95 %, by
bootstrap over samples. `shuffled` answers each question about another sample's picture: a model
that guesses instead of reading does as well there. Grounding: scenes with pairs of colour and
shape that training never drew, from seeds of their own.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from rapidfuzz.distance import Levenshtein

import qvl
from qvl.data.synth.reading import CHARSET, paper_of
from qvl.data.synth.things import UNSEEN, Assets, scene
from qvl.tasks.place import iou

HERE = Path(__file__).resolve().parents[2] / "samples" / "reading"
KNOWN = frozenset(CHARSET + " ")
REAL = ("sqlite-1", "sqlite-2", "git-1", "git-2", "policy-1", "policy-2")
SIZES = (8, 9, 10, 11, 12, 14, 16, 18, 20)


@dataclass(frozen=True)
class Item:
    image: Image.Image
    text: str


@dataclass(frozen=True)
class Score:
    """A figure with its 95 % interval over `samples`."""

    value: float
    low: float
    high: float
    samples: int


def strip(page: np.ndarray, box: Sequence[float]) -> Image.Image:
    """The box alone on its paper, centred in the fewest whole tokens that hold it."""
    left, top, right, bottom = (int(c) for c in (*box[:2], -(-box[2] // 1), -(-box[3] // 1)))
    piece = page[max(top, 0) : bottom, max(left - 2, 0) : right + 2]
    height, width = (-(-side // 28) * 28 for side in piece.shape[:2])
    out = np.empty((height, width, 3), dtype=np.uint8)
    out[:] = paper_of(piece)
    y, x = (height - piece.shape[0]) // 2, (width - piece.shape[1]) // 2
    out[y : y + piece.shape[0], x : x + piece.shape[1]] = piece
    return Image.fromarray(out)


def items(pages: Sequence[str], kind: str, low: float = 0, high: float = 99) -> list[Item]:
    """Words or lines of pages, of fonts between two sizes, in characters that nano knows."""
    found = []
    for name in pages:
        page = np.asarray(Image.open(HERE / f"{name}.png").convert("RGB"))
        truth = json.loads((HERE / f"{name}.json").read_text())
        for one in truth[kind]:
            if low <= one["px"] <= high and KNOWN.issuperset(one["text"]):
                found.append(Item(strip(page, one["box"]), one["text"]))
    return found


def some(found: list[Item], limit: int) -> list[Item]:
    """At most `limit`, spread over all."""
    if len(found) <= limit:
        return found
    return [found[i] for i in np.linspace(0, len(found) - 1, limit).round().astype(int)]


def interval(values: np.ndarray, weights: np.ndarray) -> Score:
    """The weighted mean and its bootstrap interval."""
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(values), (1000, len(values)))
    means = (values[draws] * weights[draws]).sum(1) / weights[draws].sum(1)
    low, high = np.quantile(means, (0.025, 0.975))
    mean = float((values * weights).sum() / weights.sum())
    return Score(round(mean, 4), round(float(low), 4), round(float(high), 4), len(values))


def reading(vlm: qvl.VLM, found: list[Item], *, shuffled: bool = False) -> dict[str, Score]:
    """CER over characters, and the share of samples read without a fault."""
    images = [item.image for item in found]
    if shuffled:
        images = images[7:] + images[:7]
    said = [vlm.read(image, max_tokens=120) for image in images]
    lengths = np.array([len(item.text) for item in found], dtype=float)
    edits = [Levenshtein.distance(s, i.text) for s, i in zip(said, found, strict=True)]
    exact = np.array([s == i.text for s, i in zip(said, found, strict=True)], dtype=float)
    cer = interval(np.array(edits) / lengths, lengths)
    return {"cer": cer, "exact": interval(exact, np.ones(len(found)))}


def grounding(vlm: qvl.VLM, assets: Assets, count: int, *, unseen: bool) -> dict[str, Score]:
    """The best IoU of an answer with each thing asked for: its mean, and shares above bounds."""
    best: list[float] = []
    for seed in range(count):
        rng = np.random.default_rng((90_001, seed))
        shown = scene(rng, assets, unseen=unseen)
        names = [t.name for t in shown.things if not unseen or t.name in UNSEEN]
        if not names:
            continue
        try:
            boxes = vlm.ground(Image.fromarray(shown.image), names[0], max_tokens=160)
        except ValueError:  # prose instead of a list: nothing found
            boxes = []
        corners = [(b.left, b.top, b.right, b.bottom) for b in boxes]
        wanted = [t.box for t in shown.things if t.name == names[0]]
        best += [max((iou(c, w) for c in corners), default=0.0) for w in wanted]
    values, ones = np.array(best), np.ones(len(best))
    return {
        "iou50": interval((values >= 0.5).astype(float), ones),
        "iou75": interval((values >= 0.75).astype(float), ones),
        "mean_iou": interval(values, ones),
    }


def tasks(limit: int) -> dict[str, Callable[[qvl.VLM], dict[str, Score]]]:
    """Every measurement by name."""

    def read(pages: Sequence[str], kind: str, **sizes: Any) -> Callable[[qvl.VLM], Any]:
        return lambda vlm: reading(vlm, some(items(pages, kind, **sizes), limit))

    real = {"low": 15.5, "high": 16.5}
    out: dict[str, Any] = {
        "real words 16 px": read(REAL, "words", **real),
        "real words 16 px, shuffled": lambda vlm: reading(
            vlm, some(items(REAL, "words", **real), limit), shuffled=True
        ),
        "real lines 14-16 px": read(REAL, "lines", low=14, high=16.5),
        "random strings 16 px": read(["random-16"], "words"),
    }
    for family in ("seen", "unseen"):
        for size in SIZES:
            out[f"{family} fonts {size} px, words"] = read([f"{family}-{size:02d}"], "words")
    out["grounding, unseen pairs"] = lambda vlm: grounding(vlm, Assets({}, []), limit, unseen=True)
    out["grounding, seen pairs"] = lambda vlm: grounding(vlm, Assets({}, []), limit, unseen=False)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--limit", type=int, default=400, help="samples a figure at most")
    parser.add_argument("--only", default="", help="figures whose name holds this")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    vlm = qvl.load(options.model)
    report: dict[str, Any] = {}
    for name, measure in tasks(options.limit).items():
        if options.only in name:
            began = time.perf_counter()
            report[name] = {key: asdict(score) for key, score in measure(vlm).items()}
            shown = ", ".join(
                f"{key} {s['value']:.3f} [{s['low']:.3f}, {s['high']:.3f}]"
                for key, s in report[name].items()
            )
            count = next(iter(report[name].values()))["samples"]
            took = time.perf_counter() - began
            print(f"{name:32} {shown}  n={count}  {took:.0f} s", flush=True)
    if options.out:
        options.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
