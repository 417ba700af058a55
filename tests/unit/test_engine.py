"""Generation: the cache changes nothing, settings do what they say."""

from dataclasses import replace

import pytest
import torch

from qvl.config import TINY
from qvl.engine.arena import Arena
from qvl.engine.engaged import Engaged
from qvl.engine.engine import Engine
from qvl.engine.forward import Rows, Step, decode
from qvl.engine.generate import generate
from qvl.engine.resolve import resolve
from qvl.engine.sampler import choose
from qvl.engine.sequence import Request
from qvl.messages import Settings
from qvl.model.positions import mrope_positions
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample
from qvl.train.initial import initialise


@pytest.fixture(scope="module")
def model() -> QwenVL:
    model = QwenVL(TINY)
    initialise(model, 3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    return model.eval()


@pytest.fixture(scope="module")
def sample() -> Sample:
    ids = torch.tensor([5, 7, 249, *[252] * 6, 250, 9, 11])
    pads = ids == 252
    pixels = torch.randint(0, 256, (24, 588), generator=torch.Generator().manual_seed(0))
    positions = mrope_positions(pads, [(1, 4, 6)], [0.0], 2)
    rows = pads.nonzero()[:, 0]
    return Sample(ids, ids, positions, (pixels.to(torch.uint8),), ((1, 4, 6),), rows)


def longer(sample: Sample, tokens: list[int]) -> Batch:
    """The sample with an answer so far, as one sequence to compute from scratch."""
    new = torch.tensor(tokens, dtype=torch.long)
    ids = torch.cat([sample.input_ids, new])
    start = int(sample.position_ids.max()) + 1
    more = torch.arange(start, start + len(tokens)).expand(3, -1)
    positions = torch.cat([sample.position_ids, more], dim=1)
    return Batch.of([replace(sample, input_ids=ids, labels=ids, position_ids=positions)])


@torch.inference_mode()
def test_the_cache_equals_recomputation(model, sample):
    made: list[int] = []
    for token in generate(model, sample, resolve(Settings(max_tokens=16)), ends=()):
        logits = model.lm_head(model(longer(sample, made))[-1])
        assert token == int(logits.argmax())
        made.append(token)
    assert len(made) == 16


@torch.inference_mode()
def test_a_prompt_in_chunks_equals_the_whole(model):
    ids = torch.arange(20)
    positions = ids.expand(3, -1)
    x = model.model.embed_tokens(ids)

    def read(arena: Arena, start: int, end: int) -> torch.Tensor:
        step = Step(arena, (Rows(0, start, end - start),))
        return decode(model, x[start:end], positions[:, start:end], step)

    whole = read(Arena.of(TINY.text, 20, x), 0, 20)
    arena = Arena.of(TINY.text, 20, x)
    parts = [read(arena, a, b) for a, b in ((0, 7), (7, 8), (8, 20))]
    assert torch.allclose(torch.cat(parts), whole, atol=2e-5 * float(whole.abs().max()))


def test_generation_ends_at_an_end_token_and_at_the_limit(model, sample):
    free = list(generate(model, sample, resolve(Settings(max_tokens=8)), ends=()))
    assert len(free) == 8
    stopped = list(generate(model, sample, resolve(Settings(max_tokens=8)), ends={free[3]}))
    assert stopped == free[: free.index(free[3]) + 1]


def test_a_seed_repeats_and_another_differs(model, sample):
    hot = Settings(max_tokens=12, temperature=1.5, seed=1)
    one, two = (list(generate(model, sample, resolve(hot), ())) for _ in range(2))
    other = list(generate(model, sample, resolve(replace(hot, seed=2)), ()))
    assert one == two != other


def test_a_long_prompt_is_read_in_pieces(model, sample):
    """Also where a picture is cut in two, and where the last piece is one token."""
    request = Request(sample, resolve(Settings(max_tokens=8)), ())
    whole = list(generate(model, sample, request.how, ()))
    for chunk in (1, 5, 11):
        engine = Engine(model, Engaged(64, rows=chunk, chunk=chunk))
        assert list(engine.tokens(engine.add(request))) == whole


def test_answers_made_side_by_side_are_those_made_alone(model, sample):
    hot = [resolve(Settings(12, 1.5, seed=i)) for i in (1, 2)]
    alone = [list(generate(model, sample, how, ())) for how in hot]
    pairs = zip(*(generate(model, sample, how, ()) for how in hot), strict=True)
    assert [list(tokens) for tokens in zip(*pairs, strict=True)] == alone


def test_a_penalty_counts_the_prompt_and_the_answer(model, sample):
    """The same text as choosing from whole sequences that are computed anew each time."""
    how = resolve(Settings(10, 0.8, repetition_penalty=1.4, no_repeat_ngram_size=2, seed=5))
    generator = torch.Generator().manual_seed(5)
    made: list[int] = []
    for token in generate(model, sample, how, ()):
        batch = longer(sample, made)
        with torch.inference_mode():
            logits = model.lm_head(model(batch)[-1])
        assert token == choose(logits, how, batch.input_ids, generator)
        made.append(token)
    assert len(made) == 10


@pytest.mark.parametrize("bad", [0, 3])
def test_logits_that_are_no_numbers_name_the_step_and_the_remedy(model, sample, bad):
    left = [bad]

    def spoil(module, args, output):
        left[0] -= 1
        return output * float("nan") if left[0] < 0 else output

    hook = model.lm_head.register_forward_hook(spoil)
    try:
        with pytest.raises(FloatingPointError, match="bfloat16 or float32") as caught:
            list(generate(model, sample, resolve(Settings(max_tokens=9)), ()))
    finally:
        hook.remove()
    assert ("after the prompt", f"at token {bad + 1} of")[bad > 0] in str(caught.value)


def draws(settings: Settings, logits: torch.Tensor) -> set[int]:
    generator = torch.Generator().manual_seed(0)
    seen = torch.tensor([0])
    return {choose(logits, resolve(settings), seen, generator) for _ in range(300)}


def test_sampling():
    logits = torch.tensor([3.0, 2.9, 1.0, -2.0])
    assert draws(Settings(), logits) == {0}
    assert draws(Settings(temperature=1.0), logits) >= {0, 1, 2}
    assert draws(Settings(temperature=1.0, top_k=2), logits) == {0, 1}
    assert draws(Settings(temperature=1.0, top_p=0.4), logits) == {0}
    assert draws(Settings(temperature=1.0, top_p=0.6), logits) == {0, 1}
    assert draws(Settings(repetition_penalty=1.2), logits) == {1}
    assert draws(Settings(repetition_penalty=1.2), -logits) == {3}
