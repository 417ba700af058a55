"""Oracle: autograd through transformers' model, float32, the same loss of every next token."""

import torch.nn.functional as F
from oracle import asked, conversation, difference, grid

from qvl.sample import Batch

TENSORS = (
    "visual.patch_embed.proj.weight",
    "visual.blocks.0.attn.qkv.weight",
    "visual.blocks.1.norm2.weight",
    "visual.merger.ln_q.weight",
    "visual.merger.mlp.0.bias",
    "model.embed_tokens.weight",
    "model.layers.0.self_attn.k_proj.weight",
    "model.layers.1.mlp.down_proj.weight",
    "model.norm.weight",
    "lm_head.weight",
)


def test_gradients(model, peer, cfg, draw):
    sample = conversation(cfg, draw, [2, grid(draw), grid(draw), 20, grid(draw), 9])
    model.zero_grad()
    peer.zero_grad()
    F.cross_entropy(model.lm_head(model(Batch.of([sample]))), sample.labels).backward()
    F.cross_entropy(peer(**asked(sample, cfg)).logits[0], sample.labels).backward()
    for name in TENSORS:
        theirs = name if name == "lm_head.weight" else theirs_for(name)
        ours, wanted = model.get_parameter(name).grad, peer.get_parameter(theirs).grad
        scale = wanted.abs().max()
        assert scale > 1e-4, f"{name}: nothing to compare"
        assert difference(ours / scale, wanted / scale) < 1e-4, name


def theirs_for(name):
    if name.startswith("visual."):
        return f"model.{name}"
    return name.replace("model.", "model.language_model.", 1)
