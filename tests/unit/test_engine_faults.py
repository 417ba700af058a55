"""What goes wrong with one request stays with it, and room comes back."""

import gc
import resource
import threading
from dataclasses import replace

import pytest
import torch

from qvl.engine.engaged import Engaged
from qvl.engine.engine import Engine
from qvl.engine.resolve import resolve
from qvl.engine.sequence import Request
from qvl.messages import Settings
from tests.requests import answer, drawn, finished, prompt, tiny_model, told, unowned

ENGAGED = Engaged(512, rows=32, chunk=16, patches=16)
LONG = resolve(Settings(40))


@pytest.fixture(scope="module")
def model():
    return tiny_model()


def asked(text: int = 40, grids=((1, 8, 8), (2, 4, 4)), how=LONG, **more) -> Request:
    return Request(prompt(list(grids), list(range(1, text))), how, (), **more)


STAGES = {
    "queued": lambda s: True,
    "tower": lambda s: s.extent is not None and s.seen is None,
    "prefill": lambda s: s.seen is not None and s.reading and s.computed > 0,
    "decode": lambda s: len(s.tokens) > 3,
}


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_cancelled_gives_its_room_back_at_once(model, stage):
    engine = Engine(model, ENGAGED)
    sequence, other = engine.add(asked()), engine.add(asked(20, ()))
    while not STAGES[stage](sequence):
        engine.step()
        assert not sequence.done
    engine.cancel(sequence)
    assert sequence.extent is None and sequence not in engine.tower.looks
    own = other.extent.size if other.extent else 0
    assert unowned(engine) == engine.pool.arena.slots - own
    finished(engine)
    assert told(other) == answer(Engine(model, ENGAGED), asked(20, ()))
    assert unowned(engine) == engine.pool.arena.slots


def test_a_reader_who_leaves_cancels(model):
    engine = Engine(model, ENGAGED)
    tokens = engine.tokens(engine.add(asked()))
    next(tokens)
    assert not engine.idle
    tokens.close()
    assert engine.idle and unowned(engine) == engine.pool.arena.slots


def test_who_is_sent_back_ends_with_the_same_tokens(model):
    small = Engaged(224, rows=32, chunk=16, ahead=8, patches=64, same=True)
    requests = [replace(asked(60), how=resolve(Settings(90, seed=n))) for n in range(3)]
    engine = Engine(model, small)
    sequences = [engine.add(each) for each in requests]
    back = 0
    while not engine.idle:
        engine.step()
        back += any(each.tokens and each.extent is None and not each.done for each in sequences)
    assert back
    for sequence, request in zip(sequences, requests, strict=True):
        assert told(sequence) == answer(Engine(model, small), request)


def test_a_request_without_numbers_fails_alone(model):
    """A broken vision token, as a broken kernel makes one, is one request's fault."""
    broken, whole = asked(10, ((1, 4, 4),)), asked(10, ((1, 4, 6),))
    engine = Engine(model, ENGAGED)
    plain = model.visual.forward
    model.visual.forward = lambda pixels, grids: plain(pixels, grids).masked_fill(
        torch.tensor([(g == (1, 4, 4)) for g in grids for _ in range(g[1] * g[2] // 4)])[:, None],
        float("nan"),
    )
    try:
        one, two = engine.add(broken), engine.add(whole)
        finished(engine)
    finally:
        del model.visual.forward
    assert isinstance(one.error, FloatingPointError) and "after the prompt" in str(one.error)
    assert told(two) == answer(Engine(model, ENGAGED), whole)
    with pytest.raises(FloatingPointError):
        list(engine.tokens(one))
    assert told(engine_after(engine, whole)) == told(two)


def engine_after(engine, request):
    sequence = engine.add(request)
    finished(engine)
    return sequence


def test_a_tower_that_fails_fails_those_who_look(model):
    """Such as one that has no memory; nobody goes on with a picture that was not seen."""
    engine = Engine(model, ENGAGED)
    text, looking = engine.add(asked(20, ())), engine.add(asked(10, ((4, 4, 4), (1, 4, 4))))
    while not text.tokens:
        engine.step()
    assert looking.seen is None
    plain = model.visual.forward
    model.visual.forward = lambda pixels, grids: torch.zeros(1 << 60)
    try:
        engine.step()
    finally:
        model.visual.forward = plain
        del model.visual.forward
    assert isinstance(looking.error, RuntimeError) and looking not in engine.tower.looks
    again = engine.add(looking.request)
    finished(engine)
    assert told(text) == answer(Engine(model, ENGAGED), text.request)
    assert told(again) == answer(Engine(model, ENGAGED), looking.request)


def test_a_rule_that_breaks_fails_alone(model):
    class Broken:
        end = 7

        def allowed(self, size):
            raise ValueError("the schema grew too large while it was followed")

    engine = Engine(model, ENGAGED)
    one, two = engine.add(asked(rule=Broken())), engine.add(asked(20))
    finished(engine)
    assert isinstance(one.error, ValueError)
    assert told(two) == answer(Engine(model, ENGAGED), asked(20))


def test_what_has_no_room_is_refused_with_both_numbers(model):
    with pytest.raises(ValueError, match=r"of 43 tokens and 500 .* the 512 that the cache"):
        Engine(model, ENGAGED).add(asked(44, (), resolve(Settings(500))))


def steps_of(engine, request) -> int:
    """Rows that were computed for a request."""
    rows = []
    original = engine.scheduler.queue.count
    engine.scheduler.queue.count = lambda sequence, n: rows.append(n) or original(sequence, n)
    try:
        engine_after(engine, request)
    finally:
        engine.scheduler.queue.count = original
    return sum(rows)


def test_a_prompt_that_was_read_is_not_read_again(model):
    engine = Engine(model, replace(ENGAGED, guessing=0))
    request = asked(100)
    length, written = len(request.sample), request.how.max_tokens - 1
    assert steps_of(engine, request) == length + written
    assert steps_of(engine, request) == written
    other = replace(request, sample=prompt([(1, 8, 8), (2, 4, 4)], [*range(1, 80), 5, 6, 7]))
    assert steps_of(engine, other) < 40 + written
    assert told(engine_after(engine, other)) == answer(Engine(model, ENGAGED), other)


def shown(pixels: torch.Tensor, grid=(1, 4, 6)) -> Request:
    request = asked(60, (grid,))
    return replace(request, sample=replace(request.sample, pixel_values=(pixels,)))


@pytest.mark.parametrize("how", ["pixels", "shape", "tenant", "weights"])
def test_what_only_looks_alike_shares_nothing(model, how):
    """Same pads with other pixels, same bytes of another shape, another tenant, other weights."""
    model = tiny_model()
    pixels = torch.randint(0, 256, (24, 588), dtype=torch.uint8)
    engine = Engine(model, replace(ENGAGED, guessing=0, chunk=4))
    first = shown(pixels)
    engine_after(engine, first)
    if how == "pixels":
        second = shown(pixels.flip(1))
    elif how == "shape":
        second = shown(pixels, (1, 6, 4))
    elif how == "tenant":
        second = replace(first, tenant="another")
    else:
        with torch.no_grad():
            model.model.layers[0].mlp.up_proj.weight.mul_(1.5)
        second = first
    # the start of vision and nothing else may be shared; with a chunk of 4 not even that
    assert steps_of(engine, second) == len(second.sample) + second.how.max_tokens - 1
    assert told(engine_after(engine, second)) == answer(Engine(model, ENGAGED), second)


def test_the_important_and_the_one_who_had_little_go_first(model):
    engine = Engine(model, replace(ENGAGED, sequences=1))
    short = resolve(Settings(2))
    order = []
    for name, tenant, priority in (
        ("a1", "a", 0),
        ("a2", "a", 0),
        ("a3", "a", 0),
        ("b1", "b", 0),
        ("c1", "c", 5),
    ):
        request = asked(12, (), short, tenant=tenant, priority=priority)
        order.append((name, engine.add(request)))
    ended = []
    while not engine.idle:
        engine.step()
        ended += [name for name, each in order if each.done and name not in ended]
    assert ended == ["c1", "a1", "b1", "a2", "a3"]


def test_threads_share_the_steps(model):
    engine = Engine(model, Engaged(2048))
    requests = [drawn(n) for n in range(8)]
    out: dict[int, list[int]] = {}

    def work(at: int) -> None:
        out[at] = answer(engine, requests[at])

    threads = [threading.Thread(target=work, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [out[at] for at in range(8)] == [
        answer(Engine(model, Engaged(2048)), r) for r in requests
    ]


@pytest.mark.parametrize("frames", [1, 5])
def test_a_clip_is_seen_a_few_frames_at_a_time(model, frames):
    """In pieces it is what it is as a whole, and the tower is never shown more at once."""
    request = asked(8, ((frames * 2, 4, 4),))
    whole = model.visual(request.sample.pixel_values, request.sample.grid_thw).detach()
    engine = Engine(model, replace(ENGAGED, patches=32))
    most = []
    hook = model.visual.register_forward_pre_hook(
        lambda module, args: most.append(sum(map(len, args[0])))
    )
    try:
        sequence = engine.add(request)
        while sequence.seen is None:
            engine.step()
        assert torch.allclose(sequence.seen, whole, atol=1e-5 * float(whole.abs().max()))
    finally:
        hook.remove()
    assert max(most) == 32 and len(most) == frames


@pytest.mark.slow
def test_memory_is_flat_over_twenty_thousand_requests(model):
    engine = Engine(model, Engaged(8192, sights=1 << 20))
    sizes = []
    for at in range(20_000):
        engine.add(drawn(at % 1500, most=3))
        if at % 32 == 31:
            finished(engine)
        if at % 5000 == 4999:
            gc.collect()
            sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    finished(engine)
    assert sizes[-1] < sizes[0] * 1.03 + 4096, sizes  # kB
    assert unowned(engine) == engine.pool.arena.slots
