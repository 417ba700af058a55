"""One answer, token by token."""

from collections.abc import Collection, Iterator

import torch
from torch import Tensor

from qvl.engine.cache import Cache, Step
from qvl.engine.constrain import Rule
from qvl.engine.resolve import Resolved
from qvl.engine.sampler import choose
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample

CHUNK = 2048  # tokens of a prompt that go through the decoder at once: bounds its memory


@torch.inference_mode()
def generate(
    model: QwenVL, sample: Sample, how: Resolved, ends: Collection[int], rule: Rule | None = None
) -> Iterator[int]:
    """Tokens of the answer until one of `ends`, which comes last, or `how.max_tokens`.

    Equal to recomputing the whole sequence for each token. Where `rule` lets nothing but the end
    follow, it comes without being computed. Raises FloatingPointError where the logits are no
    numbers.
    """
    like = model.model.embed_tokens.weight
    device = like.device
    batch = Batch.of([sample]).to(device)
    length = len(sample)
    cache = Cache.of(model.cfg.text, length + how.max_tokens, like)
    generator = torch.Generator(device).manual_seed(how.seed)
    seen = torch.cat([batch.input_ids, batch.input_ids.new_empty(how.max_tokens)])
    first = int(batch.position_ids.max()) + 1
    hidden = _prefill(model, batch, cache)
    for at in range(how.max_tokens):
        logits = model.lm_head(hidden).float()
        _check(logits, at)
        allowed = rule.allowed(len(logits)).to(device) if rule else None
        token = choose(logits, how, seen[: length + at], generator, allowed)
        yield token
        if token in ends or at + 1 == how.max_tokens:
            return
        if rule and rule.push(token):
            yield rule.end
            return
        seen[length + at] = token
        position_ids = torch.full((3, 1), first + at, device=device)
        x = model.model.embed_tokens(seen[length + at : length + at + 1])
        hidden = model.model(x, position_ids, Step(cache, length + at))[0]


def _prefill(model: QwenVL, batch: Batch, cache: Cache) -> Tensor:
    """hidden[D] of the prompt's last token, the cache filled with the rest."""
    x = hidden = model.embed(batch, model.see(batch))
    for start in range(0, len(x), CHUNK):
        part = slice(start, start + CHUNK)
        hidden = model.model(x[part], batch.position_ids[:, part], Step(cache, start))
    return hidden[-1]


def _check(logits: Tensor, at: int) -> None:
    if bool(torch.isfinite(logits).all()):
        return
    step = f"at token {at + 1} of the answer" if at else "after the prompt"
    raise FloatingPointError(
        f"the model's logits are no finite numbers {step}: float16 overflows in these models, use "
        "bfloat16 or float32; if that is in use, the weights are broken: fetch them again"
    )
