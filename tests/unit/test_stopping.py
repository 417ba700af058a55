"""A signal ends a run in order, the second one at once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_run import fresh

from qvl.data.ahead import ahead
from qvl.train.checkpoint import Checkpoints
from qvl.train.stopping import SIGNALS, Stop

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys, time
from pathlib import Path
sys.path.insert(0, "tests")
from small_run import batch_of, fresh, learn
from qvl.train.checkpoint import Checkpoints
from qvl.train.stopping import Stop

state, checkpoints = fresh(), Checkpoints(Path(sys.argv[1]))
with Stop() as stop:
    for step in range(10**6):
        learn(state, [batch_of(step)])
        print(step, flush=True)
        if stop.asked and "stuck" not in sys.argv:
            break
    checkpoints.save(step + 1, state, {})
    checkpoints.close()
print(f"{stop.name}: saved step {step + 1}", file=sys.stderr)
"""


def started(*words: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stdout.readline() == "0\n"
    return process


def test_a_signal_saves_and_ends_with_0(tmp_path):
    process = started(tmp_path)
    for _ in range(2):  # a launcher passes on what the terminal has sent already
        process.send_signal(signal.SIGTERM)
    out, said = process.communicate(timeout=60)
    steps = 1 + len(out.splitlines())
    assert process.returncode == 0 and said == f"SIGTERM: saved step {steps}\n"
    assert Checkpoints(tmp_path).restore(fresh()) == (steps, {})


def test_the_second_one_ends_it_at_once(tmp_path):
    process = started(tmp_path, "stuck")
    process.send_signal(signal.SIGUSR1)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1.2)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGTERM


@pytest.mark.parametrize("number", SIGNALS)
def test_handlers_are_put_back(number):
    before = signal.getsignal(number)
    with Stop() as stop:
        assert not stop.asked and stop.name == ""
        os.kill(os.getpid(), number)
        assert stop.asked and stop.name == number.name
    assert signal.getsignal(number) == before


def _dies(n: int) -> int:
    if n == 20:
        os.kill(os.getpid(), signal.SIGKILL)
    return n


def test_a_dead_loader_process_is_named():
    seen = []
    with pytest.raises(RuntimeError, match="process that works ahead died on 20;"):
        seen.extend(n for n, _ in ahead(_dies, iter(range(100)), workers=1))
    assert seen == [*range(20)]
