"""Twenty steps of two objectives, as the first loop took them: one batch a step, a mean loss."""

import json
from pathlib import Path

import pytest
import torch

from qvl.config import TINY
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample
from qvl.tokens import IGNORE
from qvl.train.direct import Direct, Lesson, Pictures, Truth
from qvl.train.initial import initialise
from qvl.train.objective import NextToken
from qvl.train.optim import Rates, adamw
from qvl.train.supervised import steps

GOLDEN = json.loads((Path(__file__).parent / "training.json").read_text())
NEAR = 1e-5


def batch_of(step: int) -> Batch:
    """Two samples of text and pictures."""
    draw = torch.Generator().manual_seed(step)
    samples = []
    for count in (7, 11):
        ids = torch.randint(0, 200, (count + 4,), generator=draw)
        ids[1:3] = 252
        pixels = torch.randint(0, 256, (8, 588), generator=draw).to(torch.uint8)
        place = torch.arange(count + 4)
        labels = torch.where(place > 5, ids, IGNORE)
        sample = Sample(ids, labels, place.expand(3, -1), (pixels,), ((1, 2, 4),), place[1:3])
        samples.append(sample)
    return Batch.of(samples)


def truth(draw: torch.Generator) -> Truth:
    thing = torch.randint(0, 4, (4,), generator=draw)
    thing[0], thing[1] = IGNORE, 2
    cells = torch.randint(0, 5, (4, 3), generator=draw)
    return Truth(cells, thing, torch.rand((4, 4), generator=draw) - 0.5)


def lesson_of(step: int) -> Lesson | Pictures:
    draw = torch.Generator().manual_seed(100 + step)
    if step % 2:
        pixels = torch.randint(0, 256, (16, 588), generator=draw).to(torch.uint8)
        return Pictures((pixels[:8], pixels[8:]), ((1, 2, 4), (1, 2, 4)), truth(draw))
    batch = batch_of(step)
    point = torch.full_like(batch.labels, IGNORE)
    point[batch.vision_rows[-1] + 1] = batch.vision_rows[-1]
    return Lesson(batch, truth(draw), point)


@pytest.mark.parametrize(("kind", "given"), [("next", batch_of), ("direct", lesson_of)])
def test_twenty_steps_are_as_they_were(kind, given):
    model = QwenVL(TINY)
    initialise(model, 0)
    torch.manual_seed(0)  # of the heads
    objective = NextToken(model) if kind == "next" else Direct(model, 3, 5, 4, beside=0.3)
    rates = Rates(2e-3, warmup=2, steps=20)
    run = steps(objective, adamw([objective]), rates, lambda step: [given(step)])
    for done, want in zip(run, GOLDEN[kind], strict=True):
        found = {"norm": done.grad_norm, **done.figures}
        for name, value in want.items():
            assert found[name] == pytest.approx(value, rel=NEAR), f"{name} of step {done.step}"
