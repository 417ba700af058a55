"""A conversation on a terminal or from a script: files, commands, Ctrl-C, and what is saved."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image as Pillow

from qvl.cli import chat
from qvl.cli.session import Session, Turn, attach, from_dict, messages, read, to_dict
from qvl.hub import locate
from qvl.messages import Answer, Image, Settings, Text, Usage, Video
from qvl.model import weights

ROOT = Path(__file__).resolve().parents[2]
LINE = ROOT / "samples" / "line-4.png"


def echo(asked, settings):
    """A model that says how much it was asked, and of what."""
    kinds = [type(part).__name__ for m in asked for part in m.content]
    text = f"{len(asked)} messages: {' '.join(kinds)}"
    yield text[:5]
    yield text[5:]
    yield Answer(text, "stop", Usage(1, 1))


def talk(*said, session=None, stream=echo):
    return chat.talk(session or Session(), iter(said), stream, Settings(), "nano")


def said(session):
    return [each for turn in session.turns for each in turn.content if isinstance(each, str)]


def test_a_conversation_with_a_picture(capsys):
    session = talk("first", f"/image {LINE}", "  second ", "", "third")
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "1 messages: Text",
        "3 messages: Text Text Image Text",
        "5 messages: Text Text Image Text Text Text",
    ]
    assert shown.err == f"added {LINE}\n"
    assert [turn.role for turn in session.turns] == ["user", "assistant"] * 3
    assert said(session)[::2] == ["first", "second", "third"]


def test_commands(capsys):
    session = talk("/system Be brief.", "hello", f"/image {LINE}", "/clear", "//help me", "/system")
    assert session.system == ""
    assert session.attached == ()
    assert said(session) == ["/help me", "2 messages: Text Text"]
    assert talk("one", "/quit", "two").turns[0].content == ("one",)
    capsys.readouterr()
    talk("/help")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert all(f"\n{name} " in f"\n{shown.err}" for name in [*chat.COMMANDS, "/clear", "/system"])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/nothing", "there is no /nothing; /help lists"),
        ("/image", "/image needs a file"),
        ("/image no.png", "no.png is no file"),
        ("/video no.mp4", "no.mp4 is no file"),
        ("/pdf no.pdf 1-3", "no.pdf is no file"),
        ("/image {root}/README.md", "no picture that can be read"),
        ("/image {root}/samples", "is no file"),
        ("/load no.json", "no.json does not exist"),
        ("/load {root}/README.md", "is no JSON"),
        ("/load {root}/samples/line-4.png", "is no JSON"),
        ("/load {root}/samples/truth.json", "no list of messages"),
        ("/save {root}/README.md", "is there and is no session"),
        ("/save {root}/samples/line-4.png", "is there and is no session"),
    ],
)
def test_what_is_wrong_is_one_line_and_the_session_goes_on(line, told, capsys):
    before = LINE.read_bytes(), (ROOT / "README.md").read_bytes()
    session = talk(line.format(root=ROOT), "go on")
    shown = capsys.readouterr()
    assert shown.err.count("\n") == 1
    assert told in shown.err
    assert shown.out == "1 messages: Text\n"
    assert said(session)[0] == "go on"
    assert before == (LINE.read_bytes(), (ROOT / "README.md").read_bytes())


def test_a_question_that_fails_is_forgotten_with_its_files(capsys):
    def broken(asked, settings):
        raise ValueError("too long")
        yield ""

    session = talk("first")
    session = talk(f"/image {LINE}", "second", session=session, stream=broken)
    assert "qvl: too long (the files added for it are dropped)\n" in capsys.readouterr().err
    assert len(session.turns) == 2
    assert session.attached == ()


def stopping(after):
    def stream(asked, settings):
        yield from ["one ", "two "][:after]
        raise KeyboardInterrupt

    return stream


def test_an_answer_that_is_stopped_is_kept_as_far_as_it_came(capsys):
    session = talk("count", stream=stopping(2))
    assert said(session) == ["count", "one two "]
    assert "stopped" in capsys.readouterr().err
    assert said(talk("more", session=session))[-1].startswith("3 messages")


def test_a_question_that_is_stopped_before_its_first_word_is_forgotten(capsys):
    asked = talk(f"/image {LINE}")
    session = talk("count", session=asked, stream=stopping(0))
    assert session == asked
    assert "the question is forgotten" in capsys.readouterr().err


def test_saved_and_loaded(tmp_path, capsys, monkeypatch):
    clip = tmp_path / "a clip.mp4"
    clip.write_bytes(b"bytes")
    picture = tmp_path / "a b.png"
    Pillow.new("RGB", (30, 20), "red").save(picture)
    monkeypatch.chdir(tmp_path)
    session = talk("/system Be brief.", "/image 'a b.png'", "/video a clip.mp4", "look", "/save s")
    session = talk("/image a b.png", "/save s", session=session)
    raw = json.loads((tmp_path / "s").read_text())
    assert raw["messages"][0] == {"role": "system", "content": "Be brief."}
    assert raw["messages"][1]["content"] == [
        {"type": "image", "image": str(picture)},
        {"type": "video", "video": str(clip)},
        {"type": "text", "text": "look"},
    ]
    assert raw["attached"] == [{"type": "image", "image": str(picture)}]
    monkeypatch.chdir("/")
    again = talk(f"/load {tmp_path / 's'}")
    assert again == session
    kinds = [[type(part) for part in m.content] for m in messages(again)]
    assert kinds == [[Text], [Image, Video, Text], [Text]]
    assert messages(again)[1].content[0].pixels.size == (30, 20)
    assert to_dict(again, "nano") == raw


def test_a_session_whose_files_are_gone(tmp_path, capsys):
    picture = tmp_path / "gone.png"
    Pillow.new("RGB", (30, 20)).save(picture)
    session = Session(turns=(Turn("user", (attach("image", picture), "look")),))
    (tmp_path / "s.json").write_text(json.dumps(to_dict(session, "nano")))
    picture.unlink()
    kept = talk("hello", f"/load {tmp_path / 's.json'}")
    shown = capsys.readouterr().err
    assert f"s.json: names files that are not there: {picture}; put them back" in shown
    assert said(kept)[0] == "hello"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ([], "no list of messages"),
        ({"messages": [], "other": 1}, "'other' is unknown"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "system, user or assistant"),
        ({"messages": [{"role": "user", "content": 1}]}, "must be a text or a list"),
        ({"messages": [{"role": "user", "content": [{"type": "audio"}]}]}, "must be text, image"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "must be text, image"),
    ],
)
def test_sessions_that_are_none(raw, told, tmp_path):
    with pytest.raises(ValueError, match=told):
        from_dict(raw)
    (tmp_path / "s").write_text(json.dumps(raw))
    with pytest.raises(ValueError, match=str(tmp_path / "s")):
        read(tmp_path / "s")


def test_another_model_goes_on_with_a_session_and_says_so(tmp_path, capsys):
    saved = {"model": "nano", "messages": [{"role": "user", "content": "hi"}]}
    (tmp_path / "s").write_text(json.dumps(saved))
    chat.command(Session(), "/load", str(tmp_path / "s"), "other")
    chat.command(Session(), "/load", str(tmp_path / "s"), "nano")
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("held with nano; other goes on")
    assert "held" not in second


def started(*words, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "qvl.cli", "chat", *words],
        cwd=ROOT,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        text=True,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job may ignore it
        **more,
    )


def test_a_script_on_stdin(tmp_path):
    script = f"hi\n/image none.png\nRead.\n/save {tmp_path / 's.json'}\n"
    words = ["-i", str(LINE), "--max-tokens", "3"]
    process = started(*words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    out, err = process.communicate(script, timeout=300)
    assert process.returncode == 0, err
    assert "> " not in out
    assert err.count("> ") == 5
    assert "none.png is no file" in err
    assert "Traceback" not in err
    session, model = read(tmp_path / "s.json")
    turns = session.turns
    assert model == "nano"
    assert [turn.role for turn in turns] == ["user", "assistant"] * 2
    assert "".join(f"{turn.content[0]}\n" for turn in turns[1::2]) == out


@pytest.fixture
def endless(tmp_path):
    """A model that says the first letter of its vocabulary, "!", for ever: all logits are 0."""
    source, folder = locate("nano"), tmp_path / "endless"
    model = weights.load(source)
    with torch.no_grad():
        model.model.norm.weight.zero_()
    weights.save(model, folder)
    for name in ("tokenizer.json", "preprocessor_config.json"):
        shutil.copy(source / name, folder / name)
    return folder


def heard(terminal, sign, seconds=300):
    """Read until `sign` comes; whether it came in time."""
    text = b""
    while sign not in text:
        if not select.select([terminal], [], [], seconds)[0]:
            return False
        text += os.read(terminal, 1)
    return True


def until(done, act):
    """Act until it is done: a key that comes while a prompt is being drawn may be lost."""
    for _ in range(60):
        act()
        if done():
            return
    raise AssertionError("never done")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_ctrl_c_and_ctrl_d_on_a_terminal(endless, tmp_path):
    import pty

    ours, theirs = pty.openpty()
    words = ["-m", str(endless), "--max-tokens", "4000"]
    process = started(*words, stdin=theirs, stdout=theirs)
    os.close(theirs)
    assert heard(ours, b"> ")
    os.write(ours, b"hello\n")
    assert heard(ours, b"!!")
    process.send_signal(signal.SIGINT)  # in an answer
    assert heard(ours, b"> ")
    until(lambda: heard(ours, b"> ", 5), lambda: process.send_signal(signal.SIGINT))  # and after
    os.write(ours, f"/save {tmp_path / 's.json'}\n".encode())
    until((tmp_path / "s.json").is_file, lambda: heard(ours, b"> ", 5))
    until(lambda: process.poll() is not None, lambda: (os.write(ours, b"\x04"), time.sleep(1)))
    assert process.wait(timeout=300) == 0
    os.close(ours)
    assert process.stderr
    err = process.stderr.read()
    assert "stopped" in err
    assert "Traceback" not in err
    question, answer = read(tmp_path / "s.json")[0].turns
    assert question.content == ("hello",)
    assert set(answer.content[0]) == {"!"}
