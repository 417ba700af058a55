"""Learning which words belong to which picture: the losses, the towers, what is measured."""

import math

import pytest
import torch
import torch.nn.functional as F
from pairs import objective, pair

from qvl.model.parts import learning
from qvl.train.contrast import Against, Sigmoid, Softmax
from qvl.train.contrastive import Pool
from qvl.train.optim import Rates, adamw
from qvl.train.pairs import Pair, PairBatch
from qvl.train.retrieval import retrieval
from qvl.train.supervised import steps

KINDS = (Sigmoid, Softmax)
WORDS = torch.tensor([7, 8, 7, 9, 7, 8, 5, 4])  # the same number: the same words


def features(n: int = 8) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    both = torch.randn(2, n, 6, generator=draw, dtype=torch.float64)
    pictures, texts = F.normalize(both, dim=-1)
    return pictures.requires_grad_(), texts.requires_grad_()


def plain(loss, pictures, texts) -> torch.Tensor:
    """Oracle: the published formulas on the whole matrix, twins left out."""
    n = len(WORDS)
    near = pictures @ texts.T * loss.log_scale.exp()
    twins = (WORDS[:, None] == WORDS) & ~torch.eye(n, dtype=torch.bool)
    if isinstance(loss, Sigmoid):
        signs = 2 * torch.eye(n) - 1
        return (-F.logsigmoid(signs * (near + loss.bias)) * ~twins).sum()
    near = near.masked_fill(twins, float("-inf"))
    own = torch.arange(n)
    both = (
        F.cross_entropy(near, own, reduction="sum"),
        F.cross_entropy(near.T, own, reduction="sum"),
    )
    return sum(both) / 2


def ours(loss, pictures, texts, rows=slice(None)):
    start = rows.start or 0
    return loss(
        Against(pictures[rows], texts, WORDS[rows], WORDS, start),
        Against(texts[rows], pictures, WORDS[rows], WORDS, start),
    )


@pytest.mark.parametrize("chunk", [1, 3, 100])
@pytest.mark.parametrize("kind", KINDS)
def test_in_blocks_equals_the_whole_matrix(kind, chunk, monkeypatch):
    monkeypatch.setattr("qvl.train.contrast.CHUNK", chunk)
    given, loss = features(), kind().double()
    inputs = [*given, *loss.parameters()]
    want = plain(loss, *given)
    got, told = ours(loss, *given)
    torch.testing.assert_close(got, want, rtol=1e-12, atol=1e-12)
    wanted, found = (torch.autograd.grad(x, inputs) for x in (want, got))
    for one, two in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, two, rtol=1e-10, atol=1e-12)
    assert int(told["twins"]) == 3 * 2 + 2 * 1


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_two_processes_add_up(kind):
    given, loss = features(), kind().double()
    whole, told = ours(loss, *given)
    first, one = ours(loss, *given, slice(0, 3))
    second, two = ours(loss, *given, slice(3, 8))
    assert (first + second).item() == pytest.approx(whole.item(), rel=1e-12)
    for name, x in told.items():
        assert (one[name] + two[name]).item() == pytest.approx(x.item(), rel=1e-12)


def test_logits_of_all_are_never_kept(monkeypatch):
    """What autograd holds for the backward pass has no n x N numbers."""
    monkeypatch.setattr("qvl.train.contrast.CHUNK", 64)
    rows = F.normalize(torch.randn(2, 256, 4), dim=-1).requires_grad_()
    words, kept = torch.arange(256), []
    with torch.autograd.graph.saved_tensors_hooks(
        lambda x: kept.append(x.numel()) or x, lambda x: x
    ):
        for kind in KINDS:
            sides = [Against(rows[i], rows[1 - i], words, words, 0) for i in (0, 1)]
            kind()(*sides)
    assert kept and max(kept) <= 256 * 4


def test_pooling_is_attention_of_each_segment_alone():
    torch.manual_seed(0)
    pool, x = Pool(12, 3, 5), torch.randn(9, 12)
    out = pool(x, [4, 1, 4])
    for row, part in zip(out, x.split([4, 1, 4]), strict=True):
        y = pool.norm(part)
        shares = pool.scores(y).softmax(0)  # [L, H]
        each = pool.values(y).unflatten(-1, (3, 4))
        want = pool.proj((shares[..., None] * each).sum(0).flatten())
        torch.testing.assert_close(row, want, rtol=1e-5, atol=1e-6)


def test_pairs_packed_are_pairs_alone():
    """Pictures of six sizes and captions of four lengths; a changed neighbour changes nothing."""
    made, pairs = objective(Sigmoid), [pair(i) for i in range(6)]
    with torch.no_grad():
        together = made.features(PairBatch.of(pairs))
        for i, each in enumerate(pairs):
            alone = made.features(PairBatch.of([each]))
            for packed, single in zip(together, alone, strict=True):
                torch.testing.assert_close(packed[i], single[0], rtol=1e-5, atol=1e-6)
        changed = made.features(PairBatch.of([pair(6), *pairs[1:]]))
    for before, after in zip(together, changed, strict=True):
        assert not torch.equal(before[0], after[0]) and torch.equal(before[1:], after[1:])


@pytest.mark.parametrize("kind", KINDS)
def test_micro_batches_add_up_and_each_is_told_apart_alone(kind):
    """Two micro-batches are the sum of both, and not one batch of all their pairs."""

    def gradient(batches):
        made = objective(kind)
        total = sum(made.weight(each) for each in batches)
        assert total == 8
        for each in batches:
            made(each, total)[0].backward()
        return torch.cat([p.grad.flatten() for p in made.parameters() if p.grad is not None])

    pairs = [pair(i) for i in range(8)]
    one, two = PairBatch.of(pairs[:5]), PairBatch.of(pairs[5:])
    alone = []
    for each in (one, two):
        made = objective(kind)
        made(each, 8.0)[0].backward()
        alone.append(torch.cat([p.grad.flatten() for p in made.parameters() if p.grad is not None]))
    both = gradient([one, two])
    torch.testing.assert_close(both, sum(alone), rtol=1e-4, atol=1e-6)
    assert (both - gradient([PairBatch.of(pairs)])).norm() > 0.05 * both.norm()


@pytest.mark.parametrize("kind", KINDS)
def test_the_tower_learns_and_the_decoder_rests(kind):
    """Six pairs by heart, two of them with the same words."""
    made = objective(kind)
    pairs = [pair(i) for i in range(6)] + [pair(9, words=0)]
    before = {name: x.clone() for name, x in made.model.state_dict().items()}
    blind = retrieval(made, pairs)
    run = list(steps(made, adamw([made]), Rates(5e-3, 2, 60), lambda _: [PairBatch.of(pairs)]))
    assert run[0].figures["loss"] > 2 * run[-1].figures["loss"]
    assert run[-1].figures["right"] == 1.0 and run[0].figures["twins"] == pytest.approx(2 / 7)
    found = retrieval(made, pairs, patches=20)  # a few pairs at a time
    assert found.texts == {1: 1.0, 5: 1.0} and found.pictures == {1: 1.0, 5: 1.0}
    assert blind.texts[1] < 1.0
    moved = {k for k, x in made.model.state_dict().items() if not torch.equal(x, before[k])}
    assert moved == set(learning(made.model)) and all(k.startswith("visual.") for k in moved)


def test_what_sees_nothing_finds_nothing():
    """All features equal: nothing is nearer than anything else. Chance counts the twins."""
    made = objective(Softmax)
    with torch.no_grad():
        made.picture_pool.proj.weight.zero_()
    found = retrieval(made, [pair(0), pair(1), pair(2, words=0), pair(3)], at=(1, 2))
    assert found.texts[1] == found.pictures[1] == 0.0
    assert found.chance[1] == pytest.approx((2 * 2 / 4 + 2 * 1 / 4) / 4)
    assert found.chance[2] == pytest.approx((2 * (1 - 2 / 4 * 1 / 3) + 2 * (2 / 4)) / 4)
    with pytest.raises(ValueError, match="two or more"):
        retrieval(made, [pair(0)])


def test_a_batch_without_pairs_or_words_is_refused():
    with pytest.raises(ValueError, match="no pairs"):
        PairBatch.of([])
    dumb = Pair(pair(0).pixel_values, pair(0).grid_thw, torch.tensor([], dtype=torch.int64), "a/b")
    with pytest.raises(ValueError, match="'a/b' has a caption of no tokens"):
        PairBatch.of([dumb])
    batch = PairBatch.of([pair(0), pair(1), pair(2, words=0)])
    assert batch.words[0] == batch.words[2] != batch.words[1]
    assert batch.to("meta").input_ids.is_meta and batch.to("cpu").names == batch.names


def test_a_scale_stays_within_bounds():
    loss = Softmax()
    loss.log_scale.data.fill_(50.0)
    value, told = ours(loss, *(x.float() for x in features()))
    assert math.isfinite(value.item()) and told["scale"] / 8 == pytest.approx(100)
