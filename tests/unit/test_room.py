"""A prompt that leaves no room is refused with counts and with what would fit."""

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image as Pillow

from qvl.chat.tokenizer import Tokenizer, train_bpe
from qvl.config import TINY
from qvl.engine.room import check
from qvl.inputs import Limits, encode
from qvl.messages import Image, Media, message

TOKENIZER = Tokenizer(train_bpe(["Read the text."], 300))
CFG = replace(
    TINY,
    text=replace(TINY.text, vocab_size=300, max_position_embeddings=300),
    **{
        f"{n}_token_id": TOKENIZER.id(f"<|{n}_{end}|>")
        for n, end in (("image", "pad"), ("video", "pad"))
    },
)


def asked(sizes, text="Read the text.", **limits):
    pictures = [Image(Pillow.new("L", size).convert("RGB"), **limits) for size in sizes]
    return encode([message("user", *pictures, text)], TOKENIZER, CFG, Limits())


def refusal(encoded, max_tokens):
    with pytest.raises(ValueError) as caught:
        check(encoded, CFG, max_tokens)
    return str(caught.value)


def test_it_fits_to_the_last_token():
    encoded = asked([(280, 280)])
    free = 300 - len(encoded.sample)
    check(encoded, CFG, free)
    said = refusal(encoded, free + 1)
    assert f"prompt of {len(encoded.sample)} tokens" in said and "100 of picture 1" in said
    assert f"{len(encoded.sample) - 100} of text" in said and f"{free + 1} to write" in said
    assert "model's 300" in said and f"at most {free} (max_tokens)" in said


side = st.integers(20, 1500)


@example([(20, 20), (20, 20), (20, 131)], 118, True)
@given(st.lists(st.tuples(side, side), min_size=1, max_size=3), st.integers(1, 150), st.booleans())
def test_the_max_pixels_that_is_named_fits(sizes, max_tokens, low):
    sizes = [s for s in sizes if max(s) < 200 * min(s)]
    own = {"min_pixels": 28 * 28 * 30} if low else {}
    encoded = asked(sizes, **own)
    if len(encoded.sample) + max_tokens <= 300:
        check(encoded, CFG, max_tokens)
        return
    said = refusal(encoded, max_tokens)
    assert "\n" not in said
    named = re.search(r"max_pixels of each picture to (\d+)", said)
    if named:
        check(asked(sizes, max_pixels=int(named[1]), **own), CFG, max_tokens)
    more = int(named[1]) // 784 + 1 if named else 30 if low else 1  # and nothing larger does
    if more * 784 < 1500**2:
        refusal(asked(sizes, max_pixels=more * 784, **own), max_tokens)


def test_a_text_too_long_for_any_picture():
    said = refusal(asked([(280, 280)], "one two three " * 60), 1)
    assert "max_pixels" not in said and "leave some of it out" in said
    assert "shorten the text" in refusal(asked([], "one two three " * 80), 1)


def test_clips_are_counted_apart():
    encoded = asked([(280, 280), (280, 280)])
    clip = replace(encoded.media[1], times=(0.0, 0.5))
    said = refusal(replace(encoded, media=(encoded.media[0], clip)), 100)
    assert "100 of picture 1, 100 of clip 1" in said and "fewer or smaller frames" in said
    assert isinstance(clip, Media)
