"""The loop, and the pieces beside it, do what they say."""

import json

import torch

from qvl.config import TINY
from qvl.model.attention import Segments, causal
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample
from qvl.tokens import IGNORE
from qvl.train.direct import Direct, Lesson, Pictures, Truth
from qvl.train.initial import cosine_basis, initialise, smooth_filters
from qvl.train.meter import Meter
from qvl.train.objective import NextToken
from qvl.train.optim import Rates, adamw
from qvl.train.pointing import Watched, pointing_loss
from qvl.train.supervised import steps


def batch_of(step: int) -> Batch:
    """Two samples of text and pictures, a function of the step."""
    draw = torch.Generator().manual_seed(step)
    samples = []
    for count in (7, 11):
        ids = torch.randint(0, 200, (count + 4,), generator=draw)
        ids[1:3] = 252
        pixels = torch.randint(0, 256, (8, 588), generator=draw).to(torch.uint8)
        positions = torch.arange(count + 4).expand(3, -1)
        labels = torch.where(torch.arange(count + 4) > 5, ids, IGNORE)
        rows = torch.tensor([1, 2])
        samples.append(Sample(ids, labels, positions, (pixels,), ((1, 2, 4),), rows))
    return Batch.of(samples)


def batches_of(step: int) -> list[Batch]:
    return [batch_of(step)]


def fresh() -> tuple[NextToken, torch.optim.AdamW]:
    model = QwenVL(TINY)
    initialise(model, 0)
    objective = NextToken(model)
    return objective, adamw([objective])


def test_a_loss_that_is_no_number_changes_nothing():
    objective, optimizer = fresh()
    before = [p.clone() for p in objective.parameters()]

    class Broken(torch.nn.Module):
        def weight(self, batch):
            return objective.weight(batch)

        def forward(self, batch, total):
            loss, figures = objective(batch, total)
            return loss * float("nan"), figures

    (done,) = steps(Broken(), optimizer, Rates(1e-3, 1, 1), batches_of)
    assert done.skipped
    for old, new in zip(before, objective.parameters(), strict=True):
        assert torch.equal(old, new)


def test_smooth_filters_keep_to_low_frequencies():
    basis = cosine_basis(14).flatten(0, 1)
    assert torch.allclose(basis @ basis.T, torch.eye(196), atol=1e-5)
    filters = smooth_filters(torch.Size((64, 3, 2, 14, 14)), torch.Generator().manual_seed(0))
    assert torch.equal(filters[:, :, 0], filters[:, :, 1])
    power = (filters[:, 0, 0].flatten(1) @ basis.T).pow(2).mean(0).view(14, 14)
    assert power[:7, :7].sum() > 0.9 * power.sum()


def test_the_meter_averages_between_reports(tmp_path):
    meter = Meter(tmp_path / "a" / "log.jsonl")
    meter.mean(loss=1.0)
    meter.mean(loss=2.0)
    meter.amount(tokens=10)
    line = meter.report(5, stage="x")
    assert line["loss"] == 1.5 and line["step"] == 5 and line["tokens/s"] > 0
    assert json.loads((tmp_path / "a" / "log.jsonl").read_text()) == line
    assert "loss" not in meter.report(6)


def test_heads_learn_from_what_is_known_and_leave_the_rest():
    """Two pictures: the characters of one are known, the thing on the other."""
    model = QwenVL(TINY)
    initialise(model, 0)
    objective = Direct(model, cells=3, characters=5, things=4, beside=0.3)
    pixels = torch.randint(0, 256, (16, 588), generator=torch.Generator().manual_seed(0))
    cells = torch.tensor([[0, 1, 4], [2, 0, 0], [IGNORE] * 3, [IGNORE] * 3])
    thing = torch.tensor([IGNORE, IGNORE, 3, 0])
    box = torch.tensor([[0.0] * 4, [0.0] * 4, [-1.0, -0.5, 1.0, 2.0], [0.0] * 4])
    truth = Truth(cells, thing, box)
    halves = (pixels[:8].to(torch.uint8), pixels[8:].to(torch.uint8))
    batch = Pictures(halves, ((1, 2, 4), (1, 2, 4)), truth)
    optimizer = adamw([objective])
    figures = [
        d.figures for d in steps(objective, optimizer, Rates(5e-3, 1, 80), lambda _: [batch])
    ]
    assert figures[-1]["glyph"] == 1.0 and figures[-1]["thing"] == 1.0
    assert figures[-1]["outline"] < 0.05 < figures[0]["outline"]
    assert figures[-1]["place"] == 1.0 and figures[-1]["corner"] == 1.0
    batch = batch_of(0)
    point = torch.full_like(batch.labels, IGNORE)
    point[batch.vision_rows[-1] + 1] = batch.vision_rows[-1]
    loss, told = objective(Lesson(batch, truth, point), 1.0)
    assert loss > told["loss"][0] and set(told) == {"loss", "token", "found", *figures[0]}


def test_pointers_learn_to_look_where_they_are_told():
    """Two samples of four rows: what stands in another sample, or later, is out of sight."""
    point = torch.tensor([IGNORE, 0, 1, 0, IGNORE, IGNORE, 4, 5])
    layers = [0, 1]
    watched = Watched(causal(Segments.of([4, 4])), layers)
    q = torch.randn(8, 2, 16, requires_grad=True)
    k = torch.randn(8, 1, 16, requires_grad=True)
    optimizer = torch.optim.Adam([q, k], lr=0.1)
    for _ in range(60):
        watched.kept.clear()
        for layer in range(3):
            watched(layer, q, k, k)
        assert len(watched.kept) == len(layers)
        loss, right = pointing_loss(watched.kept, point, [4, 4])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert right == 1.0 and loss < 0.05
    far = point.clone()
    far[6] = 1
    assert torch.isinf(pointing_loss(watched.kept, far, [4, 4])[0])
    nothing = torch.full_like(point, IGNORE)
    assert pointing_loss(watched.kept, nothing, [4, 4])[0] == 0
