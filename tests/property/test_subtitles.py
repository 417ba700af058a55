"""Subtitles and saved events come back; a player of its own reads what is written."""

import io
import json

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.tasks.events import Event, Found, from_dict, to_dict
from qvl.tasks.subtitles import from_srt, from_vtt, to_srt, to_vtt
from qvl.tasks.wire import Problem

signs = st.text("-> <&;\n1:0,.ab", max_size=30) | st.sampled_from(
    [
        "a --> b",
        "\n\n",
        "2\n00:00:01,000 --> 00:00:02,000\nx",
        "<i>a</i>",
        "&amp;",
        "NOTE x",
        "WEBVTT",
    ]
)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\0\u2060"), max_size=20) | signs
times = st.integers(0, 400_000_000).map(lambda n: n / 1000)


@st.composite
def happenings(draw):
    span = st.tuples(times, times).map(sorted).filter(lambda s: s[0] < s[1])
    return [Event(*draw(span), draw(texts)) for _ in range(draw(st.integers(0, 4)))]


def filled(events):
    """Lines of blanks alone come back empty."""
    return [
        Event(e.start, e.end, "\n".join(x if x.strip() else "" for x in e.text.split("\n")))
        for e in events
    ]


@given(happenings())
def test_subtitles_come_back(events):
    assert from_vtt(to_vtt(events)) == (filled(events), [])
    assert from_srt(to_srt(events)) == (filled(events), [])


@given(happenings(), st.booleans())
def test_saved_events_come_back(events, absent):
    found = Found(tuple(events), (Problem(3, "x", "y"),), absent, "z")
    assert from_dict(json.loads(json.dumps(to_dict(found)))) == found


NASTY = [
    Event(1.0, 2.5, "a --> b"),
    Event(2.0, 3.0, "one\n\ntwo"),
    Event(3661.5, 3662.0, "1 < 2 & <b>bold</b>"),
    Event(4000.0, 4001.0, "3\n00:00:01,000 --> 00:00:02,000\nx"),
]


@pytest.mark.parametrize(("write", "form"), [(to_vtt, "webvtt"), (to_srt, "srt")])
def test_a_player_finds_as_many_cues_at_the_same_times(write, form):
    """ffmpeg's readers are the oracle."""
    with av.open(io.BytesIO(write(NASTY).encode()), format=form) as file:
        packets = [p for p in file.demux() if p.size]
        told = [(float(p.pts * p.time_base), float(p.duration * p.time_base)) for p in packets]
    assert told == [(e.start, pytest.approx(e.end - e.start)) for e in NASTY]


def test_an_instant_is_shown():
    for write, read in ((to_vtt, from_vtt), (to_srt, from_srt)):
        assert read(write([Event(3.0, 3.0, "x")]))[0] == [Event(3.0, 4.0, "x")]
    with pytest.raises(ValueError, match="no span of a subtitle"):
        to_srt([Event(3.0, 2.0, "x")])


FOREIGN = """\ufeffWEBVTT - made elsewhere\r
Kind: captions\r
\r
NOTE a word\r
\r
intro\r
00:01.500 --> 00:02.000 align:start position:10%\r
<v Bob>Hi <i>there</i>&nbsp;&gt;\r
two\r
\r
00:75.000 --> 01:30.000\r
never\r
\r
00:09.000 --> 00:08.000\r
back\r
\r
lost words\r
"""


def test_what_others_write():
    events, problems = from_vtt(FOREIGN)
    assert events == [Event(1.5, 2.0, "Hi there\xa0>\ntwo"), Event(8.0, 9.0, "back")]
    text = FOREIGN.removeprefix("\ufeff").replace("\r", "")
    assert all(text[p.at :].startswith(p.raw) for p in problems)
    told = [("00:75.000", "more than 59"), ("00:09", "swapped"), ("lost", "no times")]
    for problem, (raw, reason) in zip(problems, told, strict=True):
        assert problem.raw.startswith(raw) and reason in problem.reason


def test_every_cut_keeps_whole_cues():
    events = [Event(1.0, 2.0, "one"), Event(3.0, 4.0, "two")]
    for write, read in ((to_vtt, from_vtt), (to_srt, from_srt)):
        whole = write(events)
        for cut in range(len(whole) + 1):
            try:
                got, _ = read(whole[:cut])
            except ValueError:  # before the first time is whole
                assert cut < whole.index("one")
            else:
                assert [e.text for e in got[:-1]] == [e.text for e in events[: len(got[:-1])]]


@pytest.mark.parametrize(
    ("read", "text", "line"),
    [(from_vtt, "1\n00:00 --> 00:01\nx", "not with WEBVTT"), (from_srt, "hello", "holds no times")],
)
def test_what_is_none(read, text, line):
    with pytest.raises(ValueError, match=line):
        read(text)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        {"events": 3},
        {"events": [{"start": 1}], "problems": [], "absent": False, "reply": ""},
        {
            "events": [{"start": 2, "end": 1, "text": ""}],
            "problems": [],
            "absent": True,
            "reply": "",
        },
        {
            "events": [{"start": "a", "end": 1, "text": ""}],
            "problems": [],
            "absent": 0,
            "reply": "",
        },
    ],
)
def test_what_is_no_saved_file(raw):
    with pytest.raises(ValueError, match="no events"):
        from_dict(raw)


whole = {"events": [], "problems": [], "absent": False, "reply": ""}
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
keys = st.sampled_from(["start", "end", "text", "at", "raw", "reason", "x"])
values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(keys, scalars, max_size=4)


@given(st.dictionaries(st.sampled_from(list(whole)), st.lists(values, max_size=2) | values))
def test_any_json_is_saved_events_or_none(raw):
    try:
        found = from_dict({**whole, **raw})
    except ValueError as error:
        assert str(error).startswith("no events: ")
    else:
        assert all(0 <= e.start <= e.end for e in found.events)


@given(st.text("WEBVT\n->:0123. x&<", max_size=80))
def test_any_text_is_read_or_refused(text):
    for read in (from_vtt, from_srt):
        for head in ("", "WEBVTT\n\n"):
            try:
                events, _ = read(head + text)
            except ValueError as error:
                assert "\n" not in str(error)
            else:
                assert all(0 <= e.start <= e.end for e in events)
