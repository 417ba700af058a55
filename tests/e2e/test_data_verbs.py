"""`qvl data`: what people type about shards, as they type it."""

import json

import pytest
from typer.testing import CliRunner

from qvl.cli.data import app
from qvl.data.executors import Options, run
from qvl.data.shards import Shard, write
from qvl.data.work import Plan, Work
from tests.e2e.test_cli import qvl as alone
from tests.e2e.test_cli import said
from tests.records import boxes, prose

TEXT = "The keeper counted every lamp along the shore, and then he wrote their numbers down."


def qvl(*words):
    """A verb in this process; importing what the others need takes seconds."""
    return CliRunner().invoke(app, list(map(str, words)))


def made(work: Work):
    """Six records: two are copies, one is cut off, one abusive."""
    texts = [
        TEXT,
        TEXT.upper(),
        TEXT.replace("every lamp", "each boat"),
        TEXT[:-1],
        "Fuck.",
        "Yes.",
    ]
    if work.index < len(texts):
        yield prose(work.key, texts[work.index] + " " * work.index)
    else:
        yield boxes(work.key, seed=work.index // 2 * 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sets")
    run(Plan("mixed", (10,)), made, folder, Options(workers=0))
    return folder


def test_look_writes_a_gallery(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = qvl("look", folder / "mixed-00000.tar", "--at-most", "3")
    assert (done.exit_code, done.stdout) == (0, "mixed-00000.html\n")
    page = (tmp_path / "mixed-00000.html").read_text()
    assert page.count("<article>") == 3 and "CC0-1.0" in page
    qvl("look", folder / "mixed-00000.tar", "--family", "boxes", "-o", "b.html")
    assert (tmp_path / "b.html").read_text().count("<article>") == 4


def test_stats_and_check(folder):
    shard = folder / "mixed-00000.tar"
    told = json.loads(qvl("stats", shard, "--json").stdout)
    assert told["records"] == 10 and told["family"] == {"prose": 6, "boxes": 4}
    assert "text_tokens" not in told
    table = qvl("stats", shard, "-m", "nano").stdout.splitlines()
    assert [x.split() for x in table if "records" in x or "boxes" in x] == [
        ["records", "10"],
        ["boxes", "4"],
    ]
    assert any(x.startswith("text_tokens") for x in table)
    assert qvl("check", shard).stdout == f"ok {shard}\n"


def test_damage_is_one_line(folder, tmp_path):
    shard = tmp_path / "a.tar"
    write(shard, [prose()])
    held = bytearray(shard.read_bytes())
    held[600] ^= 1
    shard.write_bytes(held)
    done = alone("data", "check", shard)
    assert done.returncode == 2 and len(said(done)) == 1
    assert "a.json at byte 512 is damaged" in done.stderr
    done = qvl("look", tmp_path / "none.tar")
    assert "no such file" in str(done.exception)
    assert not list(tmp_path.glob("*.html*"))


def test_filter_then_dedup(folder, tmp_path):
    kept = tmp_path / "kept"
    words = (
        "filter",
        folder / "mixed-00000.tar",
        "-o",
        kept,
        "--name",
        "kept",
        "--workers",
    )
    report = json.loads(qvl(*words, 1).stdout)
    assert report["records"] == 8
    assert report["rejected"] == {"no end of the sentence": 1, "toxic word": 1}
    again = qvl(*words, 0)
    assert json.loads(again.stdout) == report and "kept: 1 of 1 shards" not in again.stderr
    done = qvl(
        *("dedup", kept / "kept-00000.tar", "-o", tmp_path / "once", "--name", "once"),
        *("--workers", "0", "--memory", tmp_path / "memory"),
    )
    report = json.loads(done.stdout)
    assert report["records"] == 5 and report["rejected"] == {"exact copy": 3}
    shard = Shard(tmp_path / "once/once-00000.tar")
    assert [e.key[-1] for e in shard.index.entries] == ["0", "2", "5", "6", "8"]


def test_overlap_is_an_exit_code(folder, tmp_path):
    train = folder / "mixed-00000.tar"
    write(tmp_path / "clean.tar", [prose("h", "Wholly new words stand here today, all of them.")])
    done = qvl("overlap", train, "--held-out", tmp_path / "clean.tar")
    assert (done.exit_code, done.stdout) == (0, "")
    done = qvl("overlap", train, "--held-out", train, "--json")
    shared = json.loads(done.stdout)["shared"]
    assert done.exit_code == 1 and {each["what"] for each in shared} == {"text", "picture"}
