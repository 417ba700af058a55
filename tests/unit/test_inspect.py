"""`qvl inspect`: what settings would do, what it needs, and settings that fit no such file."""

import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from qvl.cli.main import app
from qvl.inputs import Limits, encode
from qvl.messages import Video, message
from qvl.vlm import load
from tests.films import film


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "a.mp4").write_bytes(film(100, 10, size=(320, 180)))
    pages = [Image.new("RGB", (300 + 100 * i, 400), "white") for i in range(3)]
    pages[0].save(folder / "a.pdf", save_all=True, append_images=pages[1:])
    pages[0].save(folder / "a.png")
    return folder


def run(*words):
    return CliRunner().invoke(app, ["inspect", *map(str, words), "--json"])


def seen(*words):
    return json.loads(run(*words).stdout)


def test_a_clip_as_it_will_be_read(files):
    told = seen(files / "a.mp4", "--start", 2, "--end", 8, "--nframes", 6, "--max-pixels", 120_000)
    assert told["indices"] == [20, 32, 44, 56, 68, 80] and told["times"][0] == 2.0
    assert told["processed_size"][0] * told["processed_size"][1] <= 120_000
    vlm = load()
    video = Video(files / "a.mp4", nframes=6, start=2, end=8, max_pixels=120_000)
    read = encode([message("user", video)], vlm.tokenizer, vlm.model.cfg, vlm.limits)
    assert told["patch_bytes"] == read.sample.pixel_values[0].nbytes
    assert told["tokens"] == read.media[0].tokens
    text = vlm.model.cfg.text
    assert told["positions"] == text.max_position_embeddings == 4096
    assert told["cache_bytes"] == told["tokens"] * 6 * 2 * 2 * 64 * 2
    assert told["context_share"] == pytest.approx(told["tokens"] / 4096, abs=1e-4)
    assert seen(files / "a.mp4", "--fps", 0.5)["sample_fps"] < 1


def test_a_clip_as_it_comes_fits_nano(files):
    assert seen(files / "a.mp4")["context_share"] < 0.7


def test_pictures_and_pages(files):
    assert seen(files / "a.png", "--max-pixels", 40_000)["tokens"] <= 51
    assert seen(files / "a.png", "--min-pixels", 400_000)["tokens"] >= 511
    whole = seen(files / "a.pdf")
    assert (whole["pages"], whole["pages_not_shown"]) == (3, 0)
    some = seen(files / "a.pdf", "--pages", "2-3", "--max-pixels", 50_000)
    assert some["pages_not_shown"] == 1 and "page_1" not in some
    for told in (whole, some):
        for key in ("tokens", "patch_bytes"):
            pages = [value for name, value in told.items() if name.startswith("page_")]
            assert told[key] == sum(page[key] for page in pages)
    assert Limits().max_pixels > 50_000


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["a.png", "--fps", 1], "--fps is for clips, and"),
        (["a.pdf", "--max-frames", 4], "--max-frames is for clips, and"),
        (["a.png", "--pages", "1"], "has no pages; leave --pages 1 out"),
        (["a.mp4", "--pages", "1"], "has no pages"),
        (["a.mp4", "--fps", 1, "--nframes", 4], "nframes and fps are both given"),
        (["a.png", "--max-pixels", 3], "is less than a token"),
        (["a.pdf", "--pages", "9"], "9"),
    ],
)
def test_what_does_not_fit_is_named(files, words, line):
    done = run(files / words[0], *words[1:])
    assert isinstance(done.exception, ValueError) and line in str(done.exception)
