"""Pairs spread over processes are told apart as if one process had them all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from telling_apart import SEVERAL, every_way

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).parent / "telling_apart.py"
NEAR = 1e-6  # of the norm of all gradients


@pytest.mark.parametrize("ranks", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_many_processes_are_one(ranks, tmp_path):
    """Uneven shares, captions that come twice, both losses, plain copies and shards."""
    out = tmp_path / "found.pt"
    many = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(ranks)]
    done = subprocess.run(
        [sys.executable, *many, PROGRAM, out],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    found = torch.load(out)
    alone = {name.split(",")[0]: (figures, grads) for name, figures, grads in every_way()}
    assert len(found) == 2 * len(SEVERAL)
    for name, (figures, grads) in found.items():
        want_figures, want = alone[name.split(",")[0]]
        assert figures == pytest.approx(want_figures, rel=1e-5), name
        assert want_figures["twins"] == pytest.approx(4 / 10)
        assert grads.keys() == want.keys(), name
        off = torch.cat([(grads[k] - x).flatten() for k, x in want.items()])
        size = torch.cat([x.flatten() for x in want.values()]).norm()
        assert off.norm() < NEAR * size, name
