"""A checkpoint is read as it was written, strictly; what does not fit is named in one line."""

import json

import pytest
import torch
from folders import UNTIED, change, change_config, refusal, same

from qvl.config import TINY
from qvl.model import weights
from qvl.model.files import CONFIG, WHOLE, BadCheckpoint
from qvl.model.qwen import QwenVL

NORM = "model.norm.weight"


@pytest.fixture
def model(seed):
    torch.manual_seed(seed)
    return QwenVL(TINY)


@pytest.fixture
def folder(model, tmp_path):
    weights.save(model, tmp_path / "tiny")
    return tmp_path / "tiny"


def test_round_trip(model, folder):
    again = weights.load(folder)
    assert again.cfg == TINY
    assert same(again, model)
    assert again.lm_head.weight is again.model.embed_tokens.weight
    assert all(x.requires_grad for x in again.parameters())


def test_round_trip_untied(tmp_path):
    model = QwenVL(UNTIED)
    weights.save(model, tmp_path)
    again = weights.load(tmp_path)
    assert same(again, model)
    assert again.lm_head.weight is not again.model.embed_tokens.weight


def test_a_type_may_be_asked_for(model, folder):
    assert {x.dtype for x in weights.load(folder, torch.bfloat16).parameters()} == {torch.bfloat16}
    weights.save(model, folder, dtype=torch.bfloat16)
    assert {x.dtype for x in weights.load(folder).parameters()} == {torch.bfloat16}
    assert json.loads((folder / CONFIG).read_text())["torch_dtype"] == "bfloat16"


def test_a_lost_tie_is_not_saved(model, tmp_path):
    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    with pytest.raises(ValueError, match="tie"):
        weights.save(model, tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_names_of_newer_files(model, folder):
    def rename(state):
        for name in list(state):
            new = name.replace("model.", "model.language_model.", 1)
            new = f"model.{name}" if name.startswith("visual.") else new
            state[new] = state.pop(name)

    change(folder, rename)
    assert same(weights.load(folder), model)


def test_a_tied_head_may_be_written_but_not_differ(model, folder):
    change(folder, lambda state: state.update({weights.HEAD: state[weights.EMBEDDING].clone()}))
    assert same(weights.load(folder), model)
    change(folder, lambda state: state.update({weights.HEAD: state[weights.HEAD].bfloat16()}))
    assert weights.HEAD in refusal(folder)
    change(folder, lambda state: state.update({weights.HEAD: state[weights.EMBEDDING] + 1}))
    text = refusal(folder)
    assert weights.HEAD in text
    assert "tie_word_embeddings to false" in text


def test_missing(folder):
    change(folder, lambda state: [state.pop(name) for name in (NORM, "visual.merger.ln_q.weight")])
    text = refusal(folder)
    assert "2 missing" in text
    assert f"{NORM} [64]" in text
    assert "visual.merger.ln_q.weight [32]" in text


def test_many_missing_are_counted(folder):
    change(folder, lambda state: [state.pop(n) for n in list(state) if "blocks" in n])
    assert "and 33 more" in refusal(folder)


def test_missing_head(tmp_path):
    weights.save(QwenVL(UNTIED), tmp_path)
    change(tmp_path, lambda state: state.pop(weights.HEAD))
    text = refusal(tmp_path)
    assert "lm_head.weight [256, 64]" in text
    assert "tie_word_embeddings to true" in text


def test_surplus(folder):
    change(folder, lambda state: state.update({"model.norm.bias": torch.zeros(64)}))
    assert "1 surplus: model.norm.bias [64]" in refusal(folder)


def test_wrong_shape(folder):
    change(folder, lambda state: state.update({NORM: torch.zeros(65)}))
    assert f"1 wrong: {NORM} is F32[65], not [64]" in refusal(folder)


def test_wrong_type(folder):
    change(folder, lambda state: state.update({NORM: torch.zeros(64, dtype=torch.int8)}))
    assert f"1 wrong: {NORM} is I8[64], not [64]" in refusal(folder)


def test_constants_of_old_exports_are_known(model, folder):
    """`inv_freq` buffers, in both layouts and rounded to half, as transformers 4.3x wrote them."""
    text = 1e6 ** -(torch.arange(0, 16, 2) / 16)
    vision = 1e4 ** -(torch.arange(0, 8, 2) / 8)
    known = {
        "model.layers.1.self_attn.rotary_emb.inv_freq": text,
        "model.rotary_emb.inv_freq": text.bfloat16(),
        "model.visual.rotary_pos_emb.inv_freq": vision.half(),
    }
    change(folder, lambda state: state.update(known))
    assert same(weights.load(folder), model)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("model.rotary_emb.inv_freq", 1e4 ** -(torch.arange(0, 16, 2) / 16), "rope_theta 1e+06"),
        ("visual.rotary_pos_emb.inv_freq", torch.ones(8), "differs"),
        ("model.rotary_emb.inv_freq2", torch.ones(8), "1 surplus"),
        ("visual.blocks.0.attn.rotary_emb.inv_freq", torch.ones(4), "1 surplus"),
    ],
)
def test_other_constants_are_not(folder, name, value, said):
    change(folder, lambda state: state.update({name: value}))
    text = refusal(folder)
    assert said in text
    assert name in text


@pytest.mark.parametrize("stored", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("asked", [None, torch.float32, torch.bfloat16, torch.float16])
def test_types(model, tmp_path, stored, asked):
    weights.save(model, tmp_path, dtype=stored)
    want = {name: x.to(stored).to(asked or stored) for name, x in model.state_dict().items()}
    again = weights.load(tmp_path, asked)
    assert all(torch.equal(x, want[name]) for name, x in again.state_dict().items())
    assert {x.dtype for x in again.parameters()} == {asked or stored}


def test_a_value_beyond_float16_is_refused(folder, tmp_path):
    change(folder, lambda state: state[NORM].fill_(1e5))
    assert weights.load(folder, torch.bfloat16).model.norm.weight[0] > 9e4
    with pytest.raises(BadCheckpoint, match=f"{NORM} has values beyond float16; ask for bf"):
        weights.load(folder, torch.float16)
    with pytest.raises(BadCheckpoint, match="beyond float16"):
        weights.save(weights.load(folder), tmp_path / "half", dtype=torch.float16)
    assert not list((tmp_path / "half").iterdir())


def test_a_type_that_is_no_float(folder):
    with pytest.raises(ValueError, match=r"torch.int8; ask for float32"):
        weights.load(folder, torch.int8)


def test_eight_bit_floats(folder):
    change(folder, lambda s: s.update({NORM: torch.zeros(64, dtype=torch.float8_e4m3fn)}))
    assert f"1 wrong: {NORM} is F8_E4M3[64], not [64]" in refusal(folder)


def test_both_layouts_at_once(folder):
    change(folder, lambda state: state.update({"model.language_model.norm.weight": torch.ones(64)}))
    assert "twice" in refusal(folder)


def test_no_folder(tmp_path):
    assert "no folder" in refusal(tmp_path / "nowhere")


def test_a_file_for_a_folder(folder):
    assert "no folder" in refusal(folder / WHOLE)


def test_no_config(tmp_path):
    assert "has no config.json" in refusal(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "not json", '{"model_type": '])
def test_config_is_no_json(folder, text):
    (folder / CONFIG).write_text(text)
    assert "no JSON" in refusal(folder)


def test_config_is_no_object(folder):
    (folder / CONFIG).write_text("[1]")
    assert "list" in refusal(folder)


def test_another_model(folder):
    change_config(folder, lambda raw: raw.update(model_type="qwen2_vl"))
    text = refusal(folder)
    assert "'qwen2_vl'" in text
    assert "'qwen2_5_vl'" in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"hidden_size": "64"}, "no number"),
        ({"num_attention_heads": 3}, "multiple"),
        ({"num_attention_heads": 8}, "mrope_section"),
        ({"num_attention_heads": 8, "hidden_size": 128}, "differs"),
        ({"quantization_config": {"quant_method": "awq"}}, "'awq'"),
        ({"use_sliding_window": True}, "use_sliding_window"),
        ({"rope_scaling": {"type": "yarn", "factor": 4.0}}, "type yarn lacks"),
    ],
)
def test_bad_sizes(folder, changed, said):
    change_config(folder, lambda raw: raw.update(changed))
    assert said in refusal(folder)


def test_no_vision_sizes(folder):
    change_config(folder, lambda raw: raw.pop("vision_config"))
    assert "'vision_config' is missing" in refusal(folder)


def test_other_sizes_than_the_files(folder):
    change_config(folder, lambda raw: raw.update(intermediate_size=100))
    text = refusal(folder)
    assert "6 wrong: model.layers.0.mlp.gate_proj.weight is F32[96, 64], not [100, 64]" in text


def test_ids_kept_with_the_text_sizes(folder):
    """transformers 5 writes bos and eos into `text_config` alone."""

    def nest(raw):
        raw["text_config"] = {k: raw.pop(k) for k in ("bos_token_id", "eos_token_id")}

    change_config(folder, nest)
    assert weights.read_config(folder) == TINY
