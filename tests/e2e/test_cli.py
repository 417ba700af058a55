"""The commands of the README, run as a user runs them, with the shipped nano."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.films import film

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"


def qvl(*words: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qvl.cli", *map(str, words)]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=120, env=offline
    )


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Lines of stderr, without those that a slow machine adds about what it waits for."""
    return [x for x in done.stderr.splitlines() if not re.search(r"( \.\.\.|: [\d.]+ s)$", x)]


def distance(a: str, b: str) -> int:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(a, b)


def test_ocr_text_prints_the_text_and_nothing_else():
    truth = json.loads((SAMPLES / "truth.json").read_text())["line-1.png"]["text"]
    done = qvl("ocr", SAMPLES / "line-1.png", "--text")
    assert done.returncode == 0 and not said(done)
    assert done.stdout.count("\n") == 1
    assert distance(done.stdout.strip(), truth) < 0.5 * len(truth)


def test_ocr_saves_a_picture_and_boxes_in_its_pixels(tmp_path):
    done = qvl("ocr", SAMPLES / "line-4.png", "--json", "-o", tmp_path)
    assert done.returncode == 0
    told = json.loads(done.stdout)
    width, height = Image.open(SAMPLES / "line-4.png").size
    assert told == json.loads((tmp_path / "line-4.json").read_text())
    assert told["lines"] and told["script"] == "Latin"
    for row in told["lines"]:
        assert 0 <= row["left"] <= row["right"] <= width
        assert 0 <= row["top"] <= row["bottom"] <= height
    assert Image.open(tmp_path / "line-4.png").width >= width
    assert sorted(p.name for p in tmp_path.iterdir()) == ["line-4.json", "line-4.png"]


def test_ground_finds_the_sun_of_a_flag(tmp_path):
    truth = json.loads((SAMPLES / "truth.json").read_text())["flag-jp.png"]
    less = ("--max-pixels", 25_000)
    done = qvl("ground", SAMPLES / "flag-jp.png", truth["ask"], *less, "--json", "-o", tmp_path)
    assert done.returncode == 0
    told = json.loads(done.stdout)
    [row] = told["boxes"]
    assert set(row) == {"label", "left", "top", "right", "bottom", "raw"}
    assert told["problems"] == []
    left, top, right, bottom = truth["box"]  # pixels of the flag as it lies there
    assert left < (row["left"] + row["right"]) / 2 < right
    assert top < (row["top"] + row["bottom"]) / 2 < bottom
    assert (tmp_path / "flag-jp.png").is_file()


def test_run_streams_and_saves_a_transcript(tmp_path):
    picture = SAMPLES / "line-4.png"
    words = ["run", "Read all the text in the image.", "-i", picture, "--max-tokens", 5]
    done = qvl(*words, "-o", tmp_path)
    assert done.returncode == 0 and done.stdout.strip()
    assert "stopped after 5 tokens" in done.stderr
    told = json.loads((tmp_path / "transcript.json").read_text())
    assert told["text"] == done.stdout.rstrip("\n") and told["finish_reason"] == "length"
    assert told["media"][0]["original_size"] == list(Image.open(picture).size)
    assert json.loads(qvl(*words, "--json").stdout)["usage"]["completion_tokens"] == 5


def test_inspect_needs_no_weights(tmp_path):
    done = qvl("inspect", SAMPLES / "photo-coffee.jpg", "--json")
    seen = json.loads(done.stdout)
    width, height = seen["processed_size"]
    assert seen["tokens"] == width * height // 784 and seen["grid_thw"][1] == height // 14
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "preprocessor_config.json").write_text('{"min_pixels": 3136, "max_pixels": 78400}')
    done = qvl("inspect", SAMPLES / "photo-coffee.jpg", "-m", folder, "--json")
    assert json.loads(done.stdout)["tokens"] <= 100


def test_documents_and_clips_are_looked_at_and_asked(tmp_path):
    pages = [Image.open(SAMPLES / name).convert("RGB") for name in ("line-1.png", "line-4.png")]
    pages[0].save(tmp_path / "a.pdf", save_all=True, append_images=pages[1:])
    (tmp_path / "a.mp4").write_bytes(film(60))
    seen = json.loads(qvl("inspect", tmp_path / "a.pdf", "--json").stdout)
    assert (seen["pages"], seen["pages_not_shown"]) == (2, 0)
    assert seen["tokens"] == seen["page_1"]["tokens"] + seen["page_2"]["tokens"]
    seen = json.loads(qvl("inspect", tmp_path / "a.mp4", "--json").stdout)
    assert seen["frames"] == 60 and len(seen["times"]) == len(seen["indices"])
    words = ("-p", tmp_path / "a.pdf", "-v", tmp_path / "a.mp4", "--max-tokens", 2, "--json")
    told = json.loads(qvl("run", "hello", *words).stdout)
    assert [bool(media["times"]) for media in told["media"]] == [True, False, False]
    assert told["pdfs"] == [str(tmp_path / "a.pdf")] and told["images"] == []


def bad_inputs(folder: Path) -> dict[str, tuple[list[object], str]]:
    """Words of a command and what its one line must say."""
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.png").write_text("no picture")
    (folder / "half.png").write_bytes((SAMPLES / "flag-jp.png").read_bytes()[:3000])
    Image.new("L", (1, 100_000)).save(folder / "strip.png")
    (folder / "model").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken" / "config.json").write_text("{")
    good = SAMPLES / "line-4.png"
    return {
        "missing": (["ocr", folder / "none.png"], "does not exist"),
        "folder": (["ground", folder, "cat"], "is a folder"),
        "private": (["inspect", "http://127.0.0.1:9/a.png"], "not on the open internet"),
        "empty": (["ocr", folder / "empty.png"], "is empty"),
        "text": (["ocr", folder / "text.png"], "no picture"),
        "half": (["inspect", folder / "half.png"], "broken PNG"),
        "no clip": (["run", "hi", "-v", folder / "text.png"], "is no clip"),
        "no pdf": (["run", "hi", "-p", folder / "text.png"], "no PDF"),
        "strip": (["run", "hi", "-i", folder / "strip.png"], "200 times"),
        "no model": (["ocr", good, "-m", folder / "nothing"], "no folder"),
        "not on disk": (["ocr", good, "-m", "nobody/nothing"], "not whole in the cache"),
        "empty model": (["ocr", good, "-m", folder / "model"], "config.json"),
        "broken model": (["ocr", good, "-m", folder / "broken"], "config.json"),
        "too long": (["ocr", good, "--max-tokens", 99_999], "write at most 4048 (max_tokens)"),
    }


@pytest.mark.parametrize(
    "name",
    [
        "missing",
        "private",
        "folder",
        "empty",
        "text",
        "half",
        "no clip",
        "no pdf",
        "strip",
        "no model",
        "not on disk",
        "empty model",
        "broken model",
        "too long",
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(name, tmp_path):
    words, line = bad_inputs(tmp_path)[name]
    out = tmp_path / "out"
    saving = [] if words[0] == "inspect" else ["-o", out]
    done = qvl(*words, *saving)
    assert done.returncode == 2
    assert done.stdout == ""
    [told] = said(done)
    assert line in told
    assert "Traceback" not in done.stderr
    assert not out.exists()


def test_python_face():
    """As in the README."""
    import qvl as package

    vlm = package.load()
    answer = vlm.chat(
        [{"role": "user", "content": [{"image": str(SAMPLES / "line-4.png")}, {"text": "Read."}]}],
        max_tokens=4,
    )
    assert answer.usage.completion_tokens <= 4 and answer.media[0].tokens > 0
    messages = [package.message("user", "hello")]
    assert vlm.logits(messages).shape[0] == len(vlm.encode(messages).sample)
    with pytest.raises(AttributeError, match="nothing"):
        _ = package.nothing


def test_act_says_that_nano_knows_no_tools_and_keeps_its_reply(tmp_path):
    steps = tmp_path / "steps.jsonl"
    steps.write_text(json.dumps({"reply": "I looked.", "screenshot": "flag.png"}) + "\n")
    (tmp_path / "flag.png").write_bytes((SAMPLES / "flag-jp.png").read_bytes())
    words = ["act", SAMPLES / "flag-jp.png", "click the circle", "--max-tokens", 8, "--json"]
    done = qvl(*words, "--history", steps, "--keep", 2, "--screen", "160x120", "-o", tmp_path)
    told = json.loads(done.stdout)
    assert done.returncode == 1 and told["actions"] == []
    assert "no call of a tool" in done.stderr and told["reply"] in done.stderr
    assert (told["screen"], told["original_size"]) == ([160, 120], [320, 240])
    assert json.loads((tmp_path / "flag-jp.json").read_text()) == told
    assert Image.open(tmp_path / "flag-jp.png").width >= 320
    for bad, why in (
        (["--answer"], "--tool mobile_use"),
        (["--screen", "big"], "1440x900"),
        (["--history", SAMPLES / "truth.json"], "line 1"),
        (["--history", tmp_path / "none.jsonl"], "does not exist"),
    ):
        done = qvl(*words, *bad)
        assert done.returncode == 2 and why in done.stderr and done.stderr.count("\n") == 1
