"""`qvl video` with a model that tells the truth, one that tells none, and the shipped nano."""

import json
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import qvl
from qvl.cli.main import app
from qvl.inputs import Limits
from qvl.media.video import survey
from qvl.messages import Answer, Media, Usage
from qvl.tasks.events import Event, from_dict
from qvl.tasks.subtitles import from_srt, from_vtt
from tests.films import film, frame

LISTED = """```json
[
\t{"start_time": "00:01.00", "end_time": "00:02.50", "description": "It starts."},
\t{"start_time": "00:02.50", "end_time": "00:09.00", "description": "It --> ends."}
]
```"""


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "game.mp4"
    path.write_bytes(film(60, 10, size=(160, 96)))
    return path


@pytest.fixture
def says(monkeypatch):
    """A model that answers as told, and sees what ours would see; and the questions it got."""
    asked = []

    def make(reply, reason="stop"):
        def answer(messages, settings):
            video, text = messages[0].content
            told = survey(video)
            media = Media(told.original_size, told.processed_size, 1, told.times, told.duration)
            asked.append(text.text)
            return Answer(reply, reason, Usage(1, 1), (media,))

        monkeypatch.setattr(
            "qvl.cli.video.load", lambda *_: SimpleNamespace(answer=answer, limits=Limits())
        )
        return asked

    return make


def run(*words):
    return CliRunner().invoke(app, ["video", *map(str, words)])


def test_a_query_prints_a_span_and_saves_all(says, clip, tmp_path):
    asked = says("The event occurs from 1.0 seconds to 2.5 seconds.")
    done = run(clip, "each goal", "-o", tmp_path / "out")
    assert done.exit_code == 0 and done.stdout == "1.0  2.5  each goal\n"
    assert asked[0].startswith("Give the query: 'each goal'") and "Use seconds" in asked[0]
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["game.events.json", "game.png", "game.srt", "game.vtt"]
    goal = [Event(1.0, 2.5, "each goal")]
    out = tmp_path / "out" / "game"
    assert from_vtt(out.with_suffix(".vtt").read_text()) == (goal, [])
    assert from_srt(out.with_suffix(".srt").read_text()) == (goal, [])
    raw = json.loads(out.with_suffix(".events.json").read_text())
    found = {key: raw[key] for key in ("events", "problems", "absent", "reply")}
    assert list(from_dict(found).events) == goal and raw["query"] == "each goal"
    assert len(raw["sampled"]) == 12
    with Image.open(out.with_suffix(".png")) as sheet:
        blue = (np.asarray(sheet.convert("RGB")) == (0x00, 0x72, 0xB2)).all(-1).sum()
    assert blue > 1000


def test_a_list_on_the_clip_s_clock_with_what_was_odd(says, clip):
    says(LISTED)
    done = run(clip, "--start", 1, "--format", "mm:ss.ff")
    assert done.exit_code == 0
    assert done.stdout == "00:02.00  00:03.50  It starts.\n00:03.50  00:06.00  It --> ends.\n"
    assert "outside of what was seen, 1.00 to 6.00 s of the clip; cut to it" in done.stderr


def test_json_is_alone_on_stdout(says, clip):
    says(LISTED)
    told = json.loads(run(clip, "--captions", "--json").stdout)
    assert [e["start"] for e in told["events"]] == [1.0, 2.5] and told["kind"] == "captions"


def test_frames_are_counted_at_the_clip_s_own_rate(says, clip):
    asked = says("00:00:01:05 - 00:00:02:09")
    done = run(clip, "it", "--format", "hmsf")
    assert "Use 'hh:mm:ss:ff' as time format." in asked[0]
    assert done.stdout == "00:00:01:05  00:00:02:09  it\n"  # of 10 a second


def test_text_and_overview(says, clip, tmp_path):
    says("Here:\n\n| Title | Author |\n|---|---|\n| A | B |\n")
    done = run(clip, "--text", "-o", tmp_path)
    assert done.stdout == "| Title | Author |\n| --- | --- |\n| A | B |\n"
    assert (tmp_path / "game.md").read_text() == done.stdout
    says("It is a game.")
    assert run(clip, "--overview").stdout == "It is a game.\n"


def test_absence_is_said_and_no_failure(says, clip, tmp_path):
    says("The described content does not occur in the video.")
    done = run(clip, "a goal", "-o", tmp_path)
    assert done.exit_code == 0 and done.stdout == ""
    assert "nothing of the kind occurs, says the model" in done.stderr
    assert (tmp_path / "game.vtt").read_text() == "WEBVTT\n"


@pytest.mark.parametrize(("flag", "reply"), [("--events", "ananan"), ("--text", "no table")])
def test_a_reply_that_is_not_read_is_shown_and_the_sheet_saved(says, clip, tmp_path, flag, reply):
    says(reply, "length")
    done = run(clip, flag, "-o", tmp_path / "out", "--json")
    assert done.exit_code == 1
    assert reply in done.stderr and "--max-tokens" in done.stderr
    told = json.loads(done.stdout)
    assert told["reply"] == reply and told["problems"][0]["raw"] == reply
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["game.events.json", "game.png"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["a goal", "--events"], "query 'a goal' and --events are both given"),
        (["--text", "--captions"], "--captions and --text are both given"),
        (["--format", "mm:ss:ff"], "--format is 'mm:ss:ff'; give one of seconds, mm:ss.ff"),
        (["--start", "3", "--end", "2"], "start=3.0 is not before end=2.0"),
        (["--start", "7"], "beyond the last frame"),
    ],
)
def test_bad_input_is_named(says, clip, words, line):
    says("1 s - 2 s")
    done = run(clip, *words)
    assert isinstance(done.exception, ValueError) and line in str(done.exception)


def test_events_of_nano_in_python():
    """It was never taught: what it says is refused, and a clip at default settings fits."""
    vlm = qvl.load()
    frames = [frame(i, (640, 360)) for i in range(30)]
    with pytest.raises(ValueError, match="names no time"):
        vlm.events(frames, "each goal", max_tokens=4, fps=2.0, nframes=None)
    vlm.answer = lambda messages, settings: Answer(
        "50 s - 3 s", "stop", Usage(1, 1), (Media((8, 8), (8, 8), 1, (0.0, 10.0), 60.0),)
    )
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert vlm.events(frames, "it", fps=2.0) == [qvl.Event(3, 20, "it")]
    assert [str(each.message).split(": ")[1] for each in told] == [
        "the end before the start, swapped",
        "outside of what was seen, 0.00 to 20.00 s of the clip; cut to it",
    ]
