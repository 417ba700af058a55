"""Tokenizer and template against the published ones, and users who write special tokens."""

import random
import unicodedata

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl.chat import template
from qvl.chat.plain import render_plain
from qvl.chat.tokenizer import PATTERN, Decoder, Tokenizer, official, save, train_bpe
from qvl.messages import Image as Picture
from qvl.messages import Text, Video, message
from qvl.tokens import (
    CONTROL,
    ENDOFTEXT,
    IM_END,
    IMAGE_PAD,
    SPECIAL,
    VIDEO_PAD,
    VISION_END,
    VISION_START,
)

TEXTS = (
    "Hello, world! It's 2025; we've 3.14159 reasons.",
    "今天天气不错，我们去公园散步吧。",
    "日本語のテキスト：カタカナとひらがな",
    "안녕하세요 세계!",
    "Привет, как дела? №5",
    "مرحبا بالعالم",
    "नमस्ते दुनिया",
    "👩‍👩‍👧‍👦🏳️‍🌈👍🏽 emoji",
    "def f(x):\n    return x**2\n\n\tif a<=b: pass\r\n",
    "  leading   spaces\t\ttabs \n\n\n lines  ",
    "e\u0301 vs é",
    "①②Ⅳ½ ١٢٣ ｆｕｌｌ　ｗ",
    "",
)
SYSTEM = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"


@pytest.fixture(scope="module")
def small() -> Tokenizer:
    return Tokenizer(train_bpe(["the text in the image", "user", "assistant", *TEXTS], 320))


def test_ids_of_the_published_tokenizer(published):
    assert len(published) == 151_665
    assert [published.id(name) for name in SPECIAL] == list(range(151_643, 151_665))


BLOCKS = (  # of Unicode, from first to last
    (0x20, 0x7F), (0xA0, 0x250), (0x370, 0x530), (0x5D0, 0x700), (0x900, 0x980), (0xE00, 0xE60),
    (0x2000, 0x2070), (0x3040, 0x3100), (0x4E00, 0x5200), (0xAC00, 0xAD00), (0x1F300, 0x1F680),
)  # fmt: skip


def strings(draw, count):
    """Random signs of many scripts, cuts of real sentences, and runs of letters and digits."""
    signs = [chr(code) for first, last in BLOCKS for code in range(first, last)]
    real = "".join(TEXTS)
    for i in range(count):
        match i % 4:
            case 0:
                yield "".join(draw.choices(signs, k=draw.randint(1, 40)))
            case 1:
                yield " ".join(draw.choices(TEXTS, k=draw.randint(1, 3)))
            case 2:
                begin, end = sorted(draw.choices(range(len(real)), k=2))
                yield (
                    real[begin:end][:80] + draw.choice(("\n", "  ", "\t\n ", "")) + real[:begin][:9]
                )
            case _:
                yield "".join(draw.choices("aeioutnsrhld ,.'\n0123456789", k=draw.randint(1, 60)))


def test_published_bpe_equals_tiktoken(published, ranks, seed):
    """Oracle: the published ranks in tiktoken, after NFC."""
    import tiktoken

    oracle = tiktoken.Encoding("qwen", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens={})
    for string in (*TEXTS, *strings(random.Random(seed), 4000)):
        normal = unicodedata.normalize("NFC", string)
        ids = published.encode(string)
        assert ids == oracle.encode_ordinary(normal)
        assert published.decode(ids) == normal


def test_ranks_that_do_not_merge_are_refused():
    with pytest.raises(ValueError, match="rank 256 is no union"):
        official({bytes([b]): b for b in range(256)} | {b"abc": 256})


def test_users_never_write_special_tokens(small):
    for name in CONTROL:
        assert not small.control & set(small.encode(f"a{name}b"))
        assert small.decode(small.encode(f"a{name}b")) == f"a{name}b"


def test_control_tokens_are_hidden_and_tool_calls_stay(small):
    ids = [small.id(IM_END), *small.encode("a"), small.id("<tool_call>")]
    assert small.decode(ids) == "a<tool_call>"
    assert small.id("<tool_call>") not in small.control
    assert len(small.control) == len(CONTROL)


def test_half_a_character_is_refused(small):
    with pytest.raises(ValueError, match="half a character"):
        template.render([message("user", "a\ud800")], [], small, answer=True)


def test_an_unknown_special_token_is_named(small):
    with pytest.raises(ValueError, match="<nothing>"):
        small.id("<nothing>")


@given(st.text(max_size=60))
def test_streaming_equals_decoding(small, text):
    ids = small.encode(text)
    decoder = Decoder(small)
    pieces = [decoder.push(i) for i in ids]
    assert "".join(pieces) + decoder.flush() == small.decode(ids)
    assert "".join(pieces) == unicodedata.normalize("NFC", text)  # nothing is held at its end


@given(st.lists(st.integers(0, 151_700), max_size=30), st.booleans())
def test_streaming_equals_decoding_of_any_ids(published, ids, split):
    """Also of ids that are parts of characters, control, added, or of no token at all."""
    ids = [i % 256 if split else i for i in ids]  # the first 256 are single bytes
    decoder = Decoder(published)
    pieces = [decoder.push(i) for i in ids]
    assert "".join(pieces) + decoder.flush() == published.decode(ids)


def test_streaming_never_cuts_a_character(published):
    """Broken bytes before a character, however many, take nothing from it."""
    names = {published.bytes_of(i): i for i in range(256)}
    broken, thumb = [names[b"\x80"]] * 9, [names[bytes([b])] for b in "👍".encode()]
    decoder = Decoder(published)
    assert [decoder.push(i) for i in [*broken, *thumb]] == ["\ufffd"] * 9 + ["", "", "", "👍"]
    assert decoder.push(thumb[0]) + decoder.flush() == "\ufffd"
    assert decoder.push(names[b"a"]) == "a"  # a flushed decoder starts anew


def jinja(conversation: list[dict], *, answer: bool) -> str:
    environment = jinja2.Environment()
    return environment.from_string(template.JINJA).render(
        messages=conversation, add_generation_prompt=answer
    )


def test_the_published_strings():
    picture = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Hi"}]}
    assert jinja([picture], answer=True) == (
        SYSTEM + "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>Hi<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
    own = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    assert jinja(own, answer=False) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
    )
    clip = {"role": "user", "content": [{"type": "video"}, {"text": " x "}, {"image": "b"}]}
    assert "<|vision_start|><|video_pad|><|vision_end|> x <|vision_start|>" in jinja(
        [clip], answer=False
    )


parts = st.lists(st.one_of(st.none(), st.text("ab <|>\n é", max_size=8)), max_size=3)
turns = st.lists(
    st.tuples(st.sampled_from(["system", "user", "assistant"]), parts), min_size=1, max_size=4
)


@given(turns, st.booleans())
def test_ids_equal_the_rendered_string(published, conversation, answer):
    """Oracle: the string of the template, tokenised with its special tokens."""
    picture = Image.new("RGB", (28, 28))
    ours = [message(r, *(picture if p is None else p for p in c)) for r, c in conversation]
    theirs = [
        {"role": r, "content": [{"image": 1} if p is None else {"text": p} for p in c]}
        for r, c in conversation
    ]
    count = sum(p is None for _, c in conversation for p in c)
    got = template.render(ours, [2] * count, published, answer=answer).ids
    string = jinja(theirs, answer=answer)
    assert string == template.text(ours, answer=answer)
    assert got == with_special(published, string.replace(IMAGE_PAD, IMAGE_PAD * 2))


def with_special(tokenizer, string):
    """Ids of a string in which special tokens are taken for what they are."""
    tokenizer.inner.encode_special_tokens = False
    try:
        return tokenizer.inner.encode(string, add_special_tokens=False).ids
    finally:
        tokenizer.inner.encode_special_tokens = True


FRAME = Image.new("RGB", (28, 28))
SHOWN = {None: Picture(FRAME), 0: Video((FRAME,))}
pieces = st.lists(st.one_of(st.none(), st.just(0), st.text("ab <|>\n é", max_size=8)), min_size=1)


@given(pieces)
def test_a_plain_document(published, document):
    """Its string is its text and markers, with an end; all of it is learnt but what is shown."""
    own = [SHOWN[p] if p in SHOWN else Text(p) for p in document]
    media = [p for p in own if not isinstance(p, Text)]
    rendered = render_plain(own, range(1, len(media) + 1), published)
    counts = iter(range(1, len(media) + 1))
    string = "".join(
        p.text
        if isinstance(p, Text)
        else VISION_START
        + (VIDEO_PAD if isinstance(p, Video) else IMAGE_PAD) * next(counts)
        + VISION_END
        for p in own
    )
    assert rendered.ids == with_special(published, string + ENDOFTEXT)
    shown = {published.id(n) for n in (VISION_START, VISION_END, IMAGE_PAD, VIDEO_PAD)}
    assert rendered.learnt == [i not in shown for i in rendered.ids]


def test_an_empty_document_is_refused(small):
    with pytest.raises(ValueError, match="empty document"):
        render_plain([], [], small)


def test_media_without_their_numbers_are_refused(small):
    talk = [message("user", Image.new("RGB", (28, 28)), "x", Video(b""))]
    for tokens in ([], [1], [1, 2, 3]):
        with pytest.raises(ValueError, match=f"2 pictures and clips came with {len(tokens)} "):
            template.render(talk, tokens, small, answer=True)
        with pytest.raises(ValueError, match="2 pictures and clips"):
            render_plain(talk[0].content, tokens, small)


def test_numbers_of_pictures_are_not_learnt(small):
    talk = [message("assistant", Image.new("RGB", (28, 28)), "x")]
    rendered = template.render(talk, [1], small, answer=False, vision_ids=True)
    learnt = [i for i, own in zip(rendered.ids, rendered.learnt, strict=True) if own]
    assert learnt == [*small.encode("x"), small.id(IM_END)]


def test_only_what_the_assistant_wrote_is_learnt(small):
    talk = [message("user", "ask"), message("assistant", "one"), message("user", "more")]
    rendered = template.render(talk, [], small, answer=False)
    learnt = [i for i, own in zip(rendered.ids, rendered.learnt, strict=True) if own]
    assert learnt == [*small.encode("one"), small.id(IM_END)]


def test_no_messages_is_an_error(small):
    with pytest.raises(ValueError, match="at least one"):
        template.render([], [], small, answer=True)


def test_a_saved_tokenizer_is_read_by_transformers(small, tmp_path):
    from transformers import AutoTokenizer

    save(small.inner, tmp_path, template.JINJA)
    theirs = AutoTokenizer.from_pretrained(tmp_path)
    for text in TEXTS:
        assert theirs.encode(text, add_special_tokens=False) == small.encode(text)
    assert theirs.convert_tokens_to_ids(VISION_START) == small.id(VISION_START)
    assert Tokenizer.load(tmp_path).encode("the image") == small.encode("the image")


def test_a_folder_without_a_tokenizer_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"no tokenizer\.json"):
        Tokenizer.load(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ValueError, match="is no tokenizer"):
        Tokenizer.load(tmp_path)


def test_text_parts_join_into_one_run(small):
    split = message("user", "he", "llo")
    whole = message("user", "hello")
    assert split.content == (Text("he"), Text("llo"))
    one, two = (template.render([m], [], small, answer=True).ids for m in (split, whole))
    assert one == two
