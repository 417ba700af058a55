"""What a checkpoint costs a run: how long training stands still, and when it is on the disk.

python benchmarks/saving.py [--repeats 5]

nano's model and AdamW's state after a step, in one process. Medians, the first save told apart,
for it makes room for the copy.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from qvl.model.weights import load
from qvl.train.checkpoint import Checkpoints, found
from qvl.train.named import State
from qvl.train.objective import NextToken
from qvl.train.optim import adamw

NANO = Path(__file__).resolve().parents[1] / "checkpoints" / "nano"


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    torch.set_num_threads(1)
    model = load(NANO, torch.float32)
    objective = NextToken(model)
    objective.load_state_dict({n: x.clone() for n, x in objective.state_dict().items()})
    optimizer = adamw([objective])
    for parameter in objective.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    state = State(objective, optimizer)
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = Checkpoints(Path(folder))
        pauses, rest, loads = list[float](), list[float](), list[float]()
        for step in range(1, repeats + 2):
            pauses.append(seconds(lambda step=step: checkpoints.save(step, state, {})))
            rest.append(seconds(checkpoints.wait))
            loads.append(seconds(lambda: checkpoints.restore(state)))
        size = sum(p.stat().st_size for p in found(Path(folder))[-1].iterdir())
        checkpoints.close()
    print(f"parameters {sum(p.numel() for p in model.parameters()):,}, {size / 1e6:.0f} MB")
    print(f"pause, the first time {1000 * pauses[0]:.0f} ms, after {_ms(pauses[1:])} ms")
    print(f"on the disk after another {_ms(rest)} ms; restored in {_ms(loads)} ms")


def _ms(values: list[float]) -> str:
    return f"{1000 * statistics.median(values):.0f}"


if __name__ == "__main__":
    main()
