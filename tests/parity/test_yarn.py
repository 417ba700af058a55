"""Oracle: `ROPE_INIT_FUNCTIONS["yarn"]` of transformers and the model that uses it."""

from dataclasses import replace

import pytest
import torch
from oracle import CONFIGS, asked, conversation, difference, grid, peer_of
from transformers import Qwen2_5_VLConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from qvl.config import QWEN_7B, Config, Yarn
from qvl.model import weights
from qvl.model.layers import rope_angles
from qvl.model.yarn import strength, stretched
from qvl.sample import Batch


def with_yarn(cfg: Config, yarn: Yarn) -> Config:
    return replace(cfg, text=replace(cfg.text, yarn=yarn))


@pytest.mark.parametrize("cfg", [QWEN_7B, *CONFIGS.values()], ids=["7B", *CONFIGS])
@pytest.mark.parametrize(
    "yarn",
    [
        Yarn(4.0, 32768),
        Yarn(2, 64),
        Yarn(8.0, 4096, beta_fast=16.0, beta_slow=2.0, attention_factor=1.5),
        Yarn(1.0, 500),
    ],
    ids=str,
)
def test_frequencies_and_strength(cfg, yarn):
    cfg = with_yarn(cfg, yarn)
    raw = Qwen2_5_VLConfig.from_dict(cfg.to_dict()).text_config
    theirs, scale = ROPE_INIT_FUNCTIONS["yarn"](raw)
    plain = rope_angles(torch.tensor(1), cfg.text.head_dim, base=cfg.text.rope_theta)
    assert torch.allclose(stretched(plain, yarn, cfg.text), theirs, rtol=1e-6, atol=0)
    assert strength(yarn) == pytest.approx(scale)


@pytest.mark.parametrize("name", CONFIGS)
def test_logits(name, draw, seed, tmp_path):
    """Beyond the trained length, with pictures; and far from what they are without YaRN."""
    cfg = with_yarn(CONFIGS[name], Yarn(4.0, 32))
    peer = peer_of(cfg, seed)
    peer.save_pretrained(tmp_path)
    model = weights.load(tmp_path)
    assert model.cfg == cfg
    sample = conversation(cfg, draw, [20, grid(draw), 50, grid(draw), 9])
    with torch.no_grad():
        ours = model.lm_head(model(Batch.of([sample])))
        theirs = peer(**asked(sample, cfg)).logits[0]
        model.model.cfg = replace(cfg.text, yarn=None)
        without = model.lm_head(model(Batch.of([sample])))
    assert difference(ours, theirs) < 1e-5
    assert difference(without, theirs) > 1e-3
