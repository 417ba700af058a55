"""What learns, how fast, and what a run keeps of it."""

from itertools import pairwise

import pytest
import torch
from test_train import batch_of
from torch import nn

from qvl.config import TINY
from qvl.model import weights
from qvl.model.lora import Lora, attach
from qvl.model.parts import PARTS, by_part, freeze, learning
from qvl.model.qwen import QwenVL
from qvl.train.ema import Average
from qvl.train.initial import initialise
from qvl.train.muon import muon
from qvl.train.objective import NextToken
from qvl.train.optim import Part, PartRates, Rates, adamw, grouped
from qvl.train.supervised import steps

RATES = Rates(2e-3, warmup=2, steps=6)
PARTS_OF = {"tower": Part(0.5, layer_decay=0.8), "llm": Part(0.1)}


def fresh(learns=PARTS) -> NextToken:
    model = QwenVL(TINY)
    initialise(model, 0)
    freeze(model, learns)
    return NextToken(model)


def batches_of(step):
    return [batch_of(step)]


def test_rates_rise_stay_and_fall():
    rates = Rates(1.0, warmup=10, steps=100, decay=0.2, floor=0.1)
    assert rates.at(0) == 0.1 and rates.at(9) == 1.0 and rates.at(79) == 1.0
    assert rates.at(80) == 1.0 and 0.5 < rates.at(90) < 0.6 and rates.at(100) == pytest.approx(0.1)
    assert all(rates.at(s) >= rates.at(s + 1) for s in range(80, 100))


def test_rates_fall_all_the_way_in_a_line_or_never():
    cosine = Rates(1.0, warmup=10, steps=110, decay=1.0, floor=0.0)
    assert cosine.at(10) == 1.0 and cosine.at(60) == pytest.approx(0.5)
    assert cosine.at(35) == pytest.approx(0.5 + 0.5 * 2**-0.5)
    linear = Rates(1.0, warmup=10, steps=110, decay=1.0, floor=0.2, fall="linear")
    falls = [a - b for a, b in pairwise([linear.at(s) for s in range(10, 111)])]
    assert falls == pytest.approx([0.8 / 100] * 100)
    constant = Rates(3.0, warmup=1, steps=50, decay=0.0)
    assert {constant.at(s) for s in range(50)} == {3.0}


def test_parts_cover_the_model_and_learn_when_asked():
    model = fresh().model
    parts = by_part(model)
    assert sum(len(each) for each in parts.values()) == len(list(model.parameters()))
    assert set(parts["merger"]) == {
        f"visual.merger.{n}" for n, _ in model.visual.merger.named_parameters()
    }
    assert "visual.patch_embed.proj.weight" in parts["tower"]
    assert "model.embed_tokens.weight" in parts["llm"] and "model.norm.weight" in parts["llm"]
    for learns in (["tower"], ["merger", "llm"], []):
        freeze(model, learns)
        assert learning(model) == [
            n for n in dict(model.named_parameters()) if any(n in parts[p] for p in learns)
        ]
    with pytest.raises(ValueError, match="no part is called visual; there are tower, merger, llm"):
        freeze(model, ["visual"])
    with pytest.raises(ValueError, match="nothing learns"):
        adamw([model])


@pytest.mark.parametrize("learns", [{"tower"}, {"merger"}, {"llm"}, {"tower", "llm"}, set(PARTS)])
@pytest.mark.parametrize("made", [adamw, muon])
def test_only_what_learns_moves(learns, made):
    if made is muon and learns == {"merger"}:
        with pytest.raises(ValueError, match="no matrix of a block learns"):
            made([fresh(learns)])
        return
    objective = fresh(learns)
    before = {n: p.clone() for n, p in objective.model.named_parameters()}
    for _ in steps(objective, made([objective]), RATES, batches_of):
        pass
    moved = {n for n, p in objective.model.named_parameters() if not torch.equal(p, before[n])}
    assert moved == set(learning(objective.model))


def test_a_tower_at_rest_keeps_no_activations():
    kept = {"tower": 0, "rest": 0}
    objective = fresh()
    tower = objective.model.visual
    inside = []
    for module in (tower.patch_embed, *tower.blocks):
        module.register_forward_pre_hook(lambda *_: inside.append(1))
        module.register_forward_hook(lambda *_: inside.clear())

    def pack(x):
        kept["tower" if inside else "rest"] += 1
        return x

    for learns, none in ((PARTS, False), (("merger", "llm"), True), (("llm",), True)):
        freeze(objective.model, learns)
        kept.update(tower=0, rest=0)
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda x: x):
            loss, _ = objective(batch_of(0), 1.0)
        assert (kept["tower"] == 0) == none and kept["rest"] > 10
        loss.backward()


def test_a_decoder_at_rest_lets_gradients_through():
    objective = fresh(["tower"])
    objective(batch_of(0), 1.0)[0].backward()
    grads = {n: p.grad for n, p in objective.model.named_parameters()}
    assert {n for n, x in grads.items() if x is not None} == set(learning(objective.model))
    assert all(bool(x.any()) for x in grads.values() if x is not None)


def test_groups_follow_parts_and_depth():
    objective = fresh()
    groups = grouped([objective], 0.1, PARTS_OF)
    found = {id(p): g for g in groups for p in g["params"]}
    model = objective.model
    assert len(found) == len(list(model.parameters()))

    def about(module: nn.Module) -> tuple:
        group = found[id(module.weight)]
        return group["part"], pytest.approx(group["factor"]), group["weight_decay"]

    blocks = model.visual.blocks
    assert about(blocks[2].attn.qkv) == ("tower", 0.5, 0.1)
    assert about(blocks[0].norm1) == ("tower", 0.5 * 0.8**2, 0.0)
    assert about(model.visual.patch_embed.proj) == ("tower", 0.5 * 0.8**3, 0.1)
    assert about(model.visual.merger.mlp[0]) == ("merger", 1.0, 0.1)
    assert about(model.model.layers[0].self_attn.q_proj) == ("llm", 0.1, 0.1)
    assert about(model.model.embed_tokens) == about(model.model.norm) == ("llm", 0.1, 0.0)
    assert found[id(blocks[0].attn.qkv.bias)]["weight_decay"] == 0.0
    with pytest.raises(ValueError, match="no part is called vit"):
        grouped([objective], 0.1, {"vit": Part()})
    with pytest.raises(ValueError, match="layer_decay is for the tower; take it away from llm"):
        grouped([objective], 0.1, {"llm": Part(layer_decay=0.9)})


def test_without_parts_there_are_two_groups():
    """As a run has them that began before there were parts."""
    groups = grouped([fresh()])
    assert [g["weight_decay"] for g in groups] == [0.05, 0.0]
    assert all((g["part"], g["factor"]) == ("", 1.0) for g in groups)


def test_each_part_has_its_own_curve():
    objective = fresh()
    rates = PartRates(RATES, tower=Rates(1.0, warmup=1, steps=6, decay=0.0))
    optimizer = adamw([objective], parts=PARTS_OF)
    rates_of = {}
    for done in steps(objective, optimizer, rates, batches_of):
        assert done.rate == RATES.at(done.step - 1)
        for group in optimizer.param_groups:
            rates_of.setdefault(group["part"], []).append(group["lr"] / group["factor"])
    assert rates_of["tower"] == pytest.approx([1.0] * len(rates_of["tower"]))
    assert sorted(set(rates_of["llm"])) == pytest.approx(sorted({RATES.at(s) for s in range(6)}))
    with pytest.raises(ValueError, match="knows no parts"):
        next(steps(objective, adamw([objective]), rates, batches_of))


def test_muon_takes_the_matrices_of_blocks():
    objective = fresh()
    first, second = muon([objective], parts=PARTS_OF).members
    assert isinstance(first, torch.optim.Muon) and isinstance(second, torch.optim.AdamW)
    names = {id(p): n for n, p in objective.model.named_parameters()}
    taken = {names[id(p)] for g in first.param_groups for p in g["params"]}
    assert taken == {
        n
        for n in names.values()
        if ("blocks" in n or "layers" in n) and n.endswith("weight") and "norm" not in n
    }
    rest = {names[id(p)] for g in second.param_groups for p in g["params"]}
    assert not rest & taken and rest | taken == set(names.values())
    attach(objective.model, Lora())
    taken = {id(p) for g in muon([objective]).members[0].param_groups for p in g["params"]}
    assert taken <= names.keys()


@pytest.mark.parametrize("made", [adamw, muon])
def test_an_optimiser_comes_back_to_the_bit(tmp_path, made):
    straight = fresh()
    optimizer = made([straight], parts=PARTS_OF)
    run = steps(straight, optimizer, RATES, batches_of)
    for done in run:
        if done.step == 3:
            torch.save((straight.state_dict(), optimizer.state_dict()), tmp_path / "state")
    resumed = fresh()
    again = made([resumed], parts=PARTS_OF)
    model, state = torch.load(tmp_path / "state", weights_only=True)
    resumed.load_state_dict(model)
    again.load_state_dict(state)
    for _ in steps(resumed, again, RATES, batches_of, start=3):
        pass
    for one, two in zip(straight.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, two)
    for one, two in zip(tensors(optimizer), tensors(again), strict=True):
        assert torch.equal(one, two)


def tensors(optimizer) -> list[torch.Tensor]:
    members = getattr(optimizer, "members", [optimizer])
    states = [state for each in members for state in each.state.values()]
    return [x for state in states for x in state.values() if isinstance(x, torch.Tensor)]


def test_muon_refuses_the_state_of_others():
    objective = fresh()
    with pytest.raises(ValueError, match="of 0 optimisers, not of 2"):
        muon([objective]).load_state_dict(adamw([objective]).state_dict())


def test_the_average_follows_the_weights(tmp_path):
    objective = fresh(["llm"])
    average = Average(objective, decay=0.9)
    name = "model.model.layers.0.self_attn.q_proj.weight"
    want = dict(objective.named_parameters())[name].detach().double()
    for done in steps(objective, adamw([objective]), RATES, batches_of):
        average.update(objective)
        keep = min(0.9, (1 + done.step) / (10 + done.step))
        now = dict(objective.named_parameters())[name].detach().double()
        want = keep * want + (1 - keep) * now
    torch.testing.assert_close(average.weights[name].double(), want, rtol=1e-5, atol=1e-7)
    assert all(n.startswith("model.model.") for n in average.weights)
    own = {n: p.clone() for n, p in objective.named_parameters()}
    with average.inside(objective):
        weights.save(objective.model, tmp_path)
    assert all(torch.equal(p, own[n]) for n, p in objective.named_parameters())
    saved = weights.load(tmp_path).state_dict()[name.removeprefix("model.")]
    assert torch.equal(saved, average.weights[name]) and not torch.equal(saved, own[name])


def test_an_average_is_float32_and_comes_back(tmp_path):
    objective = fresh().to(torch.bfloat16)
    average = Average(objective)
    average.update(objective)
    assert {x.dtype for x in average.weights.values()} == {torch.float32}
    torch.save(average.state_dict(), tmp_path / "average")
    other = Average(fresh())
    other.load_state_dict(torch.load(tmp_path / "average", weights_only=True))
    assert other.updates == 1
    assert all(torch.equal(x, average.weights[n]) for n, x in other.weights.items())
    with pytest.raises(ValueError, match="differ in model"):
        Average(fresh(["llm"])).load_state_dict(average.state_dict())
    with pytest.raises(ValueError, match=r"an average is 1\.0"):
        Average(objective, decay=1.0)
