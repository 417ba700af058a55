"""Where a run starts: each part from its folder, every tensor accounted for."""

from dataclasses import replace

import pytest
import torch
from folders import change, change_config

from qvl.config import TINY, VisionConfig
from qvl.model import weights
from qvl.model.attention import Segments, causal
from qvl.model.files import BadCheckpoint
from qvl.model.qwen import QwenVL
from qvl.model.qwen2 import is_text_model, with_tower
from qvl.train.initial import initialise
from qvl.train.start import MERGER, build

WIDE = replace(  # another decoder above the same tower
    TINY,
    vision=replace(TINY.vision, out_hidden_size=96),
    text=replace(TINY.text, hidden_size=96, num_attention_heads=6, tie_word_embeddings=False),
)


def saved(cfg, folder, seed):
    model = QwenVL(cfg)
    initialise(model, seed)
    weights.save(model, folder)
    return model


def parts(model):
    """(tower, merger, decoder) as tensors by name."""
    state = model.state_dict()
    merger = {k: x for k, x in state.items() if k.startswith(MERGER)}
    tower = {k: x for k, x in state.items() if k.startswith("visual.") and k not in merger}
    return tower, merger, {k: x for k, x in state.items() if not k.startswith("visual.")}


def equal(one, two):
    return one.keys() == two.keys() and all(torch.equal(one[k], two[k]) for k in one)


def test_from_nothing_is_initialise():
    model = QwenVL(TINY)
    initialise(model, 3)
    assert equal(build(TINY, seed=3).state_dict(), model.state_dict())
    assert not equal(build(TINY, seed=4).state_dict(), model.state_dict())


def test_each_part_from_its_folder(tmp_path):
    """The merger between them is fresh, the files stay as they are when the model learns."""
    first = saved(TINY, tmp_path / "tower", 1)
    second = saved(WIDE, tmp_path / "llm", 2)
    made = build(WIDE, tower=tmp_path / "tower", llm=tmp_path / "llm", seed=5)
    assert equal(parts(made)[0], parts(first)[0])
    assert equal(parts(made)[2], parts(second)[2])
    fresh = parts(made)[1]
    assert not equal(fresh, parts(second)[1]) and all(x.isfinite().all() for x in fresh.values())
    again = build(WIDE, tower=tmp_path / "tower", llm=tmp_path / "llm", seed=6)
    assert not equal(parts(again)[1], fresh)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(1.0)
    assert equal(weights.load(tmp_path / "tower").state_dict(), first.state_dict())
    alone = build(WIDE, tower=tmp_path / "tower", dtype=torch.bfloat16)
    assert {x.dtype for x in alone.parameters()} == {torch.bfloat16}
    assert not equal(parts(alone)[2], parts(second)[2])


def test_whole(tmp_path):
    model = saved(TINY, tmp_path, 1)
    made = build(TINY, whole=tmp_path)
    assert equal(made.state_dict(), model.state_dict())
    assert made.lm_head.weight is made.model.embed_tokens.weight
    with pytest.raises(ValueError, match="leaves no part for tower"):
        build(TINY, whole=tmp_path, tower=tmp_path)
    with pytest.raises(ValueError, match="text"):
        build(WIDE, whole=tmp_path)


def test_sizes_that_differ_are_named(tmp_path):
    saved(TINY, tmp_path, 1)
    deep = replace(TINY, vision=replace(TINY.vision, depth=5))
    with pytest.raises(ValueError, match=r"vision depth 3, not 5; start from"):
        build(deep, tower=tmp_path)
    with pytest.raises(ValueError, match="text hidden_size 64, not 96"):
        build(WIDE, llm=tmp_path)


def test_missing_and_unknown_names_are_errors(tmp_path):
    saved(TINY, tmp_path, 1)

    def rename(state):
        state["visual.blocks.0.norm9.weight"] = state.pop("visual.blocks.0.norm1.weight")

    change(tmp_path, rename)
    with pytest.raises(BadCheckpoint, match=r"missing: visual\.blocks\.0\.norm1\.weight.*norm9"):
        build(TINY, tower=tmp_path)


@pytest.fixture(params=[True, False], ids=["tied", "untied"])
def published(request, tmp_path):
    """A random text model of transformers, saved as it is published."""
    import transformers

    torch.manual_seed(0)
    raw = transformers.Qwen2Config(
        vocab_size=256,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        rope_theta=50_000.0,
        tie_word_embeddings=request.param,
        initializer_range=0.2,
    )
    peer = transformers.Qwen2ForCausalLM(raw).eval()
    with torch.no_grad():
        for name, x in peer.named_parameters():
            if name.endswith("bias"):
                x.normal_()
    peer.save_pretrained(tmp_path)
    return peer, tmp_path


def test_a_published_text_model_reads_text_as_before(published):
    """Oracle: Qwen2ForCausalLM of transformers."""
    peer, folder = published
    assert is_text_model(folder)
    cfg = with_tower(folder, TINY.vision)
    assert cfg.text.mrope_section == (2, 3, 3) and cfg.text.rope_theta == 50_000.0
    model = build(cfg, llm=folder)
    ids = torch.randint(0, 256, (40,), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        want = peer(input_ids=ids[None]).logits[0]
        attend = causal(Segments.of([40]))
        x = model.model(model.model.embed_tokens(ids), torch.arange(40).expand(3, -1), attend)
        got = model.lm_head(x)
    torch.testing.assert_close(got, want, rtol=1e-5, atol=1e-5)


def test_what_a_text_model_lacks_is_named(published):
    _, folder = published
    cfg = with_tower(folder, VisionConfig(3, 32, 48, 2, 0, fullatt_block_indexes=(1,)))
    assert cfg.vision.out_hidden_size == 64
    other = replace(cfg, text=replace(cfg.text, rope_theta=1e6))
    with pytest.raises(ValueError, match=r"text rope_theta 50000\.0, not 1000000\.0"):
        build(other, llm=folder)
    change(folder, lambda state: state.pop("model.norm.weight"))
    with pytest.raises(BadCheckpoint, match=r"1 missing: model\.norm\.weight"):
        build(cfg, llm=folder)
    change_config(folder, lambda raw: raw.update(hidden_size="wide"))
    with pytest.raises(BadCheckpoint, match="lacks a size"):
        with_tower(folder, TINY.vision)
    change_config(folder, lambda raw: raw.update(model_type="llama"))
    with pytest.raises(BadCheckpoint, match="of no qwen2 model"):
        with_tower(folder, TINY.vision)
