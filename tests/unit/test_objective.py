"""The loss: chunks equal the whole, little is kept, each sample counts as it should, alone."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from test_train import batch_of
from torch import nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode

from qvl.config import TINY
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample
from qvl.tokens import IGNORE
from qvl.train import objective
from qvl.train.initial import initialise
from qvl.train.objective import POWER, NextToken, label_losses


def fresh(weighting="token") -> NextToken:
    model = QwenVL(TINY)
    initialise(model, 0)
    return NextToken(model, weighting)


def text(count: int, labels: int, seed: int, **more) -> Sample:
    """`count` tokens, of which the last `labels` but one are labelled."""
    draw = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, 200, (count,), generator=draw)
    place = torch.arange(count)
    known = torch.where(place >= count - labels, ids, IGNORE)
    return Sample(ids, known, place.expand(3, -1), (), (), place[:0], **more)


class Alive(TorchDispatchMode):
    """The most rows of V numbers that were in memory at one time."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width, self.most, self.known = width, 0, {}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for x in out if isinstance(out, tuple | list) else [out]:
            if isinstance(x, torch.Tensor) and x.ndim == 2 and x.shape[1] == self.width:
                storage = x.untyped_storage()
                self.known[storage._cdata] = (StorageWeakRef(storage), x.shape[0])
        self.known = {at: each for at, each in self.known.items() if not each[0].expired()}
        self.most = max(self.most, sum(rows for _, rows in self.known.values()))
        return out


def problem(rows: int, dtype=torch.float64):
    torch.manual_seed(0)
    hidden = torch.randn(rows, 8, dtype=dtype, requires_grad=True)
    head = nn.Linear(8, 30, bias=False, dtype=dtype)
    labels = torch.randint(0, 30, (rows,))
    labels[::3] = IGNORE
    return hidden, head, labels


@pytest.mark.parametrize("chunk", [1, 7, 33, 34, 100])
def test_chunks_equal_the_whole(monkeypatch, chunk):
    """Oracle: plain cross-entropy of all rows at once, in float64."""
    hidden, head, labels = problem(50)
    weight = torch.rand(50, dtype=torch.float64)
    logits = head(hidden)
    want = F.cross_entropy(logits, labels, ignore_index=IGNORE, reduction="none")
    (want * weight).sum().backward()
    wanted = [hidden.grad, head.weight.grad]
    hidden.grad = head.weight.grad = None
    monkeypatch.setattr(objective, "CHUNK", chunk)
    rows, losses, right = label_losses(hidden, head, labels)
    (losses * weight[rows]).sum().backward()
    assert torch.equal(rows, (labels != IGNORE).nonzero()[:, 0])
    assert float((losses - want[rows]).detach().abs().max()) < 1e-10
    assert torch.equal(right, (logits.argmax(-1) == labels)[rows])
    for x, y in zip([hidden.grad, head.weight.grad], wanted, strict=True):
        assert float((x - y).abs().max()) < 1e-10


def test_logits_of_a_chunk_are_all_that_there_is(monkeypatch):
    """Forward and backward: the logits, their logarithms and their gradients, of one chunk."""
    peaks = {}
    for chunk in (20, 1000):
        monkeypatch.setattr(objective, "CHUNK", chunk)
        hidden, head, labels = problem(300, torch.float32)
        with Alive(30) as alive:
            label_losses(hidden, head, labels)[1].sum().backward()
        peaks[chunk] = alive.most
    assert peaks[20] <= 4 * 20 < 2 * 200 <= peaks[1000]


def test_narrow_logits_are_widened():
    hidden, head, labels = problem(50, torch.bfloat16)
    assert label_losses(hidden, head, labels)[1].dtype == torch.float32


@pytest.mark.parametrize("weighting", POWER)
def test_labels_count_as_the_weighting_says(weighting):
    """Oracle: each sample alone, its mean loss times what it counts."""
    counts, weights = [3, 12, 0, 6], [1.0, 0.5, 1.0, 2.0]
    samples = [
        text(20, n, i, weight=w, name=f"set{i % 2}/{i}")
        for i, (n, w) in enumerate(zip(counts, weights, strict=True))
    ]
    learns = fresh(weighting)
    batch = Batch.of(samples)
    shares = [
        w * {"token": n, "sample": float(n > 0), "root": n**0.5}[weighting]
        for n, w in zip(counts, weights, strict=True)
    ]
    assert learns.weight(batch) == pytest.approx(sum(shares))
    loss, figures = learns(batch, 7.0)
    means = []
    for one in samples:
        hidden = learns.model(Batch.of([one]))
        known = one.labels != IGNORE
        means.append(F.cross_entropy(learns.model.lm_head(hidden[known]), one.labels[known]))
    parts = [s * m.item() if s else 0.0 for s, m in zip(shares, means, strict=True)]
    assert float(loss.detach()) == pytest.approx(sum(parts) / 7, rel=1e-5)
    assert figures["loss"].tolist() == pytest.approx([sum(parts), sum(shares)], rel=1e-5)
    for i in range(2):
        found = figures[f"loss/set{i}"].tolist()
        assert found == pytest.approx([sum(parts[i::2]), sum(shares[i::2])], rel=1e-5)
    assert figures["token"][1] == sum(counts)
    assert all(not x.requires_grad and x.dtype == torch.float32 for x in figures.values())


def test_a_batch_without_labels_has_gradients_of_nothing():
    learns = fresh()
    batch = Batch.of([text(9, 0, 1), text(4, 0, 2)])
    assert learns.weight(batch) == 0
    loss, figures = learns(batch, 5.0)
    loss.backward()
    assert float(loss.detach()) == 0 and figures["loss"].tolist() == [0, 0]
    grads = [p.grad for p in learns.model.model.parameters()]
    assert all(x is not None and not bool(x.any()) for x in grads)


def test_an_unknown_weighting_is_refused():
    with pytest.raises(ValueError, match="'tokens' is unknown; take one of token, sample, root"):
        fresh("tokens")


def rows_of(learns: NextToken, batch: Batch) -> torch.Tensor:
    return label_losses(learns.model(batch), learns.model.lm_head, batch.labels)[1]


def test_packed_equals_alone_and_a_changed_neighbour_changes_nothing():
    learns = fresh()
    first, last = batch_of(1), text(30, 20, 3)
    one = Sample(
        first.input_ids[:11],
        first.labels[:11],
        first.position_ids[:, :11],
        first.pixel_values[:1],
        first.grid_thw[:1],
        first.vision_rows[:2],
    )
    count = int((one.labels != IGNORE).sum())
    packed = rows_of(learns, Batch.of([one, last]))
    alone = torch.cat([rows_of(learns, Batch.of([each])) for each in (one, last)])
    torch.testing.assert_close(packed, alone, rtol=1e-5, atol=1e-6)
    other = replace(last, input_ids=last.input_ids.flip(0), labels=last.labels.roll(3))
    changed = rows_of(learns, Batch.of([one, other]))
    assert torch.equal(changed[:count], packed[:count])
    assert not torch.equal(changed[count:], packed[count:])
    packed[:count].sum().backward()
    wanted = {n: p.grad.clone() for n, p in learns.named_parameters() if p.grad is not None}
    learns.zero_grad()
    changed[:count].sum().backward()
    for name, parameter in learns.named_parameters():
        if name in wanted:
            assert torch.equal(parameter.grad, wanted[name]), name
