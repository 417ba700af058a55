"""Checkpoint folders: what is written is read, what is broken is refused in one clear line."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from qvl.config import TINY, Config, TextConfig, VisionConfig
from qvl.model import weights
from qvl.model.files import CONFIG, INDEX, WHOLE, BadCheckpoint
from qvl.model.qwen import QwenVL

UNTIED = Config(
    VisionConfig(1, 32, 48, 2, 64, fullatt_block_indexes=(0,)),
    TextConfig(64, 1, 4, 2, 96, 256, mrope_section=(2, 3, 3)),
)
NORM = "model.norm.weight"


@pytest.fixture
def model(seed):
    torch.manual_seed(seed)
    return QwenVL(TINY)


@pytest.fixture
def folder(model, tmp_path):
    weights.save(model, tmp_path / "tiny")
    return tmp_path / "tiny"


def change(folder, edit):
    """The folder with the tensors of its one file edited in place."""
    state = load_file(folder / WHOLE)
    edit(state)
    save_file(state, folder / WHOLE, metadata={"format": "pt"})


def change_config(folder, edit):
    raw = json.loads((folder / CONFIG).read_text())
    edit(raw)
    (folder / CONFIG).write_text(json.dumps(raw))


def refusal(folder):
    """The one line with which `load` refuses, without a chain of causes."""
    with pytest.raises(BadCheckpoint) as caught:
        weights.load(folder)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    text = str(caught.value)
    assert "\n" not in text
    assert str(folder) in text
    print(text)
    return text


def same(a, b):
    a, b = a.state_dict(), b.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


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


def test_files_are_mapped_and_never_written(model, folder):
    before = (folder / WHOLE).read_bytes()
    again = weights.load(folder)
    with open("/proc/self/maps", encoding="utf-8") as maps:
        assert str(folder / WHOLE) in maps.read()
    with torch.no_grad():
        for x in again.parameters():
            x.zero_()
    assert (folder / WHOLE).read_bytes() == before
    assert same(weights.load(folder), model)


def test_a_model_saved_over_its_own_files(model, folder):
    again = weights.load(folder)
    weights.save(again, folder, shard_bytes=2**16)
    weights.save(again, folder, shard_bytes=2**17)
    assert same(again, model)
    assert same(weights.load(folder), model)


def test_shards(model, tmp_path):
    limit = 2**16
    weights.save(model, tmp_path, shard_bytes=limit)
    shards = sorted(tmp_path.glob("*.safetensors"))
    assert len(shards) > 3
    assert all(p.stat().st_size <= limit for p in shards if len(load_file(p)) > 1)
    index = json.loads((tmp_path / INDEX).read_text())
    assert set(index["weight_map"].values()) == {path.name for path in shards}
    assert index["metadata"]["total_size"] == 4 * sum(x.numel() for x in model.parameters())
    assert same(weights.load(tmp_path), model)


def test_a_new_save_leaves_no_old_weights_and_all_else(model, folder):
    (folder / "tokenizer.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(b"")
    for limit in (2**16, 2**30, 2**17):
        weights.save(model, folder, shard_bytes=limit)
        assert same(weights.load(folder), model)
    assert (folder / "tokenizer.json").exists()
    assert (folder / "adapter_model.safetensors").exists()
    assert not (folder / WHOLE).exists()
    assert not list(folder.glob(".draft*"))


def test_a_failed_save_leaves_the_old_checkpoint(model, folder, monkeypatch):
    def full(*args, **more):
        raise OSError("No space left on device")

    monkeypatch.setattr("qvl.model.files.save_file", full)
    with pytest.raises(OSError, match="No space"):
        weights.save(QwenVL(UNTIED), folder)
    assert same(weights.load(folder), model)
    assert sorted(path.name for path in folder.iterdir()) == [CONFIG, WHOLE]


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
    change(folder, lambda state: state[weights.HEAD].add_(1))
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


def test_both_layouts_at_once(folder):
    change(folder, lambda state: state.update({"model.language_model.norm.weight": torch.ones(64)}))
    assert "twice" in refusal(folder)


@pytest.mark.parametrize("left", [0, 4, 100, 5000, -1])
def test_truncated(folder, left):
    raw = (folder / WHOLE).read_bytes()
    (folder / WHOLE).write_bytes(raw[:left])
    text = refusal(folder)
    assert WHOLE in text
    assert "cut short" in text


def test_a_pickle_under_a_safe_name(folder):
    torch.save({}, folder / WHOLE)
    assert "no safetensors" in refusal(folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "consolidated.00.pth", "model.pt"])
def test_pickle(folder, name):
    (folder / WHOLE).rename(folder / name)
    text = refusal(folder)
    assert name in text
    assert "pickle" in text
    assert "save_pretrained" in text
    assert "pickle" in refusal(folder / name)


def test_index_of_pickles(folder):
    (folder / WHOLE).unlink()
    (folder / INDEX).write_text('{"weight_map": {"a": "pytorch_model-00001-of-00001.bin"}}')
    assert "pickle" in refusal(folder)


def test_missing_shard(model, tmp_path):
    weights.save(model, tmp_path, shard_bytes=2**16)
    shard = sorted(tmp_path.glob("*.safetensors"))[1]
    shard.unlink()
    assert shard.name in refusal(tmp_path)


@pytest.mark.parametrize(
    "index", ["{}", '{"weight_map": {}}', '{"weight_map": {"a": "../x.safetensors"}}', "[]", "{"]
)
def test_bad_index(folder, index):
    (folder / WHOLE).unlink()
    (folder / INDEX).write_text(index)
    assert INDEX in refusal(folder)


def test_index_and_whole_file(folder):
    (folder / INDEX).write_text("{}")
    text = refusal(folder)
    assert INDEX in text
    assert "both" in text


def test_no_weights(folder):
    (folder / WHOLE).unlink()
    assert WHOLE in refusal(folder)


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
        ({"hidden_size": "64"}, "take the released file"),
        ({"num_attention_heads": 3}, "multiple"),
        ({"num_attention_heads": 8}, "mrope_section"),
        ({"num_attention_heads": 8, "hidden_size": 128}, "differs"),
        ({"quantization_config": {"quant_method": "awq"}}, "'awq'"),
        ({"use_sliding_window": True}, "use_sliding_window"),
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
