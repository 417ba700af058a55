"""Trains nano from nothing: one stage after the other, each left when its metric is reached."""

import argparse
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import bank as banks
import lessons
import numpy as np
import torch
from ahead import Ahead
from size import config
from stages import MAKERS, STAGES

from qvl.chat.tokenizer import Tokenizer
from qvl.data.synth.reading import CELLS, CHARSET
from qvl.data.synth.things import CLASSES
from qvl.model.qwen import QwenVL
from qvl.train.checkpoint import Checkpoints
from qvl.train.direct import Direct
from qvl.train.fuse import fuse
from qvl.train.initial import initialise
from qvl.train.meter import Meter
from qvl.train.named import State
from qvl.train.optim import Rates, adamw
from qvl.train.parallel import World
from qvl.train.stopping import Stop
from qvl.train.supervised import steps

SAVE_SECONDS = 300
REPORT = 50  # steps
SMOOTH = 0.97


def make(bank: lessons.Bank, seed: int, rank: int, stage: int, step: int) -> tuple[str, Any]:
    """The batch of a step: a function of all of these; its kind is the same for every rank."""
    rng = np.random.default_rng((seed, step))
    names, weights = zip(*STAGES[stage].mixture, strict=True)
    name = names[int(rng.choice(len(names), p=np.array(weights) / sum(weights)))]
    return name, MAKERS[name](bank, np.random.default_rng((seed, step, rank)))


class Progress:
    """Where the curriculum stands: the stage, and each maker's figures, smoothed over steps."""

    def __init__(self, stage: int = 0, smooth: dict[str, float] | None = None) -> None:
        self.stage, self.smooth = stage, smooth or {}

    def state(self) -> dict[str, Any]:
        return {"stage": self.stage, "smooth": self.smooth}

    def add(self, maker: str, figures: dict[str, float]) -> bool:
        """Take in a step's figures; True where they end the stage."""
        for name, value in figures.items():
            full = f"{maker}.{name}"
            self.smooth[full] = SMOOTH * self.smooth.get(full, 0.0) + (1 - SMOOTH) * value
        now = STAGES[self.stage]
        if self.smooth.get(f"{now.watch}.{now.figure}", 0.0) < now.until:
            return False
        self.stage += 1
        return True


def build(options: argparse.Namespace, bank: lessons.Bank) -> Direct:
    torch.manual_seed(options.seed)  # of the heads
    model = QwenVL(bank.config)
    initialise(model, options.seed)
    heads = Direct(model, CELLS, len(CHARSET) + 1, len(CLASSES) + 1, beside=0.5)
    return heads.to(options.device)


def half_of(device: str) -> torch.dtype | None:
    """The type of matrix products: bfloat16 where the processor multiplies it faster."""
    if device != "cpu" or torch.cpu._is_amx_tile_supported():
        return torch.bfloat16
    return None


def train(options: argparse.Namespace) -> None:
    """Start, or go on from the newest checkpoint, until the last step or a signal."""
    torch.set_num_threads(options.threads)
    world = World.join(options.device)
    tokenizer = Tokenizer.load(Path(__file__).parent / "tokenizer")
    bank = lessons.Bank(banks.load(options.cache), tokenizer, config(tokenizer))
    ahead = Ahead(partial(make, bank, options.seed, world.rank))
    objective = build(options, bank)
    half = half_of(options.device)
    if options.compile and options.device == "cpu":
        fuse(objective.model)
    optimizer = adamw([objective])
    state, checkpoints = State(objective, optimizer), Checkpoints(options.out)
    start, extra = checkpoints.restore(state) or (0, {})
    progress = Progress(**extra)
    rates = Rates(options.rate, 100, options.steps, options.decay)
    meter = Meter(options.out / ("log.jsonl" if not world.rank else f"log-{world.rank}.jsonl"))
    maker = ""

    def batches_of(step: int) -> list[Any]:
        nonlocal maker
        maker, batch = ahead(progress.stage, step)
        return [batch]

    step, saved = start, time.monotonic()
    with Stop() as stop:
        for done in steps(objective, optimizer, rates, batches_of, start, half, world):
            step = done.step
            meter.mean(lr=done.rate, grad_norm=done.grad_norm, skipped=done.skipped)
            meter.mean(**{f"{maker}.{name}": value for name, value in done.figures.items()})
            meter.amount(steps=1)
            ended = progress.add(maker, done.figures)
            if step % REPORT == 0 or ended:
                line = meter.report(step, stage=STAGES[progress.stage].name)
                if not world.rank:
                    sys.stderr.write(f"{line}\n")
            if world.any(stop.asked):
                break
            if world.any(time.monotonic() - saved > SAVE_SECONDS):
                checkpoints.save(step, state, progress.state())
                saved = time.monotonic()
        checkpoints.save(step, state, progress.state())
        checkpoints.close()
    world.leave()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("runs/nano"))
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=7e-4)
    parser.add_argument("--decay", type=float, default=0.45)
    train(parser.parse_args())
