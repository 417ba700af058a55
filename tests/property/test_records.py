"""Records: what is written comes back, and what makes no sense is refused by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.data.records import (
    Clip,
    Facts,
    Picture,
    Record,
    Turn,
    dumps,
    from_json,
    loads,
    to_json,
)
from qvl.messages import Text
from tests.records import boxes

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
plain = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
limits = st.none() | st.integers(1, 10**7)
seconds = st.none() | st.floats(0, 1e6)
shown = st.builds(Picture, st.sampled_from(["0.jpg", "1.png"]), limits, limits) | st.builds(
    Clip, st.just("2.mp4"), seconds, limits, seconds, seconds
)
told = st.builds(Text, words) | st.builds(Facts, words, plain, words)
turns = st.lists(
    st.builds(
        Turn,
        st.sampled_from(["system", "user", "assistant", "tool"]),
        st.lists(shown | told, max_size=4).map(tuple),
    ),
    min_size=1,
    max_size=4,
).map(tuple)


@st.composite
def records(draw):
    conversation = draw(turns)
    names = {p.name for t in conversation for p in t.parts if isinstance(p, Picture | Clip)}
    return Record(
        key=draw(st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True)),
        family=draw(words.filter(bool)),
        turns=conversation,
        media={name: draw(st.binary(max_size=9)) for name in sorted(names)},
        licence=draw(words.filter(bool)),
        sources=tuple(draw(st.lists(words, min_size=1, max_size=3))),
        language=draw(st.sampled_from(["en", "zh-Hans", "und"])),
        meta=draw(st.dictionaries(words, plain, max_size=3)),
    )


@given(records())
def test_records_come_back(record):
    assert from_json(json.loads(json.dumps(to_json(record))), record.media) == record
    assert loads(dumps(record), record.media) == record
    assert dumps(loads(dumps(record), record.media)) == dumps(record)


@given(st.sampled_from(sorted(to_json(boxes()))))
def test_a_missing_field_is_named(name):
    raw = to_json(boxes())
    del raw[name]
    with pytest.raises(ValueError, match=name):
        from_json(raw, boxes().media)


def _changed(**fields):
    return {**to_json(boxes()), **fields}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (_changed(colour="red"), "unknown field 'colour'"),
        (_changed(version=2), "version 2, this reads 1"),
        (_changed(media=[]), r"names the media \[\]"),
        (_changed(turns=[{"role": "user", "parts": [], "x": 1}]), "unknown field 'x'"),
        (_changed(turns=[{"role": "user", "parts": [{"text": "a", "b": 1}]}]), "field 'b'"),
        (_changed(turns=[{"role": "user", "parts": [{"sound": "a"}]}]), r"\['sound'\]; give one"),
        (_changed(turns=[{"role": "user", "parts": [{"text": "a"}]}]), "that no part shows"),
        (_changed(turns=[{"role": "god", "parts": [{"picture": "0.png"}]}]), "role 'god'"),
        (_changed(key="a.b"), "key 'a.b'"),
        (_changed(licence=""), "no licence"),
        (_changed(sources=[]), "no sources"),
    ],
)
def test_what_makes_no_sense_is_refused(raw, said):
    with pytest.raises(ValueError, match=said):
        from_json(raw, boxes().media)


def test_media_and_parts_agree():
    with pytest.raises(ValueError, match=r"no media '1\.png'"):
        Record("a", "f", (Turn("user", (Picture("1.png"),)),), {}, "MIT", ("made:x",))
    with pytest.raises(ValueError, match="no name of a clip"):
        Record("a", "f", (Turn("user", (Clip("1.png"),)),), {"1.png": b""}, "MIT", ("made:x",))
    facts = Turn("user", (Facts("boxes", [], of="7.png"),))
    with pytest.raises(ValueError, match=r"no media '7\.png'"):
        Record("a", "f", (facts,), {}, "MIT", ("made:x",))


def test_what_is_no_json_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        Facts("boxes", [float("nan")])
    assert Facts("boxes", ((1, 2),)).value == [[1, 2]]
