"""Preference optimisation: what it computes, that pairs share their question, what is stored."""

from dataclasses import replace

import pytest
import torch

from qvl.config import TINY
from qvl.data.pairs import Pairs, paired
from qvl.model.qwen import QwenVL
from qvl.sample import Batch
from qvl.tokens import IGNORE
from qvl.train.initial import initialise
from qvl.train.preference import Preference, Tuning, layout, losses
from tests.preferences import pair, wholes

SEEDS = (0, 1, 2, 3)


def fresh(seed: int = 0) -> QwenVL:
    model = QwenVL(TINY)
    initialise(model, seed)
    return model


def packed(seeds=SEEDS) -> Pairs:
    return Pairs.pack([pair(seed) for seed in seeds], [(-9.0 - s, -8.0 + s) for s in seeds])


def alone(model: QwenVL, sample) -> torch.Tensor:
    """The log-probability of a whole conversation's answer: all logits, all rows."""
    logits = model.lm_head(model(Batch.of([sample]))).float().log_softmax(-1)
    rows = torch.nonzero(sample.labels != IGNORE)[:, 0]
    return logits[rows, sample.labels[rows]].sum()


def by_hand(model: QwenVL, batch: Pairs, tuning: Tuning, seeds=SEEDS) -> torch.Tensor:
    """The loss as the papers write it, each conversation by itself, in float64."""
    total = torch.zeros((), dtype=torch.float64)
    for n, seed in enumerate(seeds):
        one, two = wholes(seed)
        chosen, rejected = alone(model, one).double(), alone(model, two).double()
        a, b = batch.reference[n].double()
        counts = [int((s.labels != IGNORE).sum()) for s in (one, two)]
        ratio = tuning.beta * (
            (chosen - a) / counts[0] ** tuning.by_length
            - (rejected - b) / counts[1] ** tuning.by_length
        )
        right, wrong = 1 / (1 + torch.exp(-ratio)), 1 / (1 + torch.exp(ratio))
        loss = -(1 - tuning.smoothing) * right.log() - tuning.smoothing * wrong.log()
        total = total + loss - tuning.answer * chosen / counts[0]
    return total / len(seeds)


@pytest.mark.parametrize(
    "tuning",
    [Tuning(), Tuning(beta=0.7, smoothing=0.2), Tuning(by_length=1.0), Tuning(answer=0.5)],
    ids=str,
)
def test_the_loss_and_its_gradients_are_those_written_by_hand(tuning):
    """Oracle: the papers' formulas over each conversation alone, without sharing or chunks."""
    batch = packed()
    models = fresh(), fresh()
    objective = Preference(models[0], tuning)
    loss, figures = objective(batch, objective.weight(batch))
    want = by_hand(models[1], batch, tuning)
    assert loss.item() == pytest.approx(want.item(), abs=1e-6)
    assert figures["loss"].tolist() == pytest.approx([4 * want.item(), 4], rel=1e-5)
    loss.backward()
    want.backward()
    for (name, one), two in zip(models[0].named_parameters(), models[1].parameters(), strict=True):
        assert one.grad is not None and two.grad is not None
        assert torch.allclose(one.grad, two.grad, atol=2e-6, rtol=1e-4), name


def test_losses_in_float64():
    draw = torch.Generator().manual_seed(0)
    scores, reference = (-9 * torch.rand(50, 2, generator=draw).double() for _ in range(2))
    counts = torch.randint(1, 9, (50, 2), generator=draw).double()
    each, rewards = losses(scores, reference, counts, Tuning(0.3, 0.1, 0.5, 0.2))
    z = 0.3 * (scores - reference) / counts.sqrt()
    margin = z[:, 0] - z[:, 1]
    want = 0.9 * torch.log1p(torch.exp(-margin)) + 0.1 * torch.log1p(torch.exp(margin))
    want = want - 0.2 * scores[:, 0] / counts[:, 0]
    assert torch.allclose(each, want, atol=1e-12) and torch.allclose(rewards, z, atol=1e-12)


def test_at_the_start_nothing_is_preferred():
    model = fresh()
    objective = Preference(model, Tuning())
    batch = packed()
    scores, _ = objective.score(batch)
    loss, figures = objective(replace(batch, reference=scores.detach()), 4.0)
    assert loss.item() == pytest.approx(torch.tensor(2.0).log().item())
    assert figures["margin"].tolist() == [0, 4] and figures["accuracy"].tolist() == [0, 4]


def test_packed_pairs_are_those_alone_and_accumulate():
    """One pack of four pairs, two packs of two, and four of one: one loss, one gradient."""
    grads, sums = [], []
    for groups in (((0, 1, 2, 3),), ((0, 1), (2, 3)), ((3,), (1,), (0,), (2,))):
        objective = Preference(fresh(), Tuning(answer=0.1))
        batches = [packed(seeds) for seeds in groups]
        total = sum(map(objective.weight, batches))
        figures = torch.zeros(2)
        for batch in batches:
            loss, told = objective(batch, total)
            loss.backward()
            figures += told["margin"]
        grads.append(torch.cat([p.grad.flatten() for p in objective.parameters()]))
        sums.append(figures)
    for one, two in zip(grads[1:], sums[1:], strict=True):
        assert torch.allclose(one, grads[0], atol=2e-6) and torch.allclose(two, sums[0], atol=1e-5)


def test_a_changed_neighbour_changes_nothing():
    objective = Preference(fresh(), Tuning())
    one, _ = objective.score(packed((0, 1, 2)))
    two, _ = objective.score(packed((0, 4, 2)))
    assert torch.allclose(one[[0, 2]], two[[0, 2]], atol=1e-5)
    assert not torch.allclose(one[1], two[1], atol=1e-2)


def test_each_picture_is_seen_once_and_each_question_read_once():
    model, seen, rows = fresh(), [], []
    model.visual.register_forward_pre_hook(lambda _, args: seen.append(len(args[0])))
    model.model.layers[0].mlp.register_forward_pre_hook(lambda _, args: rows.append(len(args[0])))
    batch = packed()
    Preference(model, Tuning()).score(batch)
    assert seen == [3]  # of four pairs, one of which is text alone
    separate = sum(len(s) for seed in SEEDS for s in wholes(seed))
    assert rows == [len(batch.input_ids)] and rows[0] < separate


def test_a_frozen_tower_stores_no_gradients():
    """Neither in its parameters nor in what the backward pass keeps."""

    def kept(frozen: bool) -> tuple[int, QwenVL]:
        model = fresh()
        model.visual.requires_grad_(not frozen)
        stored = []
        hooks = torch.autograd.graph.saved_tensors_hooks(
            lambda x: stored.append(x.shape) or x, lambda x: x
        )
        inside = []
        model.visual.register_forward_pre_hook(lambda *_: inside.append(len(stored)))
        model.visual.register_forward_hook(lambda *_: inside.append(len(stored)))
        with hooks:
            Preference(model, Tuning())(packed(), 4.0)[0].backward()
        return inside[1] - inside[0], model

    count, model = kept(frozen=True)
    assert count == 0
    assert all(p.grad is None for p in model.visual.parameters())
    assert all(p.grad is not None for p in model.model.parameters())
    assert kept(frozen=False)[0] > 0


def test_a_pair_of_no_weight_counts_for_nothing():
    batch = packed((0, 1))
    light = replace(batch, weights=(1.0, 1.0, 0.0, 0.0))
    objective = Preference(fresh(), Tuning())
    assert objective.weight(light) == 1
    loss, figures = objective(light, 1.0)
    want, told = objective(packed((0,)), 1.0)
    assert loss.item() == pytest.approx(want.item(), abs=1e-6)
    assert torch.allclose(figures["chosen"], told["chosen"], atol=1e-5)


def test_the_layout_is_the_one_that_is_told():
    order, back, sizes = layout((4, 2), (2,))
    assert order.tolist() == [0, 1, 2, 3, 0, 1, 4, 5] and sizes == [4, 4]
    assert back.tolist() == [0, 1, 2, 3, 6, 7]


def test_what_is_no_pair_is_named():
    one, two = wholes(0)
    with pytest.raises(ValueError, match="set/0: both answers are the same"):
        paired(one, one)
    with pytest.raises(ValueError, match="set/0: its two answers do not follow the same question"):
        paired(one, wholes(1)[1])
    silent = replace(two, labels=torch.full_like(two.labels, IGNORE))
    with pytest.raises(ValueError, match="without an answer"):
        paired(one, silent)


def test_pairs_stay_pairs_on_their_way_to_a_device():
    batch = packed().to("cpu")
    assert isinstance(batch, Pairs) and batch.shared == packed().shared
    assert torch.equal(batch.reference, packed().reference) and batch.names == packed().names
    assert packed().to("meta").reference.is_meta


def test_only_the_last_turn_is_judged():
    one, two = wholes(2)
    begin = int((one.labels != IGNORE).nonzero()[0])
    earlier = [replace(s, labels=s.labels.clone()) for s in (one, two)]
    for each in earlier:
        each.labels[1:3] = each.input_ids[2:4]
    again = paired(*earlier)
    assert again.shared == begin and torch.equal(again.first.labels, paired(one, two).first.labels)


@pytest.mark.parametrize(
    "wrong", [{"beta": 0.0}, {"smoothing": 0.5}, {"by_length": 2.0}, {"answer": -1.0}], ids=str
)
def test_numbers_that_make_no_sense(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Tuning(**wrong)
