"""`qvl train sample`: the shipped model reads lines again, and what it reads right is kept."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from qvl.cli.train_sample import sample
from qvl.data.records import Facts, Picture, Record, Turn
from qvl.data.shards import Shard, write
from qvl.messages import Text
from qvl.tasks.ocr import PLAIN

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def qvl(*words):
    app = typer.Typer()
    app.command()(sample)
    return CliRunner().invoke(app, list(map(str, words)))


@pytest.fixture(scope="module")
def lines(tmp_path_factory) -> Path:
    truth = json.loads((SAMPLES / "truth.json").read_text())
    made = []
    for name, text in (("line-4", ""), ("line-1", "Nothing of the kind")):
        told = Facts("text", text or truth[f"{name}.png"]["text"], "text", "0.png")
        turns = (
            Turn("user", (Picture("0.png"), Text(PLAIN))),
            Turn("assistant", (told,)),
        )
        media = {"0.png": (SAMPLES / f"{name}.png").read_bytes()}
        made.append(Record(name, "lines", turns, media, "CC0-1.0", ("made:samples",), "en"))
    path = tmp_path_factory.mktemp("lines") / "lines-00000.tar"
    write(path, made)
    return path


def test_what_is_read_right_is_kept_and_asked_once(lines, tmp_path):
    words = ("nano", lines, "-o", tmp_path, "--n", 2, "--temperature", 0.3, "--max-tokens", 99)
    done = qvl(*words)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["families"]["lines"]["questions"] == 2
    assert told["families"]["lines"]["pass@2"] == 50 and told["families"]["lines"]["too hard"] == 1
    assert told["sampled"]["records"] >= 1 and told["sampled-pairs"]["records"] == 0
    record = Shard(tmp_path / "sampled-00000.tar")[0]
    assert record.sources == ("made:samples", "sampled:nano")
    assert isinstance(record.turns[-1].parts[0], Facts)
    kept = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert len((tmp_path / "draws.jsonl").read_text().splitlines()) == 4
    again = qvl(*words)
    assert json.loads(again.stdout) == told
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == kept


def test_other_settings_need_another_folder_or_redo(lines, tmp_path):
    def words(keep, *more):
        return ("nano", lines, "-o", tmp_path, "--n", 1, "--max-tokens", 2, "--keep", keep, *more)

    assert qvl(*words(1)).exit_code == 0
    assert "another config" in str(qvl(*words(2)).exception)
    assert qvl(*words(2, "--redo", "--judge", "nano")).exit_code == 0  # of no steps, unasked
    assert "lacks" in str(qvl(*words(2, "--redo", "--languages", tmp_path)).exception)
    assert len((tmp_path / "draws.jsonl").read_text().splitlines()) == 2
