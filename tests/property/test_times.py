"""Times: every form comes back within its resolution, and whatever is no time says so."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.tasks.times import FPS, Form, parse, render, resolution

FORMS = get_args(Form)
times = st.floats(0, 2e6) | st.integers(0, 10**6) | st.sampled_from([59.96, 59.996, 3599.999])


@given(times, st.sampled_from(FORMS), st.floats(1, 240))
def test_what_is_written_is_read(seconds, form, fps):
    told = render(seconds, form, fps)
    assert abs(parse(told, fps) - seconds) <= resolution(form, fps) / 2 + 1e-6
    assert render(parse(told, fps), form, fps) == told


@given(times, st.sampled_from(FORMS))
def test_no_field_reaches_sixty(seconds, form):
    fields = render(seconds, form).replace(".", ":").split(":")
    if form in ("mm:ss.ff", "m:ss"):
        assert int(fields[1]) < 60
    if form.startswith("hh"):
        assert int(fields[1]) < 60 and int(fields[2]) < 60


@pytest.mark.parametrize(
    ("seconds", "form", "text"),
    [
        (64, "seconds", "64.0"),
        (21, "mm:ss.ff", "00:21.00"),
        (59.996, "mm:ss.ff", "01:00.00"),
        (59.6, "m:ss", "1:00"),
        (64, "m:ss", "1:04"),
        (4500.5, "mm:ss.ff", "75:00.50"),
        (3599.999, "hh:mm:ss.ff", "01:00:00.00"),
        (360_000, "hh:mm:ss", "100:00:00"),
        (62.48, "hmsf", "00:01:02:12"),
        (62.99, "hmsf", "00:01:03:00"),
        (3723, "words", "1 h 2 m 3 s"),
        (3600, "words", "1 h"),
        (0.2, "words", "0 s"),
    ],
)
def test_examples(seconds, form, text):
    assert render(seconds, form) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("64", 64),
        ("64.0 seconds", 64),
        ("28s", 28),
        ("28 sec", 28),
        ("28秒", 28),
        ("'00:21.00'", 21),
        ("0:05,5", 5.5),
        ("00:21.5", 21.5),
        ("00:21 seconds", 21),
        ("75:30", 4530),
        ("1:02:03.25", 3723.25),
        ("101:00:00", 363_600),
        ("00:01:02:12", 62.48),
        ("1h2m3s", 3723),
        ("1 hour, 2 minutes and 3.5 seconds", 3723.5),
        ("2 min 3 s", 123),
        ("5 minutes", 300),
        ("1小时2分3秒", 3723),
        ("2 H", 7200),
    ],
)
def test_read_however_it_is_written(text, seconds):
    assert parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "is no time"),
        ("soon", "is no time"),
        ("-3", "is no time"),
        ("nan", "is no time"),
        ("1e5", "is no time"),
        ("5 metres", "is no time"),
        ("12:", "is no time"),
        ("1:2:3:4:5", "is no time"),
        ("00:75.00", "more than 59"),
        ("1:60:00", "more than 59"),
        ("00:00:01:30", "no frame 30: there are 25 a second"),
        ("00:00:01:10.5", "no frame 10.5"),
        ("999999999", "later than any clip"),
    ],
)
def test_what_is_no_time(text, line):
    with pytest.raises(ValueError, match=line):
        parse(text)


@pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf"), 1e9])
@pytest.mark.parametrize("form", FORMS)
def test_what_cannot_be_written(seconds, form):
    with pytest.raises(ValueError, match="cannot be written"):
        render(seconds, form)


def test_frames_are_counted_at_a_rate_that_makes_sense():
    with pytest.raises(ValueError, match=r"counted at 0.5 a second"):
        render(3, "hmsf", 0.5)
    assert FPS == 25


@given(st.text("0123456789:., hms-秒", max_size=30))
def test_any_text_is_a_time_or_none(text):
    try:
        assert 0 <= parse(text) <= 1e8
    except ValueError as error:
        assert "\n" not in str(error)
