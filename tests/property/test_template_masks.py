"""Whatever people say, show and call: special tokens stand where the template puts them alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl.chat.template import render, text
from qvl.chat.tokenizer import Tokenizer, train_bpe
from qvl.messages import Image as Picture
from qvl.messages import Message, Text, ToolCall, Video
from qvl.tokens import CONTROL, IM_END, IM_START, IMAGE_PAD, VIDEO_PAD, VISION_END, VISION_START

FRAME = Image.new("RGB", (28, 28))
WORDS = st.lists(st.one_of(st.sampled_from(CONTROL), st.text(max_size=4)), max_size=4).map("".join)
PARTS = st.lists(
    st.one_of(st.builds(Text, WORDS), st.just(Picture(FRAME)), st.just(Video((FRAME,)))),
    max_size=4,
).map(tuple)
CALLS = st.lists(
    st.builds(ToolCall, st.just("f"), st.dictionaries(WORDS, WORDS, max_size=2)), max_size=2
).map(tuple)
TURNS = st.lists(
    st.one_of(
        st.builds(Message, st.sampled_from(["system", "user", "tool"]), PARTS),
        st.builds(Message, st.just("assistant"), PARTS, CALLS),
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def small() -> Tokenizer:
    return Tokenizer(train_bpe(["the user asked", "an assistant calls a tool", "<|im_end|>"], 330))


def media(messages):
    return [part for m in messages for part in m.content if not isinstance(part, Text)]


@given(TURNS, st.booleans(), st.booleans())
def test_special_tokens_are_the_templates_alone(small, messages, answer, numbered):
    shown = media(messages)
    tokens = range(1, len(shown) + 1)
    ids = render(messages, tokens, small, answer=answer, vision_ids=numbered).ids
    want = [] if messages[0].role == "system" else [IM_START, IM_END]
    counts = iter(tokens)
    for i, m in enumerate(messages):
        if m.role != "tool" or not i or messages[i - 1].role != "tool":
            want.append(IM_START)
        for part in media([m]):
            pad = VIDEO_PAD if isinstance(part, Video) else IMAGE_PAD
            want += [VISION_START, *[pad] * next(counts), VISION_END]
        if m.role != "tool" or i + 1 == len(messages) or messages[i + 1].role != "tool":
            want.append(IM_END)
    want += [IM_START] * answer
    assert [i for i in ids if i in small.control] == [small.id(name) for name in want]


@given(TURNS, st.booleans(), st.booleans())
def test_ids_spell_the_string(small, messages, answer, numbered):
    string = text(messages, answer=answer, vision_ids=numbered)
    ids = render(
        messages, [1] * len(media(messages)), small, answer=answer, vision_ids=numbered
    ).ids
    spelt = small.inner.decode(ids, skip_special_tokens=False)
    assert unicodedata.normalize("NFC", spelt) == unicodedata.normalize("NFC", string)


@given(TURNS)
def test_only_an_assistants_words_and_ends_are_learnt(small, messages):
    """The first sign of a turn is a letter here: a newline may melt into the template's own."""
    messages = [
        Message(m.role, (Text("a"), *m.content), m.tool_calls) if m.role == "assistant" else m
        for m in messages
    ]
    rendered = render(messages, [1] * len(media(messages)), small, answer=True)
    learnt = [i for i, own in zip(rendered.ids, rendered.learnt, strict=True) if own]
    want = ""
    for m in (m for m in messages if m.role == "assistant"):
        spoken = text([Message("system", ()), m], answer=False).split(f"{IM_START}assistant\n", 1)[
            1
        ]
        want += spoken.removesuffix("\n")
    if not media(messages):
        spelt = small.inner.decode(learnt, skip_special_tokens=False)
        assert spelt == unicodedata.normalize("NFC", want)
    ends = [i for i in learnt if i in small.control]
    assert ends == [small.id(IM_END)] * sum(m.role == "assistant" for m in messages)
