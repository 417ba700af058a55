"""Requests of a tiny model: texts, pictures and clips of many sizes, as the engine takes them."""

from dataclasses import replace

import torch

from qvl.config import TINY
from qvl.engine.engine import Engine
from qvl.engine.resolve import resolve
from qvl.engine.sequence import Request, Sequence
from qvl.messages import Settings
from qvl.model.positions import mrope_positions
from qvl.model.qwen import QwenVL
from qvl.sample import Grid, Sample
from qvl.train.initial import initialise

START, END, PAD = 249, 250, 252


def tiny_model(seed: int = 3) -> QwenVL:
    """Random weights, large enough that answers differ."""
    model = QwenVL(TINY)
    initialise(model, seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    return model.eval()


def prompt(grids: list[Grid], text: list[int], seed: int = 0) -> Sample:
    """Drawn noise of these grids, then a text; a grid of several frame pairs is a clip."""
    generator = torch.Generator().manual_seed(seed)
    ids: list[int] = []
    pixels = []
    for t, h, w in grids:
        ids += [START, *[PAD] * (t * h * w // 4), END]
        width = 588 if t == 1 else 1176
        pixels.append(
            torch.randint(0, 256, (t * h * w, width), generator=generator).to(torch.uint8)
        )
    input_ids = torch.tensor(ids + text)
    pads = input_ids == PAD
    positions = mrope_positions(pads, grids, [2.0 * (t > 1) for t, _, _ in grids], 2)
    rows = pads.nonzero()[:, 0]
    return Sample(input_ids, input_ids, positions, tuple(pixels), tuple(grids), rows)


def drawn(seed: int, most: int = 24) -> Request:
    """A request of any kind: its length, pictures, settings, priority and tenant."""
    generator = torch.Generator().manual_seed(seed)

    def pick(low: int, high: int) -> int:
        return int(torch.randint(low, high, (), generator=generator))

    grids = [(pick(1, 3), 2 * pick(1, 4), 2 * pick(1, 4)) for _ in range(pick(0, 3))]
    text = [pick(1, 200) for _ in range(pick(1, 40))]
    settings = Settings(pick(1, most), seed=seed)
    if pick(0, 3) == 0:
        settings = replace(settings, temperature=1.2, top_p=0.9)
    if pick(0, 4) == 0:
        settings = replace(settings, repetition_penalty=1.3)
    shown = prompt(grids, text, seed % 5)
    return Request(shown, resolve(settings), (7,), None, pick(0, 2), "ab"[pick(0, 2)])


def finished(engine: Engine) -> None:
    while not engine.idle:
        engine.step()


def answer(engine: Engine, request: Request) -> list[int]:
    return list(engine.tokens(engine.add(request)))


def unowned(engine: Engine) -> int:
    """Slots that are free, or would be as soon as somebody needs them."""
    kept = engine.pool.prefixes.kept
    return engine.pool.arena.free + sum(extent.size for extent in kept)


def told(sequence: Sequence) -> list[int]:
    assert sequence.done and sequence.error is None
    return sequence.tokens
