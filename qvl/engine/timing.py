"""How long the engine takes: for a first token, by its parts, and for each of the next ones."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from qvl.engine.clock import now
from qvl.engine.generate import generate
from qvl.engine.resolve import Resolved
from qvl.model.qwen import QwenVL
from qvl.sample import Sample


def answer(model: QwenVL, sample: Sample, how: Resolved) -> Iterator[int]:
    """`how.max_tokens` tokens, as no token ends it."""
    return generate(model, sample, how, ())


def first_token(model: QwenVL, sample: Sample, how: Resolved) -> dict[str, float]:
    """Seconds in the tower, in the decoder, from the head on to the token, and in the rest."""
    device = model.model.embed_tokens.weight.device
    with _watched(model) as (spent, begun):
        began = now(device)
        tokens = answer(model, sample, how)
        next(tokens)
        end = now(device)
    del tokens
    parts = {"tower": spent["tower"], "prefill": spent["prefill"], "sample": end - begun["head"]}
    return {**parts, "rest": end - began - sum(parts.values())}


def rounds(
    model: QwenVL, samples: Sequence[Sample], how: Resolved, count: int
) -> tuple[float, ...]:
    """Seconds of each of `count` rounds, in which every answer gets a token.

    The first tokens, which the prompts are read for, come before. `how.max_tokens` exceeds
    `count` by more than there are answers, so that none ends before the last round.
    """
    device = model.model.embed_tokens.weight.device
    answers = [answer(model, sample, how) for sample in samples]
    marks = []
    for _ in range(count + 1):
        for tokens in answers:
            next(tokens)
        marks.append(now(device))
    return tuple(b - a for a, b in pairwise(marks))


def cache_bytes(model: QwenVL) -> int:
    """Keys and values of one token in all layers."""
    text = model.cfg.text
    numbers = 2 * text.num_hidden_layers * text.num_key_value_heads * text.head_dim
    return numbers * model.model.embed_tokens.weight.dtype.itemsize


@contextmanager
def _watched(model: QwenVL) -> Iterator[tuple[dict[str, float], dict[str, float]]]:
    """Seconds spent in each module by name, and when it was last begun."""
    device = model.model.embed_tokens.weight.device
    modules = {"tower": model.visual, "prefill": model.model, "head": model.lm_head}
    spent, begun, hooks = dict.fromkeys(modules, 0.0), dict.fromkeys(modules, 0.0), []

    def begin(name: str) -> None:
        begun[name] = now(device)

    def end(name: str) -> None:
        spent[name] += now(device) - begun[name]

    for name, module in modules.items():
        hooks.append(module.register_forward_pre_hook(lambda *_, name=name: begin(name)))
        hooks.append(module.register_forward_hook(lambda *_, name=name: end(name)))
    try:
        yield spent, begun
    finally:
        for hook in hooks:
            hook.remove()
