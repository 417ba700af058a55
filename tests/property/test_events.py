"""Events: what is written comes back on the clip's own clock; what is odd is told, never lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.messages import Answer, Media, Settings, Usage, Video
from qvl.tasks import watching
from qvl.tasks.clock import Clock
from qvl.tasks.events import Event, parse, render_json, render_prose
from qvl.tasks.times import resolution

WHOLE = Clock(tuple(i / 2 for i in range(120)), 60.0)
CUT = Clock(tuple(20 + i / 2 for i in range(40)), 60.0)  # from start=20 to end=39.5
UNEVEN = Clock((10.0, 11.0, 12.0, 20.0, 30.0), 40.0)
forms = st.sampled_from(["seconds", "mm:ss.ff", "hh:mm:ss.ff", "m:ss", "hh:mm:ss", "hmsf", "words"])
clocks = st.sampled_from([WHOLE, CUT])
texts = st.text(st.characters(codec="utf-8"), max_size=20)


@st.composite
def happenings(draw, clock):
    first, last = clock.reach
    spans = st.tuples(st.floats(first, last), st.floats(first, last)).map(sorted)
    return [Event(*draw(spans), draw(texts)) for _ in range(draw(st.integers(0, 5)))]


@given(st.data(), clocks, forms)
def test_lists_come_back(data, clock, form):
    happened = data.draw(happenings(clock))
    got = parse(render_json(happened, clock, form), clock)
    assert [e.text for e in got.events] == [e.text for e in happened]
    assert got.absent == (not happened)
    for one, other in zip(got.events, happened, strict=True):
        near = pytest.approx((other.start, other.end), abs=resolution(form) + 1e-6)
        assert (one.start, one.end) == near


@given(st.data(), clocks, forms)
def test_spans_in_prose_come_back(data, clock, form):
    happened = data.draw(happenings(clock).filter(len))
    got = parse(f"It occurs at:\n{render_prose(happened, clock, form)}.", clock, "it")
    assert [e.text for e in got.events] == ["it"] * len(happened)
    for one, other in zip(got.events, happened, strict=True):
        near = pytest.approx((other.start, other.end), abs=resolution(form) + 1e-6)
        assert (one.start, one.end) == near


@given(st.floats(-5, 50))
def test_clocks_have_an_inverse(seconds):
    for clock in (WHOLE, CUT, UNEVEN):
        assert clock.into(clock.out(seconds)) == pytest.approx(seconds, abs=1e-9)
        assert clock.out(clock.into(seconds)) == pytest.approx(seconds, abs=1e-9)


def test_whose_clock():
    """A cut clip begins at 0 for the model; frames that come unevenly tell their own time."""
    assert CUT.out(0) == 20 and CUT.reach == (20, 40)
    assert [UNEVEN.out(t) for t in (0, 5, 10, 12.5, 15, 20, 21)] == [10, 11, 12, 16, 20, 30, 31]
    assert WHOLE.out(28) == 28 and WHOLE.reach == (0, 60)
    assert Clock((3.0,), 0.0).out(1) == 4


LISTED = """```json
[
\t{"start_time": "00:01.00", "end_time": "00:09.00", "description": "The man {cuts} it."},
\t{"start_time": "00:05.50", "end_time": "00:49.00", "description": "He \\"eats\\" it."},
\t{"start_time": "00:49.00", "end_time": "01:00.00", "description": "Nothing."}
]
```"""


def test_a_list_cut_anywhere_keeps_whole_events_and_tells_of_the_rest():
    ends = [i + 1 for i, c in enumerate(LISTED) if c == "}" and LISTED[i - 1] == '"']
    assert len(ends) == 3
    for cut in range(len(LISTED) + 1):
        head = LISTED[:cut]
        if "{" not in head:
            with pytest.raises(ValueError, match="names no time"):
                parse(head, WHOLE)
            continue
        got = parse(head, WHOLE)
        whole = sum(cut >= end for end in ends)
        assert [(e.start, e.end) for e in got.events] == [(1, 9), (5.5, 49), (49, 60)][:whole]
        inside = head.count("{") - head.count("{cuts}") > whole
        assert bool(got.problems) == inside
        assert all(head[p.at :].startswith(p.raw) for p in got.problems)


@pytest.mark.parametrize(
    ("reply", "spans"),
    [
        ("The seasoning of the steak occurs from 28 seconds to 50 seconds.", [(28, 50)]),
        ("64.0 - 72.0 seconds", []),  # beyond the clip
        ("4.0 - 12.0 seconds", [(4, 12)]),
        ("4.0 - 12.0", [(4, 12)]),
        ("28s to 50s", [(28, 50)]),
        ("between 3 and 5.5 seconds, and again between 00:10 and 00:12", [(3, 5.5), (10, 12)]),
        ("The event happens from 00:21.00 to 00:49.00.", [(21, 49)]),
        ("From 0:21 until 0:49 he cooks, 2 - 3 men look on.", [(21, 49)]),
        ("It starts at 21 s and ends at 49 s.", [(21, 49)]),
        ("Start time: 00:21.00, end time: 00:49.00", [(21, 49)]),
        ("0.5 - 1 minutes", [(30, 60)]),
        ("从28秒到50秒", [(28, 50)]),
        ("It happens at 00:21.00.", [(21, 21)]),
        ("At 21 seconds; it lasts for 8 seconds and the clip is 60 seconds long.", [(21, 21)]),
        ("00:00:21:12 - 00:00:22:00", [(21.48, 22)]),
        ("0:00:21–0:00:49", [(21, 49)]),
        ("It does not occur from 0 s to 20 s, but it does from 20 s to 30 s.", [(20, 30)]),
    ],
)
def test_prose(reply, spans):
    assert [(e.start, e.end) for e in parse(reply, WHOLE, "it").events] == spans


def test_plain_lines_are_described_by_what_stands_around():
    got = parse("0.0 - 9.1 seconds, A man.  9.1 - 10.8 seconds, He mounts.", WHOLE)
    assert [(e.text, e.start) for e in got.events] == [("A man", 0), ("He mounts", 9.1)]
    got = parse("- **A man** (00:01 - 00:09)\n- He eats: from 9 s to 10 s", WHOLE)
    assert [e.text for e in got.events] == ["A man", "He eats"]


@pytest.mark.parametrize(
    "reply",
    [
        "The described content does not occur in the video.",
        "The query content isn't shown at any point.",
        "There is no scene of a steak being found here.",
        "I cannot find the described content.",
        "It never happens.",
        "视频中没有这个内容。",
        "[]",
        "```json\n[\n]\n```",
        "The described content does not occur between 0 and 60 seconds.",
    ],
)
def test_absence_is_an_answer(reply):
    got = parse(reply, WHOLE, "it")
    assert got.absent and not got.events


@pytest.mark.parametrize("reply", ["", "A man cooks 2 - 3 steaks.", "I can't say.", "soon", "["])
def test_prose_without_a_time_is_none(reply):
    with pytest.raises(ValueError, match="names no time"):
        parse(reply, WHOLE, "it")


@pytest.mark.parametrize(
    ("reply", "spans", "reason"),
    [
        ("50 s - 28 s", [(28, 50)], "the end before the start, swapped"),
        ("50 s - 75 s", [(50, 60)], "outside of what was seen, 0.00 to 60.00 s of the clip; cut"),
        ("70 s - 75 s", [], "of the clip; left out"),
        ("00:75 - 00:80", [], "more than 59"),
        ('[{"start_time": "x", "end_time": "00:02"}]', [], "'x' is no time"),
        ('[{"start_time": "00:02"}]', [], "without its start_time or end_time"),
        ('[{"start": -1, "end": 3}]', [], "-1 is no time"),
        ('[{"a": 1}]', [], "without its start_time"),
        ("It does not occur from 1 s to 2 s.", [], "said not to occur"),
    ],
)
def test_what_is_odd_is_told_with_its_place(reply, spans, reason):
    got = parse(reply, WHOLE, "it")
    assert [(e.start, e.end) for e in got.events] == spans
    (problem,) = got.problems
    assert reason in problem.reason
    assert problem.raw and reply[problem.at :].startswith(problem.raw)


def test_events_of_a_cut_clip_are_told_on_the_whole_clip_s_clock():
    got = parse("3 s - 30 s", CUT, "it")
    assert [(e.start, e.end) for e in got.events] == [(23, 40)]
    assert "20.00 to 40.00 s of the clip; cut to it" in got.problems[0].reason


@pytest.mark.parametrize(
    "row",
    [
        '{"start": 1, "end": "2.0"}',
        '{"timestamp": "00:01.00 - 00:02.00", "event": "x"}',
        '{"time": [1, 2], "caption": "x"}',
        "{'start_time': '1s', 'end_time': '2 seconds',}",
    ],
)
def test_keys_that_drift(row):
    (event,) = parse(f"[{row}]", WHOLE).events
    assert (event.start, event.end) == (1, 2)


def test_overlapping_and_unsorted_events_keep_their_order():
    got = parse("30 s - 40 s, b. 1 s - 35 s, a.", WHOLE)
    assert [e.start for e in got.events] == [30, 1] and not got.problems


def test_verbs_ask_in_the_published_words():
    asked = []

    def chat(messages, settings):
        asked.append(messages[0].content[1].text)
        return Answer("1 s - 2 s", "stop", Usage(1, 1), (Media((8, 8), (8, 8), 1, (0.0, 5.0), 9),))

    clip = Video("a.mp4")
    (event,) = watching.when(chat, clip, "seasoning the steak", Settings()).events
    assert event == Event(1, 2, "seasoning the steak") and event.raw == "1 s - 2 s"
    watching.when(chat, clip, "seasoning the steak", Settings(), "mm:ss.ff")
    watching.events(chat, clip, Settings())
    assert asked == [
        "Give the query: 'seasoning the steak', when does the described content occur in the "
        "video? Use seconds for time format.",
        "Give the query: 'seasoning the steak', when does the described content occur in the "
        "video? Use 'mm:ss.ff' as time format.",
        "Localize a series of activity events in the video, output the start and end timestamp "
        "for each event, and describe each event with sentences. Provide the result in json "
        "format with 'mm:ss.ff' format for time depiction.",
    ]


@given(st.text("0123456789:.- stofrombewn\n[]{}\"',", max_size=80))
def test_any_reply_is_read_or_refused(reply):
    for clock in (WHOLE, CUT, UNEVEN):
        try:
            got = parse(reply, clock)
        except ValueError as error:
            assert "names no time" in str(error)
        else:
            first, last = clock.reach
            assert all(first <= e.start <= e.end <= last for e in got.events)
            assert all(reply[p.at :].startswith(p.raw) for p in got.problems)


def test_a_picture_has_no_clock():
    with pytest.raises(ValueError, match="a picture has no times"):
        Clock.of(Media((8, 8), (8, 8), 1))
