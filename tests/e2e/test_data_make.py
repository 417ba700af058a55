"""`qvl data make`: families to shards, the same again, and no family that is not there."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from qvl.data.families import FAMILIES, chosen, plan_of

ROOT = Path(__file__).resolve().parents[2]


def made(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qvl.cli", "data", "make", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_a_family_is_made_once_and_then_is_there(tmp_path):
    words = ("maths", "--items", 12, "--per-shard", 8, "-o", tmp_path, "--workers", 1)
    done = made(*words)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["maths"]
    assert told["items"] == 12 and told["shards"] == {"made": 2, "planned": 2}
    before = {p.name: p.read_bytes() for p in (tmp_path / "maths").glob("*.tar")}
    assert len(before) == 2 and made(*words).returncode == 0
    assert {p.name: p.read_bytes() for p in (tmp_path / "maths").glob("*.tar")} == before
    other = made(*words, "--seed", 1)
    assert other.returncode == 2 and "--redo" in other.stderr


def test_what_is_no_family_is_named(tmp_path):
    done = made("maths", "poems", "-o", tmp_path / "out")
    assert done.returncode == 2 and "'poems' is no family" in done.stderr
    assert not (tmp_path / "out").exists()


def test_ci_holds_two_hundred_of_each():
    assert all(family.items >= 200 for family in FAMILIES.values())
    assert chosen(()) == list(FAMILIES)
    assert plan_of("charts", 1050, 500, 0).items == (500, 500, 50)
    with pytest.raises(ValueError, match="'poems'"):
        chosen(["poems"])
