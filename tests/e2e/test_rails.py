"""Making shards: the same bytes whoever makes them, whatever is killed in between."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from qvl.data import sidecar
from qvl.data.executors import Options, WorkerDied, run
from qvl.data.making import FullDisk
from qvl.data.records import Record
from qvl.data.shards import Shard, verify
from qvl.data.tally import TooManyFaults
from qvl.data.work import Plan, Work
from tests.records import boxes, prose, stage

ROOT = Path(__file__).resolve().parents[2]
PLAN = Plan("noise", (9, 12, 4), seed=5)
MANY = Options(workers=2, max_error_rate=0.2)
ONE = Options(workers=0, max_error_rate=0.2)


def content(folder: Path) -> dict[str, bytes]:
    """Every file but locks, by name."""
    files = (p for p in folder.rglob("*") if p.is_file() and not p.name.endswith(".lock"))
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    run(PLAN, stage, folder, ONE)
    return folder


def test_what_is_made(alone):
    names = sorted(path.name for path in alone.glob("noise*"))
    kinds = ["done", "index.json", "parquet", "tar"]
    assert names == [f"noise-0000{i}.{k}" for i in range(3) for k in kinds] + ["noise.report.json"]
    report = json.loads((alone / "noise.report.json").read_text())
    assert report["shards"] == {"made": 3, "planned": 3}
    assert (report["items"], report["records"]) == (25, 22)
    assert report["rejected"] == {"dull": 2} and report["faults"] == {"OSError raised": 1}
    assert not list(alone.rglob("*.draft"))
    for tar in alone.rglob("*.tar"):
        verify(tar)
    shard = Shard(alone / "noise-00001.tar")
    record = shard.keyed("noise-00001-000003")
    rows = sidecar.read(alone / "noise-00001.parquet")
    assert [row["key"] for row in rows] == [e.key for e in shard.index.entries]
    assert record.meta["draw"] == next(
        r.meta["draw"] for r in stage(Work("noise", 1, 3, 5)) if isinstance(r, Record)
    )


def test_what_is_left_out_is_kept_with_its_reason(alone):
    shard = Shard(alone / "rejected/noise-00001.tar")
    assert len(shard) == 1
    assert shard[0].meta["rejected"] == {"reason": "dull", "detail": "seventh"}
    lines = (alone / "rejected/noise-00001.jsonl").read_text().splitlines()
    assert [json.loads(line)["reason"] for line in lines] == ["dull", "OSError raised"]
    assert json.loads(lines[1])["detail"] == "a broken source"


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_workers_makes_the_same_bytes(alone, workers, tmp_path):
    run(PLAN, stage, tmp_path, Options(workers=workers, max_error_rate=0.2))
    assert content(tmp_path) == content(alone)


def test_ray_makes_the_same_bytes(alone, tmp_path, monkeypatch):
    ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'qvl[ray]'")
    from qvl.data.ray import on_ray

    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # its workers import the stage
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        run(PLAN, stage, tmp_path, MANY, runner=on_ray)
        assert content(tmp_path) == content(alone)
        with pytest.raises(TooManyFaults, match="1 x OSError raised"):
            run(PLAN, stage, tmp_path / "strict", Options(max_error_rate=0), runner=on_ray)
    finally:
        ray.shutdown()


SLOWLY = """
import sys, time
from pathlib import Path
from qvl.data.executors import Options, run
from qvl.data.work import Plan
from tests.records import slow_stage

if __name__ == "__main__":
    options = Options(int(sys.argv[2]), 0.2)
    run(Plan("noise", (9, 12, 4), seed=5), slow_stage, Path(sys.argv[1]), options)
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_killed_at_any_time_and_run_again_it_makes_the_same_bytes(alone, workers, tmp_path):
    script = tmp_path / "slowly.py"
    script.write_text(SLOWLY)
    out = tmp_path / "out"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(script), str(out), workers]
    killed = 0
    for wait_for in ("rejected/.noise-00000*.draft", ".noise-00001*.draft", "noise-00001.done"):
        child = subprocess.Popen(command, env=environment, cwd=ROOT)
        until = time.monotonic() + 30
        while not list(out.glob(wait_for)) and child.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        killed += child.poll() is None
        child.send_signal(signal.SIGKILL)
        child.wait()
        for tar in out.glob("*.tar"):
            verify(tar)
    assert killed >= 2
    subprocess.run(command, env=environment, cwd=ROOT, check=True)
    made = {n: held for n, held in content(out).items() if not n.endswith(".draft")}
    assert made == content(alone)


def dies(work: Work, flag: str, times: int):
    """Kills its own process at one item, `times` times."""
    if work.shard == 1 and work.index == 2:
        died = Path(flag)
        count = len(died.read_text()) if died.exists() else 0
        if count < times:
            died.write_text("x" * (count + 1))
            os.kill(os.getpid(), signal.SIGKILL)
    yield prose(work.key)


def test_a_shard_whose_worker_dies_is_made_again(tmp_path):
    plan, said = Plan("words", (4, 4, 4)), []
    mortal = partial(dies, flag=str(tmp_path / "flag"), times=1)
    report = run(plan, mortal, tmp_path / "out", MANY, said.append)
    assert report["records"] == 12
    assert any("a worker died on shard 1, item 2" in line for line in said)
    run(plan, partial(dies, flag=str(tmp_path / "flag"), times=0), tmp_path / "calm", ONE)
    assert content(tmp_path / "out") == content(tmp_path / "calm")


def test_an_item_that_kills_every_worker_is_named(tmp_path):
    mortal = partial(dies, flag=str(tmp_path / "flag"), times=9)
    with pytest.raises(WorkerDied, match=r"3 workers died on shard 1, item 2, .* exit code -9"):
        run(Plan("words", (4, 4, 4)), mortal, tmp_path / "out", MANY)
    assert not list((tmp_path / "out").glob("words-00001.*"))
    assert json.loads((tmp_path / "out/words.report.json").read_text())["shards"]["made"] <= 2


def hangs(work: Work, flag: str):
    """Sleeps for ever at one item, once."""
    if work.index == 2 and not Path(flag).exists():
        Path(flag).touch()
        time.sleep(1000)
    yield prose(work.key)


def test_a_worker_that_hangs_is_killed(tmp_path):
    said = []
    report = run(
        *(Plan("words", (4,)), partial(hangs, flag=str(tmp_path / "flag")), tmp_path / "out"),
        *(Options(workers=1, patience=3), said.append),
    )
    assert report["records"] == 4
    assert any("a worker died on shard 0, item 2" in line for line in said)


def broken(work: Work):
    if work.index % 2:
        raise ValueError(f"no glyph of {work.index}")
    yield prose(work.key)


@pytest.mark.parametrize("workers", [0, 2])
def test_too_many_faults_stop_the_run(workers, tmp_path):
    options = Options(workers=workers, max_error_rate=0.1)
    with pytest.raises(TooManyFaults, match=r"faults in \d+ items.*x ValueError raised.*no glyph"):
        run(Plan("words", (100, 100)), broken, tmp_path, options)
    assert not list(tmp_path.glob("*.tar"))
    with pytest.raises(TooManyFaults, match=r"2 faults in 4 items, at most 10\.0%"):
        run(Plan("few", (4,)), broken, tmp_path, options)


def test_another_config_is_noticed(tmp_path):
    old, new = (Plan("words", (2, 2), config={"font": name}) for name in "ab")
    make = partial(dies, flag=str(tmp_path / "flag"), times=0)
    run(old, make, tmp_path / "out", ONE)
    before = content(tmp_path / "out")
    run(old, make, tmp_path / "out", ONE)
    assert content(tmp_path / "out") == before
    with pytest.raises(ValueError, match="made with another config"):
        run(new, make, tmp_path / "out", ONE)
    assert content(tmp_path / "out") == before
    run(new, make, tmp_path / "out", Options(workers=0, redo=True))
    assert json.loads((tmp_path / "out/words-00001.done").read_text())["config"] == new.mark(1)
    more = Plan("words", (2, 2, 2), config={"font": "b"})  # a longer set keeps what there is
    assert run(more, make, tmp_path / "out", ONE)["records"] == 6


def test_two_runs_of_one_set_do_not_meet(tmp_path):
    def nested(work: Work):
        run(Plan("words", (1,)), nested, tmp_path, ONE)
        yield prose(work.key)

    with pytest.raises(TooManyFaults, match="another run makes words"):
        run(Plan("words", (1,)), nested, tmp_path, ONE)


def test_a_stage_that_cannot_travel_is_refused(tmp_path):
    with pytest.raises(ValueError, match="top-level function"):
        run(Plan("words", (1,)), lambda work: iter(()), tmp_path, MANY)


def test_held_out_sources_stop_a_run(tmp_path):
    def tests_only(work: Work):
        yield boxes(work.key, sources=("debian:sqlite3-doc/usr/share/doc/x.html",))

    with pytest.raises(ValueError, match=r"sqlite3-doc.* is held out for tests"):
        run(Plan("words", (1,)), tests_only, tmp_path / "a", ONE)
    assert run(Plan("words", (1,), held_out=True), tests_only, tmp_path / "b", ONE)["records"] == 1


def large(work: Work):
    yield prose(work.key, "word " * 40_000)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_full_disk_leaves_nothing_half_written(workers, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))  # workers inherit it
    try:
        with pytest.raises(FullDisk, match=r"words-00001\.tar.*free some room"):
            run(Plan("words", (1, 5)), large, tmp_path, Options(workers=workers))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    made = [name for name in content(tmp_path) if "00001" in name]
    assert not made
    assert run(Plan("words", (1, 5)), large, tmp_path, ONE)["records"] == 6
