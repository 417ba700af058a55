"""Two processes learn what one learns from both their batches."""

import subprocess
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, "tests/unit")
import torch
from torch import nn
from qvl.config import TINY
from qvl.model.qwen import QwenVL
from qvl.train.initial import initialise
from qvl.train.objective import NextToken
from qvl.train.optim import Rates, adamw
from qvl.train.parallel import World
from qvl.train.supervised import steps
from test_train import batch_of


class Both(nn.Module):
    '''The mean over two batches, as two processes take it.'''

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, batches):
        losses, figures = zip(*(self.inner(b) for b in batches))
        return sum(losses) / 2, {k: sum(f[k] for f in figures) / 2 for k in figures[0]}


torch.set_num_threads(1)
world = World.join("cpu")
model = QwenVL(TINY)
initialise(model, 0)
objective = NextToken(model)
if world.size == 1:
    objective = Both(objective)
    batches = lambda step: [batch_of(2 * step), batch_of(2 * step + 1)]
else:
    batches = lambda step: batch_of(2 * step + world.rank)
losses = [
    done.figures["loss"]
    for done in steps(objective, adamw([objective]), Rates(1e-3, 1, 4), batches, world=world)
]
assert world.any(world.rank == world.size - 1) and not world.any(False)
if not world.rank:
    state = {name: x.clone() for name, x in model.state_dict().items()}
    torch.save({"losses": losses, "state": state}, sys.argv[1])
world.leave()
tasks = [(task / "comm").read_text() for task in Path("/proc/self/task").iterdir()]
assert not [name for name in tasks if "gloo" in name], tasks  # they would abort a late exit
"""


def test_two_processes_are_one(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    many = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    found = {}
    for name, opening in (("one", []), ("two", many)):
        out = tmp_path / f"{name}.pt"
        command = [sys.executable, *opening, tmp_path / "program.py", out]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PATH": ""},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        found[name] = torch.load(out)
    torch.testing.assert_close(found["one"]["losses"], found["two"]["losses"])
    assert found["one"]["losses"][0] != found["one"]["losses"][1]
    for key, x in found["one"]["state"].items():
        if key.endswith("k_proj.bias"):  # softmax hardly sees it: its gradient is rounding
            continue
        torch.testing.assert_close(x, found["two"]["state"][key], rtol=1e-4, atol=1e-6, msg=key)
