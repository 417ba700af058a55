"""Families that need nothing fetched: the same shards by any workers, by Ray, after a kill."""

import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

from qvl.data.families import FAMILIES
from tests.needs import chromium

ROOT = Path(__file__).resolve().parents[2]
DRAWN = [name for name, family in FAMILIES.items() if not family.reads]
pytestmark = [pytest.mark.slow, chromium]


def making(out: Path, *words: str) -> subprocess.Popen[str]:
    amount = ("--items", "6", "--per-shard", "3")
    command = [sys.executable, "-m", "qvl.cli", "data", "make", *DRAWN, *amount, "-o", str(out)]
    return subprocess.Popen(
        [*command, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def made(out: Path, *words: str) -> dict[str, str]:
    """The hash of every tar, kept and rejected, by its path."""
    run = making(out, *words)
    said, _ = run.communicate(timeout=900)
    assert run.returncode == 0, said
    tars = sorted(out.rglob("*.tar"))
    return {str(tar.relative_to(out)): sha256(tar.read_bytes()).hexdigest() for tar in tars}


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> dict[str, str]:
    """The shards of one process."""
    return made(tmp_path_factory.mktemp("alone"), "--workers", "0")


def test_two_workers(alone, tmp_path):
    assert len(alone) == 4 * len(DRAWN)
    assert made(tmp_path, "--workers", "2") == alone


def test_ray(alone, tmp_path):
    pytest.importorskip("ray")
    assert made(tmp_path, "--workers", "2", "--ray") == alone


def test_killed_within_a_shard(alone, tmp_path):
    run = making(tmp_path, "--workers", "0")
    while run.poll() is None and not list((tmp_path / DRAWN[1]).glob(".*.draft")):
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    assert not list((tmp_path / DRAWN[-1]).glob("*.tar"))
    assert made(tmp_path, "--workers", "0") == alone
    assert not list(tmp_path.rglob("*.draft"))
