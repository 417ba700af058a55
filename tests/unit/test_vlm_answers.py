"""The face of generation: a model's defaults hold, a caller's word wins, both are told."""

import json
import warnings

import pytest
from PIL import Image
from typer.testing import CliRunner

import qvl
from qvl.cli.generation import ended
from qvl.cli.main import app
from qvl.messages import Answer, Settings, Usage
from qvl.vlm import locate

ASK = [{"role": "user", "content": "Say something."}]


@pytest.fixture
def folder(tmp_path):
    """nano with other defaults: it samples, with one candidate."""
    home = locate("nano")
    for path in home.iterdir():
        if path.name != "generation_config.json":
            (tmp_path / path.name).symlink_to(path)
    raw = json.loads((home / "generation_config.json").read_text())
    raw |= {"do_sample": True, "temperature": 1e-6, "top_k": 1, "max_new_tokens": 6}
    raw |= {"repetition_penalty": 1.05}
    (tmp_path / "generation_config.json").write_text(json.dumps(raw))
    return tmp_path


def test_defaults_of_the_model_hold_until_a_caller_says_otherwise(folder):
    vlm, plain = qvl.load(folder), qvl.load()
    answer = vlm.chat(ASK)
    assert answer.usage.completion_tokens <= 6
    assert answer == plain.chat(ASK, max_tokens=6, repetition_penalty=1.05)
    assert vlm.chat(ASK, repetition_penalty=1.0) == plain.chat(ASK, max_tokens=6)
    assert vlm.chat(ASK, max_tokens=3).usage.completion_tokens <= 3


def test_streaming_gives_the_answer_s_text(folder):
    vlm = qvl.load(folder)
    settings = Settings(60, temperature=50.0, top_k=0, seed=3)
    *pieces, answer = vlm.stream(ASK, settings)
    assert isinstance(answer, Answer) and "".join(map(str, pieces)) == answer.text
    assert answer == vlm.answer(ASK, settings)
    assert answer.usage.prompt_tokens == len(vlm.encode(ASK).sample)
    assert answer != vlm.answer(ASK, Settings(60, temperature=50.0, top_k=0, seed=4))


def test_what_cannot_be_answered_fails_before_the_first_piece(folder):
    vlm = qvl.load(folder)
    with pytest.raises(ValueError, match="99999 to write exceed the model's 4096"):
        vlm.stream(ASK, Settings(max_tokens=99_999))
    with pytest.raises(ValueError, match="temperature is -1"):
        vlm.stream(ASK, Settings(temperature=-1))


def test_a_temperature_without_effect_warns(folder):
    vlm = qvl.load(folder)
    with pytest.warns(UserWarning, match="sets top_k 1; set it 0"):
        vlm.chat(ASK, temperature=1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vlm.chat(ASK)
        vlm.chat(ASK, temperature=1.0, top_k=0)


def test_the_command_tells_which_values_hold(folder, tmp_path):
    picture = tmp_path / "p.png"
    Image.effect_noise((56, 56), 50).save(picture)
    words = ["run", "Read.", "-i", str(picture), "-m", str(folder), "--verbose", "--min-p", "0.2"]
    done = CliRunner().invoke(app, [*words, "--stop", "e", "--stop", "\n", "--seed", "4"])
    assert done.exit_code == 0
    rows = {line.split()[0]: line.split()[1:] for line in done.stderr.splitlines()[:10]}
    assert rows["top_k"] == ["1", "generation_config.json"]
    assert rows["min_p"] == ["0.2", "caller"] and rows["top_p"] == ["1.0", "built", "in"]
    assert rows["seed"] == ["4", "caller"] and rows["loop"] == ["512", "built", "in"]
    assert "e" not in done.stdout and done.stdout.count("\n") == 1
    quiet = CliRunner().invoke(app, [w for w in words if w != "--verbose"])
    assert "built in" not in quiet.stderr


def test_the_command_says_why_an_answer_ended(capsys):
    for reason, word in (("length", "--max-tokens allows more"), ("repetition", "--loop 0")):
        ended(Answer("a", reason, Usage(1, 70)))
        said = capsys.readouterr().err
        assert word in said and "after 70 tokens" in said
    ended(Answer("a", "stop", Usage(1, 70)))
    assert not capsys.readouterr().err


def test_a_zero_switches_the_loop_detector_off(folder):
    words = ["run", "Read.", "-m", str(folder), "--verbose", "--loop", "0"]
    told = CliRunner().invoke(app, words).stderr
    assert "loop" in told and ["None", "caller"] in [x.split()[1:] for x in told.splitlines()]
