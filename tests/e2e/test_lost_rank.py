"""A process that is killed, or hangs, ends the others with a word, and never their checkpoint."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from small_run import fresh

from qvl.train.checkpoint import Checkpoints
from qvl.train.parallel import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, sys, signal
from datetime import timedelta
from pathlib import Path
sys.path.insert(0, "tests")
import torch
import torch.distributed as dist
from small_run import batch_of, fresh, learn
from qvl.train import parallel
from qvl.train.checkpoint import Checkpoints
from qvl.train.lost import LostRank, give_up, in_company

torch.set_num_threads(1)
sign, seconds = int(sys.argv[2]), float(sys.argv[3])
parallel.PATIENCE = timedelta(seconds=seconds)
world = parallel.World.join("cpu")
try:
    with in_company():
        state, checkpoints = fresh(), Checkpoints(Path(sys.argv[1]))
        for step in range(6):
            if step == 3 and world.rank:
                os.kill(os.getpid(), sign)
            loss = learn(state, [batch_of(step)])
            dist.all_reduce(torch.tensor(loss))
            if step == 1:
                checkpoints.save(2, state, {})
                checkpoints.wait()
            if step == 2 and not world.rank:
                checkpoints.save(3, state, {})  # waits for the other one, in its thread
except LostRank as error:
    give_up(error)
"""


def start(folder: Path, rank: int, port: int, *words: object) -> subprocess.Popen[str]:
    own = {"RANK": str(rank), "WORLD_SIZE": "2", "LOCAL_RANK": str(rank)}
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, folder, *map(str, words)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PATH": "", **own, **meeting},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("sign,seconds", [(signal.SIGKILL, 50), (signal.SIGSTOP, 4)])
def test_the_others_stop_with_a_word(tmp_path, sign, seconds):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    first, second = (start(tmp_path, rank, port, int(sign), seconds) for rank in (0, 1))
    try:
        _, said = first.communicate(timeout=60)
    finally:
        os.kill(second.pid, signal.SIGKILL)
        second.communicate()
    assert first.returncode == 1, said
    assert "process 0 of 2 has lost another one, which died or hangs" in said
    assert "terminate called" not in said
    assert "start the same command again" in said
    assert Checkpoints(tmp_path).restore(fresh()) == (2, {})
    assert PATIENCE.total_seconds() < 60
