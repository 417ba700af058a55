"""How long the engine takes: for a first token, by its parts, and for each of the next ones."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from qvl.engine.clock import now
from qvl.engine.engaged import Engaged
from qvl.engine.engine import Engine
from qvl.engine.generate import generate
from qvl.engine.resolve import Resolved
from qvl.engine.sequence import Request
from qvl.engine.sequence import Sequence as Answering
from qvl.model.qwen import QwenVL
from qvl.sample import Sample


def first_token(model: QwenVL, sample: Sample, how: Resolved) -> dict[str, float]:
    """Seconds in the tower, in the decoder, from the head on to the token, and in the rest."""
    device = model.model.embed_tokens.weight.device
    with _watched(model) as (spent, begun):
        began = now(device)
        tokens = generate(model, sample, how, ())
        next(tokens)
        end = now(device)
    del tokens
    parts = {"tower": spent["tower"], "prefill": spent["prefill"], "sample": end - begun["head"]}
    return {**parts, "rest": end - began - sum(parts.values())}


def steps(model: QwenVL, samples: Sequence[Sample], how: Resolved, count: int) -> tuple[float, ...]:
    """Seconds of each of `count` steps, in which every answer gets a token and none is guessed.

    Steps that read the prompts come before. `how.max_tokens` exceeds `count` by more than there
    are answers, so that none ends before the last step.
    """
    device = model.model.embed_tokens.weight.device
    room = sum(map(len, samples)) + len(samples) * how.max_tokens
    engine = Engine(model, Engaged(room, sequences=len(samples), guessing=0))
    answers = [engine.add(Request(sample, how, ())) for sample in samples]
    while any(each.reading for each in answers):
        _step(engine, answers)
    marks = [now(device)]
    for _ in range(count):
        _step(engine, answers)
        marks.append(now(device))
    return tuple(b - a for a, b in pairwise(marks))


def _step(engine: Engine, answers: Sequence[Answering]) -> None:
    """A step; raises what an answer failed with."""
    engine.step()
    if error := next((each.error for each in answers if each.error), None):
        raise error


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
