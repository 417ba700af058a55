"""Tokenizer and template against the published ones, and users who write special tokens."""

from importlib.util import find_spec
from pathlib import Path

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl.chat import template
from qvl.chat.tokenizer import PATTERN, Decoder, Tokenizer, official, save, train_bpe
from qvl.messages import Text, message
from qvl.tokens import CONTROL, IM_END, IMAGE_PAD, SPECIAL, VISION_START

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


def ranks() -> dict[bytes, int]:
    import base64

    spec = find_spec("dashscope")
    assert spec and spec.origin
    lines = (Path(spec.origin).parent / "resources" / "qwen.tiktoken").read_bytes().splitlines()
    return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines)}


@pytest.fixture(scope="module")
def published() -> Tokenizer:
    return Tokenizer(official(ranks()))


@pytest.fixture(scope="module")
def small() -> Tokenizer:
    return Tokenizer(train_bpe(["the text in the image", "user", "assistant", *TEXTS], 320))


def test_ids_of_the_published_tokenizer(published):
    assert len(published) == 151_665
    assert [published.id(name) for name in SPECIAL] == list(range(151_643, 151_665))


def test_published_bpe_equals_tiktoken(published):
    """Oracle: the published ranks in tiktoken, after NFC."""
    import random
    import unicodedata

    import tiktoken

    oracle = tiktoken.Encoding("qwen", pat_str=PATTERN, mergeable_ranks=ranks(), special_tokens={})
    draw = random.Random(0)
    mixed = ["".join(draw.choice("".join(TEXTS)) for _ in range(40)) for _ in range(300)]
    for text in (*TEXTS, *mixed):
        normal = unicodedata.normalize("NFC", text)
        assert published.encode(text) == oracle.encode(normal, disallowed_special=())
        assert published.decode(published.encode(text)) == normal


def test_users_never_write_special_tokens(small):
    for name in CONTROL:
        assert not small.control & set(small.encode(f"a{name}b"))
        assert small.decode(small.encode(f"a{name}b")) == f"a{name}b"


def test_control_tokens_are_hidden_and_tool_calls_stay(small):
    ids = [small.id(IM_END), *small.encode("a"), small.id("<tool_call>")]
    assert small.decode(ids) == "a<tool_call>"
    assert small.id("<tool_call>") not in small.control
    assert len(small.control) == len(CONTROL)


def test_an_unknown_special_token_is_named(small):
    with pytest.raises(ValueError, match="<nothing>"):
        small.id("<nothing>")


@given(st.text(max_size=60))
def test_streaming_equals_decoding(small, text):
    ids = small.encode(text)
    decoder = Decoder(small)
    pieces = [decoder.push(i) for i in ids]
    assert "".join(pieces) + decoder.flush() == small.decode(ids)


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
    text = jinja(theirs, answer=answer).replace(IMAGE_PAD, IMAGE_PAD * 2)
    published.inner.encode_special_tokens = False
    want = published.inner.encode(text, add_special_tokens=False).ids
    published.inner.encode_special_tokens = True
    assert got == want


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
