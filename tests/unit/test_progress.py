"""People are told what keeps them waiting, and only then."""

import time

from qvl.cli import progress


def test_what_is_quick_says_nothing(capsys):
    with progress.waiting("opening nano"):
        pass
    assert capsys.readouterr().err == ""


def test_what_is_slow_is_named_with_its_time(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    with progress.waiting("opening nano"):
        time.sleep(0.1)
    first, last = capsys.readouterr().err.splitlines()
    assert first == "opening nano ..."
    assert last.startswith("opening nano: 0.1")


def test_an_answer_keeps_all_its_pieces(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.01)

    def pieces():
        time.sleep(0.1)
        yield "a"
        yield "b"

    assert list(progress.streamed(pieces)) == ["a", "b"]
    assert capsys.readouterr().err.startswith("reading the question ...")
    assert list(progress.streamed(lambda: iter([]))) == []
