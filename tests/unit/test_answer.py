"""Tokens to text: what is streamed, where it stops, why, and what is counted."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qvl.chat.tokenizer import Tokenizer, train_bpe
from qvl.engine.answer import answered
from qvl.engine.resolve import resolve
from qvl.inputs import Encoded
from qvl.messages import Answer, Settings
from qvl.sample import Sample
from qvl.tokens import CONTROL, IM_END

ASKED = torch.arange(5)
ENCODED = Encoded(Sample(ASKED, ASKED, ASKED.expand(3, -1), (), (), ASKED[:0]), ())
TOKENIZER = Tokenizer(
    train_bpe(["the end of the text, é — 日本 🙂 <table><tr><td></td></tr>"] * 9, 330)
)
BYTEWISE = Tokenizer(train_bpe([], 278))
END = TOKENIZER.id(IM_END)


def say(tokens, **settings):
    """The streamed pieces and the Answer of these tokens."""
    how = resolve(Settings(**settings))
    *pieces, answer = answered(iter(tokens), TOKENIZER, ENCODED, how, {END})
    assert isinstance(answer, Answer) and all(isinstance(p, str) and p for p in pieces)
    return pieces, answer


def letters(text):
    """One token a byte, so that a stop string crosses many."""
    names = map(BYTEWISE.inner.id_to_token, BYTEWISE.encode(text))
    return list(map(TOKENIZER.inner.token_to_id, names))


def test_an_end_token_a_limit_and_the_counts():
    ids = TOKENIZER.encode("the text")
    pieces, answer = say([*ids, END])
    assert "".join(pieces) == answer.text == "the text" and answer.finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (5, len(ids) + 1)
    _, answer = say(ids)
    assert answer.finish_reason == "length" and answer.usage.completion_tokens == len(ids)


@given(st.lists(st.integers(0, len(TOKENIZER) - 1).filter(lambda i: i != END), max_size=40))
def test_random_tokens_stream_to_their_text(ids):
    """Half characters, bytes that are no text, control tokens between a character's bytes."""
    pieces, answer = say(ids, loop=None)
    assert "".join(pieces) == answer.text == TOKENIZER.decode(ids)
    pieces, answer = say([*ids, END], loop=None)
    assert "".join(pieces) == answer.text == TOKENIZER.decode(ids)


RAW = [i for i in range(len(TOKENIZER)) if TOKENIZER.decode([i]) == "\ufffd"]  # half characters


@given(st.lists(st.sampled_from([*RAW, TOKENIZER.id("<|im_start|>")]), max_size=40))
def test_bytes_that_are_no_text_stream_to_their_text(ids):
    pieces, answer = say(ids, loop=None)
    assert "".join(pieces) == answer.text == TOKENIZER.decode(ids)


def test_bytes_that_are_no_text_are_not_held_for_ever():
    wrong = next(i for i in RAW if TOKENIZER.decode([i] * 2) == "\ufffd" * 2)
    for count in range(1, 20):
        ids = [*[wrong] * count, *letters("日")]
        pieces, answer = say(ids, loop=None)
        assert "".join(pieces) == answer.text == TOKENIZER.decode(ids) == "\ufffd" * count + "日"
        assert len(pieces) >= count


TEXTS = st.text("abc", max_size=30)


@given(TEXTS, st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=3))
def test_stop_strings(text, stops):
    """By single letters: the first one that is whole ends it, and nothing of it is ever shown."""
    whole = min(
        (i for i in range(len(text) + 1) for s in stops if text[:i].endswith(s)), default=-1
    )
    pieces, answer = say(letters(text), stop=tuple(stops), loop=None)
    assert "".join(pieces) == answer.text
    if whole < 0:
        assert answer.text == text and answer.finish_reason == "length"
    else:
        cut = min(whole - len(s) for s in stops if text[:whole].endswith(s))
        assert answer.text == text[:cut] and answer.finish_reason == "stop"
        assert answer.usage.completion_tokens == whole
    assert not any(s in answer.text for s in stops)


@given(TEXTS, st.text("abc", min_size=1, max_size=4))
def test_what_cannot_begin_a_stop_string_is_shown_at_once(text, stop):
    pieces, shown = [], ""
    how = resolve(Settings(stop=(stop,), loop=None))

    def source():
        for i, token in enumerate(letters(text)):
            yield token
            said, so_far = "".join(pieces), text[: i + 1]
            held = so_far[len(said) :]
            assert so_far.startswith(said) and stop.startswith(held) and held != stop

    for piece in answered(source(), TOKENIZER, ENCODED, how, {END}):
        if isinstance(piece, str):
            pieces.append(piece)
            shown += piece


def test_a_stop_string_within_one_token_and_after_a_half_character():
    ids = TOKENIZER.encode("the end of the text")
    _, answer = say(ids, stop=("nd",))
    assert answer.text == "the e" and answer.finish_reason == "stop"
    _, answer = say(TOKENIZER.encode("a🙂b"), stop=("🙂",))
    assert answer.text == "a" and answer.finish_reason == "stop"


def test_a_loop_ends_with_its_first_round():
    start, cycle = "the text:", " and so on,"
    pieces, answer = say(letters(start + cycle * 200))
    assert answer.finish_reason == "repetition"
    assert answer.text == start + cycle
    assert "".join(pieces).startswith(answer.text)
    assert len(cycle) * 6 < answer.usage.completion_tokens < len(cycle) * 200
    _, answer = say(letters(start + cycle * 200), loop=None)
    assert answer.finish_reason == "length" and answer.text == start + cycle * 200


@pytest.mark.parametrize("name", CONTROL)
def test_control_tokens_are_never_text(name):
    assert say([TOKENIZER.id(name)] * 3)[1].text == ""
