"""How likely a model holds what stands there: log-probabilities of the tokens of a conversation."""

import torch
from torch import Tensor

from qvl.engine.arena import Arena
from qvl.engine.forward import Rows, Step, decode, logits
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample

CHUNK = 512  # rows whose logits are held at once


@torch.inference_mode()
def score(model: QwenVL, sample: Sample) -> Tensor:
    """float32[T - 1]: of each token but the first, given all before it.

    The rows of pictures have one too, which says nothing. Memory does not grow with the
    vocabulary times the length.
    """
    device = model.model.embed_tokens.weight.device
    batch = Batch.of([sample]).to(device)
    x = model.embed(batch, model.see(batch))
    arena = Arena.of(model.cfg.text, len(sample), model.model.embed_tokens.weight)
    parts = []
    for start in range(0, len(sample) - 1, CHUNK):
        end = min(start + CHUNK, len(sample) - 1)
        step = Step(arena, (Rows(0, start, end - start),))
        hidden = decode(model, x[start:end], batch.position_ids[:, start:end], step)
        odds = logits(model, hidden).log_softmax(-1)
        parts.append(odds.gather(1, batch.input_ids[start + 1 : end + 1, None])[:, 0])
    return torch.cat(parts) if parts else x.new_zeros(0)
