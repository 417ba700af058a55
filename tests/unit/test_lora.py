"""Adapters: merged equals unmerged, only they learn, and files that do not fit are refused."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from test_train import batch_of

from qvl.config import TINY, Config, TextConfig
from qvl.model import adapters, weights
from qvl.model.files import BadCheckpoint
from qvl.model.lora import Lora, adapted, attach, chosen, merged
from qvl.model.parts import freeze, learning
from qvl.model.qwen import QwenVL
from qvl.train.initial import initialise
from qvl.train.objective import NextToken
from qvl.train.optim import Rates, adamw
from qvl.train.supervised import steps

UNTIED = Config(TINY.vision, TextConfig(64, 2, 4, 2, 96, 256, mrope_section=(2, 3, 3)))
EVERYWHERE = Lora(4, 8.0, targets=("tower", "merger", "llm"))


def fresh(config: Config = TINY) -> QwenVL:
    model = QwenVL(config)
    initialise(model, 0)
    return model


def learnt(lora: Lora, config: Config = TINY) -> QwenVL:
    """A model whose adapters are no longer zero."""
    model = fresh(config)
    freeze(model, ())
    attach(model, lora)
    objective = NextToken(model)
    for _ in steps(objective, adamw([objective]), Rates(1e-2, 1, 3), lambda s: [batch_of(s)]):
        pass
    return model


def logits(model: QwenVL) -> torch.Tensor:
    with torch.no_grad():
        return model.lm_head(model.eval()(batch_of(3)))


def test_merged_equals_unmerged_and_is_a_published_checkpoint(tmp_path):
    targets = ("tower", "merger", "llm", "lm_head")
    for config, lora in ((TINY, EVERYWHERE), (UNTIED, Lora(4, 8.0, targets=targets))):
        model = learnt(lora, config)
        with pytest.raises(ValueError, match="adapters"):
            weights.save(model, tmp_path / "wrong")
        weights.save(merged(model), tmp_path / str(config.text.tie_word_embeddings))
        loaded = weights.load(tmp_path / str(config.text.tie_word_embeddings))
        want = logits(model)
        assert float((want - logits(fresh(config))).abs().max()) > 0.1
        for other in (merged(model), loaded):
            assert float((logits(other) - want).abs().max()) < 1e-6 * float(want.abs().max())


def test_fresh_adapters_change_nothing_and_learn_alone():
    model = fresh()
    before = {name: x.clone() for name, x in model.state_dict().items()}
    want = logits(model)
    freeze(model, ())
    names = attach(model, EVERYWHERE)
    assert torch.equal(logits(model), want)
    kinds = [f"{name}.lora_{half}.weight" for name in names for half in "AB"]
    assert sorted(learning(model)) == sorted(kinds)
    objective = NextToken(model)
    for _ in steps(objective, adamw([objective]), Rates(1e-2, 1, 2), lambda s: [batch_of(s)]):
        pass
    after = model.state_dict()
    assert all(torch.equal(after[name], x) for name, x in before.items())
    assert all(bool(after[name].any()) for name in kinds)


def test_targets_are_parts_or_expressions():
    model = fresh()
    assert chosen(model, ["merger"]) == ["visual.merger.mlp.0", "visual.merger.mlp.2"]
    assert len(chosen(model, ["llm"])) == 2 * 7 and "lm_head" not in chosen(model, ["llm"])
    assert len(chosen(model, ["tower"])) == 3 * 5
    both = chosen(model, [r"model\.layers\.1\..*[qv]_proj", "merger"])
    assert both[2:] == ["model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.v_proj"]
    for wrong in ("head", "q_proj", "(", "lm_head.weight"):
        with pytest.raises(ValueError, match="lora: "):
            chosen(model, [wrong])
    with pytest.raises(ValueError, match="is the embedding"):
        attach(model, Lora(targets=("lm_head",)))
    assert not adapted(model)
    attach(model, Lora(targets=("merger",)))
    with pytest.raises(ValueError, match="already"):
        attach(model, Lora())
    for wrong in ({"rank": 0}, {"alpha": 0.0}, {"dropout": 1.0}):
        with pytest.raises(ValueError, match=f"lora: .*{next(iter(wrong))}"):
            Lora(**wrong)


def test_what_else_learns_goes_on_learning():
    model = fresh()
    freeze(model, ["merger"])
    attach(model, Lora(targets=(r"model\.layers.*v_proj",)))
    names = learning(model)
    assert sum("lora_" in name for name in names) == 4
    assert sum(name.startswith("visual.merger.") for name in names) == len(names) - 4


def test_dropout_is_of_training_alone():
    model = learnt(Lora(4, 8.0, dropout=0.5))
    assert torch.equal(logits(model), logits(model))
    model.train()
    with torch.no_grad():
        assert not torch.equal(model(batch_of(3)), model(batch_of(3)))


def test_adapters_of_a_half_model_are_floats():
    model = fresh().to(torch.bfloat16)
    attach(model, EVERYWHERE)
    layer = next(iter(adapted(model).values()))
    assert layer.lora_A.weight.dtype == torch.float32
    assert model(batch_of(0)).dtype == torch.bfloat16
    assert {x.dtype for x in merged(model).state_dict().values()} == {torch.bfloat16}


def test_adapters_come_back_from_their_files(tmp_path):
    model = learnt(EVERYWHERE)
    adapters.save(model, tmp_path, "a/model")
    assert {p.name for p in tmp_path.iterdir()} == {adapters.CONFIG, adapters.TENSORS}
    again = fresh()
    assert adapters.load(again, tmp_path).rank == 4
    assert torch.equal(logits(again), logits(model))
    keys = load_file(tmp_path / adapters.TENSORS)
    assert "base_model.model.lm_head.lora_A.weight" not in keys
    inner = "base_model.model.model.language_model.layers.0.self_attn.q_proj.lora_A.weight"
    assert keys[inner].shape == (4, 64)
    older = {
        k.replace("language_model.", "").replace("model.model.v", "model.v"): x
        for k, x in keys.items()
    }
    assert any(k.startswith("base_model.model.visual.") for k in older)
    save_file(older, tmp_path / adapters.TENSORS)
    older = fresh()
    adapters.load(older, tmp_path)
    assert torch.equal(logits(older), logits(model))
    with pytest.raises(ValueError, match="no adapters to save"):
        adapters.save(fresh(), tmp_path)


Q = "base_model.model.model.language_model.layers.0.self_attn.q_proj.lora_"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.pop(Q + "B.weight"), "q_proj.lora_A.weight without its other half"),
        (
            lambda t: t.update(
                {"base_model.model.model.layers.9.x.lora_A.weight": t[Q + "A.weight"]}
            ),
            "layers.9.x",
        ),
        (lambda t: t.update({Q + "embedding": t[Q + "A.weight"]}), "lora_embedding"),
        (lambda t: t.update({Q + "A.weight": torch.zeros(4, 63)}), r"F32\[4, 63\], not \[4, 64\]"),
        (
            lambda t: t.update({Q.replace("language_model.", "") + "A.weight": torch.zeros(4, 64)}),
            "twice",
        ),
        (lambda t: t.clear(), "holds no adapter"),
    ],
)
def test_tensors_that_are_not_all_applied_are_named(tmp_path, change, told):
    adapters.save(learnt(EVERYWHERE), tmp_path)
    tensors = load_file(tmp_path / adapters.TENSORS)
    change(tensors)
    tensors = {key: x.clone() for key, x in tensors.items()}
    save_file(tensors, tmp_path / adapters.TENSORS)
    model = fresh()
    with pytest.raises(BadCheckpoint, match=told):
        adapters.load(model, tmp_path)
    assert not adapted(model)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"peft_type": "IA3"}, "IA3"),
        ({"use_dora": True}, "use_dora"),
        ({"alpha_pattern": {"q_proj": 4}}, "alpha_pattern"),
        ({"bias": "all"}, "bias"),
        ({"init_lora_weights": "pissa"}, "init_lora_weights"),
        ({"r": 0}, "the rank is 0"),
        ({"r": None}, "copy it again"),
    ],
)
def test_settings_that_are_not_known_are_named(tmp_path, change, told):
    adapters.save(learnt(EVERYWHERE), tmp_path)
    raw = json.loads((tmp_path / adapters.CONFIG).read_text())
    (tmp_path / adapters.CONFIG).write_text(json.dumps({**raw, **change}))
    with pytest.raises(BadCheckpoint, match=told):
        adapters.load(fresh(), tmp_path)


def test_a_failed_save_leaves_the_old_adapters(tmp_path, monkeypatch):
    adapters.save(learnt(EVERYWHERE), tmp_path)
    old = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def full(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr("qvl.model.adapters.save_file", full)
    with pytest.raises(OSError, match="No space"):
        adapters.save(learnt(Lora(2)), tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == old
    (tmp_path / adapters.CONFIG).unlink()
    with pytest.raises(BadCheckpoint, match=adapters.CONFIG):
        adapters.load(fresh(), tmp_path)


def test_adapters_start_from_their_seed():
    one, two, other = (fresh() for _ in range(3))
    for model, seed in ((one, 1), (two, 1), (other, 2)):
        attach(model, Lora(), seed)
    drawn = [next(iter(adapted(m).values())).lora_A.weight for m in (one, two, other)]
    assert torch.equal(drawn[0], drawn[1]) and not torch.equal(drawn[0], drawn[2])
