"""The vision tower's first stage, small: told shapes apart by words, from nothing, on one core.

Draws pictures of one or two coloured shapes of native sizes with captions, trains tower and text
tower by contrast, and prints how often the right one of held-out pairs is found. With `--out` the
model is written in the published layout, for the alignment to start from (`build(tower=)`).

    python recipes/tower.py [--steps 300] [--contrast softmax] [--out runs/tower]
"""

import argparse
import io
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from qvl.chat.tokenizer import Tokenizer
from qvl.config import Config, TextConfig, VisionConfig
from qvl.data.records import Picture, Record, Turn
from qvl.data.synth.shapes import COLOURS, SHAPES, shape_mask
from qvl.inputs import Limits
from qvl.messages import Text
from qvl.model import weights
from qvl.model.parts import MERGER, TOWER, freeze
from qvl.train.contrast import Sigmoid, Softmax
from qvl.train.contrastive import Contrastive, begin
from qvl.train.optim import Rates, adamw
from qvl.train.pairs import Pair, PairBatch, Pairs
from qvl.train.retrieval import retrieval
from qvl.train.rounds import Rounds
from qvl.train.start import build
from qvl.train.supervised import steps

NANO = Path(__file__).resolve().parents[1] / "checkpoints" / "nano"
LIMITS = Limits(28 * 28, 64 * 28 * 28)
HELD_OUT = 100  # pairs
KINDS = {"sigmoid": lambda: Sigmoid(-4.4), "softmax": Softmax}  # -log of 80 pairs a step
TEXT = TextConfig(  # of the text tower
    hidden_size=128,
    num_hidden_layers=2,
    num_attention_heads=2,
    num_key_value_heads=2,
    intermediate_size=320,
    vocab_size=512,
    rope_theta=100.0,
    mrope_section=(8, 12, 12),
)
Rng = np.random.Generator


def sizes(width: int, depth: int) -> Config:
    """nano with a tower of this width and depth, each second block of which sees it whole."""
    nano = weights.read_config(NANO)
    whole = tuple(range(1, depth, 2))
    own = VisionConfig(depth, width, width * 8 // 3, width // 64, 256, fullatt_block_indexes=whole)
    return replace(nano, vision=own)


def told(rng: Rng, key: str) -> Record:
    """One shape, or two side by side or above each other, and all that may be said of them."""
    names = [(str(rng.choice([*COLOURS])), str(rng.choice(SHAPES))) for _ in range(2)]
    count = 1 if rng.random() < 0.2 else 2
    across = count == 2 and rng.random() < 0.5
    wide, high = (int(n) * 28 for n in rng.integers(1, 4, 2)) if count == 1 else (56, 56)
    width, height = (wide * 2, high) if across else (wide, high * count)
    picture = Image.new("RGB", (width, height), tuple(int(c) for c in rng.integers(110, 236, 3)))
    for i, (colour, shape) in enumerate(names[:count]):
        left, top = (i * wide, 0) if across else (0, i * high)
        _put(rng, picture, colour, shape, (left, top, wide, high))
    file = io.BytesIO()
    picture.save(file, "png")
    first, second = (f"a {colour} {shape}" for colour, shape in names)
    if count == 1:
        captions = [first]
    elif across:
        captions = [f"{first} left of {second}", f"{second} right of {first}"]
    else:
        captions = [f"{first} above {second}", f"{second} below {first}"]
    shown = Turn("user", (Picture("0.png"),))
    said = [Turn("assistant", (Text(caption),)) for caption in captions]
    media = {"0.png": file.getvalue()}
    return Record(key, "captions", (shown, *said), media, "CC0-1.0", ("made:shapes",), "en")


def _put(
    rng: Rng, picture: Image.Image, colour: str, shape: str, cell: tuple[int, int, int, int]
) -> None:
    """A shape of 20 px or more somewhere in the cell (left, top, width, height)."""
    left, top, width, height = cell
    size = int(rng.integers(20, min(width, height) - 3))
    fill = tuple(
        int(c) for c in (np.array(COLOURS[colour]) + rng.integers(-18, 19, 3)).clip(0, 255)
    )
    x, y = (int(rng.integers(0, room - size)) for room in (width, height))
    picture.paste(fill, (left + x, top + y), shape_mask(shape, size))


def drawn(pairs: Pairs, seed: int, count: int) -> list[Record]:
    rng = np.random.default_rng(seed)
    return [told(rng, f"shapes-{seed}-{i}") for i in range(count)]


def train(options: argparse.Namespace) -> dict[str, object]:
    began = time.process_time()
    tokenizer, cfg = Tokenizer.load(NANO), sizes(options.width, options.depth)
    pairs = Pairs(tokenizer, cfg, LIMITS)
    records = drawn(pairs, 1, options.pictures)
    held_out = [pairs(record) for record in drawn(pairs, 0, HELD_OUT)]
    made: list[list[Pair]] = [[pairs(record, epoch) for record in records] for epoch in (0, 1)]
    rounds = Rounds(np.array([len(p.pixel_values) for p in made[0]]), options.patches)
    model = build(cfg, seed=options.seed)
    freeze(model, {TOWER, MERGER})
    objective = Contrastive(model, TEXT, KINDS[options.contrast](), 128)
    begin(objective, options.seed)
    before = retrieval(objective, held_out)
    drawing = time.process_time() - began

    def batches_of(step: int) -> list[PairBatch]:
        epoch, rows = rounds.at(step)
        return [PairBatch.of([made[epoch % 2][row] for row in rows])]

    rates = Rates(options.rate, options.steps // 20, options.steps, 0.5)
    began = time.process_time()
    for done in steps(objective, adamw([objective]), rates, batches_of):
        if done.step % 20 == 0:
            told = {name: round(value, 3) for name, value in done.figures.items()}
            sys.stderr.write(f"step {done.step}: {told}\n")
    seconds = time.process_time() - began
    after = retrieval(objective, held_out)
    if options.out:
        weights.save(model, options.out)
    return {
        "drawing_core_seconds": round(drawing, 1),
        "training_core_seconds": round(seconds, 1),
        "pairs_a_step": round(len(records) / rounds.steps_an_epoch, 1),
        "epochs": round(options.steps / rounds.steps_an_epoch, 1),
        "tower_parameters": sum(p.numel() for p in model.visual.parameters()),
        "before": before.to_json(),
        "after": after.to_json(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--pictures", type=int, default=4000)
    parser.add_argument("--patches", type=int, default=2400, help="of a step, at most")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--contrast", choices=[*KINDS], default="softmax")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(json.dumps(train(options), indent=2))
