"""A checkpoint of two sharded processes goes on in one, and one of one process in two."""

from pathlib import Path

import pytest
import torch
from launching import ran
from small_run import batch_of, fresh, learn, tensors

from qvl.train.checkpoint import Checkpoints, found, newest

AT, END = 3, 6
PROGRAM = f"""
import sys
from pathlib import Path
import torch
import torch.distributed as dist
from torch.distributed.fsdp import fully_shard
sys.path.insert(0, "tests")
from small_run import batch_of, fresh, learn, over, tensors
from qvl.train.checkpoint import Checkpoints

torch.set_num_threads(1)
dist.init_process_group("gloo")
rank = dist.get_rank()


def sharded():
    objective = fresh().objective
    for block in [*objective.model.visual.blocks, *objective.model.model.layers]:
        fully_shard(block)
    return over(fully_shard(objective))


folder = Path(sys.argv[1])
for name in ("one", "two"):  # "one" holds a checkpoint of one process
    state, losses = sharded(), []
    checkpoints = Checkpoints(folder / name)
    start, _ = checkpoints.restore(state) or (0, {{}})
    assert start == (0 if name == "two" else {AT})
    told = tensors(state)
    for step in range(start, {END}):
        loss = torch.tensor(learn(state, [batch_of(4 * step + 2 * rank + 1)]))
        dist.all_reduce(loss)
        losses.append(loss / 2)
        if step + 1 == {AT}:
            told = tensors(state)
            checkpoints.save(step + 1, state, {{}})  # written while training goes on
    checkpoints.close()
    if not rank:
        torch.save([torch.stack(losses), told], folder / f"{{name}}.pt")
dist.destroy_process_group()
"""


def both(step: int) -> list:
    """What two processes see of a step."""
    return [batch_of(4 * step + 1), batch_of(4 * step + 3)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("shards")
    state, checkpoints = fresh(), Checkpoints(folder / "one")
    for step in range(AT):
        learn(state, both(step))
    checkpoints.save(AT, state, {"of": "one"})
    checkpoints.close()
    (folder / "program.py").write_text(PROGRAM)
    ran(folder / "program.py", folder, ranks=2)
    return folder


@pytest.fixture(scope="module")
def losses() -> torch.Tensor:
    """Of the run that was never stopped and never spread."""
    state = fresh()
    return torch.tensor([learn(state, both(step)) for step in range(END)])


def equal(one: list[torch.Tensor], two: list[torch.Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(one, two, strict=True))


def test_one_goes_on_as_two(folder, losses):
    told, restored = torch.load(folder / "one.pt")
    state = fresh(seed=5)
    assert Checkpoints(folder / "one").restore(state) == (AT, {"of": "one"})
    assert equal(tensors(state), restored)
    torch.testing.assert_close(told, losses[AT:], rtol=1e-4, atol=0)


def test_two_go_on_as_one(folder, losses):
    told, saved = torch.load(folder / "two.pt")
    torch.testing.assert_close(told, losses, rtol=1e-4, atol=0)
    state = fresh(seed=5)
    (path,) = found(folder / "two")
    assert len(list(path.glob("*.distcp"))) == 2
    assert Checkpoints(folder / "two").restore(state) == (AT, {})
    assert equal(tensors(state), saved)
    rest = torch.tensor([learn(state, both(step)) for step in range(AT, END)])
    torch.testing.assert_close(rest, losses[AT:], rtol=1e-4, atol=0)
    held = newest(folder / "two", "objective")["objective"]
    assert {f"model.{name}" for name, _ in state.objective.model.named_parameters()} == set(held)
