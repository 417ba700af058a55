"""A run goes on as if it had never stopped, whatever stopped it and whatever is on the disk."""

import json
import multiprocessing
import os
import random
import resource
import time
from pathlib import Path

import pytest
import small_run
import torch
from small_run import batch_of, fresh, learn, tensors

from qvl.train.checkpoint import Checkpoints, found, newest
from qvl.train.named import State

STEPS = 8


def trained(steps: int, state: State | None = None, start: int = 0) -> tuple[State, list[float]]:
    state = state or fresh()
    return state, [learn(state, [batch_of(step)]) for step in range(start, steps)]


def same(one: State, two: State) -> None:
    """Weights, average and all that the optimiser remembers are equal to the bit."""
    assert all(torch.equal(x, y) for x, y in zip(tensors(one), tensors(two), strict=True))


@pytest.mark.parametrize("at", [1, 4])  # after step 1 no picture was seen: the tower has no state
def test_resumed_equals_uninterrupted(tmp_path, at):
    straight, losses = trained(STEPS)
    state, seen = trained(at)
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(at, state, {"note": [1, "a"]})
    trained(at + 1, state, at)  # goes on while the copy is written
    checkpoints.close()
    again = fresh(seed=7)
    assert Checkpoints(tmp_path).restore(again) == (at, {"note": [1, "a"]})
    same(trained(at)[0], again)
    _, rest = trained(STEPS, again, at)
    assert seen + rest == losses
    same(straight, again)


def test_old_ones_go_but_for_some(tmp_path):
    state, _ = trained(1)
    checkpoints = Checkpoints(tmp_path, keep=2, every=4)
    assert checkpoints.restore(state) is None
    with pytest.raises(FileNotFoundError, match="train first"):
        newest(tmp_path)
    for step in range(3, 12, 2):
        checkpoints.save(step, state, {})
    checkpoints.save(12, state, {})
    checkpoints.save(13, state, {})
    checkpoints.save(13, state, {"said": "twice"})
    checkpoints.save(14, state, {})
    checkpoints.wait()
    assert [p.name[-2:] for p in found(tmp_path)] == ["12", "13", "14"]
    assert newest(tmp_path)["step"] == 14
    with pytest.raises(ValueError, match=r"keep=0 .* keep 1 or more"):
        Checkpoints(tmp_path, keep=0)


class Both:
    """Two optimisers that step as one."""

    def __init__(self, *members):
        self.members = members

    def step(self):
        for each in self.members:
            each.step()

    def zero_grad(self, set_to_none):
        for each in self.members:
            each.zero_grad(set_to_none)


def test_two_kinds_of_optimiser_go_on(tmp_path):
    """SGD without momentum remembers None, Muon and AdamW tensors; some hold what never learnt."""

    def fresh_pair() -> State:
        state = fresh()
        blocks = [*state.objective.model.model.layers.parameters()]
        matrices = [p for p in blocks if p.ndim == 2]
        rest = {*state.objective.parameters()}.difference(blocks)
        members = (
            torch.optim.Muon(matrices, lr=1e-2),
            torch.optim.SGD([p for p in blocks if p.ndim < 2], lr=1e-2),
            torch.optim.AdamW([p for p in state.objective.parameters() if p in rest], lr=1e-3),
        )
        return State(state.objective, Both(*members), state.ema)

    state, checkpoints = fresh_pair(), Checkpoints(tmp_path)
    trained(1, state)
    checkpoints.save(1, state, {})
    _, losses = trained(4, state, 1)
    again = fresh_pair()
    checkpoints.restore(again)
    assert again.ema.updates == 1
    assert trained(4, again, 1)[1] == losses


def torn_by(damage, path: Path) -> None:
    shard = next(path.glob("*.distcp"))
    match damage:
        case "cut":
            os.truncate(shard, shard.stat().st_size // 2)
        case "gone":
            shard.unlink()
        case "no marker":
            (path / "whole.json").unlink()
        case "half a marker":
            (path / "whole.json").write_text("{")
        case "flipped":
            raw = bytearray(shard.read_bytes())
            for at in range(0, len(raw), 64):
                raw[at] ^= 255
            shard.write_bytes(raw)
        case "scrambled list":
            size = (path / ".metadata").stat().st_size
            (path / ".metadata").write_bytes(random.Random(0).randbytes(size))


@pytest.mark.parametrize(
    "damage", ["cut", "gone", "no marker", "half a marker", "flipped", "scrambled list"]
)
def test_a_torn_one_is_passed_over_by_name(tmp_path, damage):
    state, checkpoints = fresh(), Checkpoints(tmp_path)
    good, _ = trained(1)
    checkpoints.save(1, good, {})
    trained(2, state)
    checkpoints.save(2, state, {})
    checkpoints.wait()
    torn_by(damage, tmp_path / "step-00000002")
    with pytest.warns(UserWarning, match="step-00000002 is torn and passed over: "):
        assert checkpoints.restore(state) == (1, {})
    same(good, state)


def test_a_draft_is_no_checkpoint_and_goes(tmp_path):
    left = tmp_path / ".draft-00000010"
    left.mkdir()
    (left / "__0_0.distcp").write_bytes(b"half")
    assert Checkpoints(tmp_path).restore(fresh()) is None
    assert not left.exists()


def test_other_settings_and_other_models_are_refused(tmp_path):
    state, _ = trained(1)
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, state, {"settings": "ab12"})
    assert checkpoints.restore(state, "ab12") == (1, {"settings": "ab12"})
    with pytest.raises(ValueError, match="ab12, this run has cd34; take back what"):
        checkpoints.restore(state, "cd34")
    state.objective.head = torch.nn.Linear(2, 2)
    with pytest.raises(ValueError, match=r"1 missing \(objective/head.weight|2 missing"):
        checkpoints.restore(State(state.objective, state.optimizer, state.ema))
    other = fresh()
    learning = [p for p in other.objective.parameters() if p.ndim > 1][:5]
    few = State(other.objective, torch.optim.AdamW(learning), other.ema)
    with pytest.raises(ValueError, match="other parameters learnt"):
        checkpoints.restore(few)


def test_going_back_removes_what_is_newer(tmp_path):
    state, _ = trained(1)
    checkpoints = Checkpoints(tmp_path, keep=3)
    for step in (1, 2, 3):
        checkpoints.save(step, state, {"at": step})
    assert checkpoints.restore(state, until=2) == (2, {"at": 2})
    assert [p.name[-1] for p in found(tmp_path)] == ["1", "2"]


def test_a_full_disk_leaves_the_last_one_whole(tmp_path):
    state, checkpoints = fresh(), Checkpoints(tmp_path)
    checkpoints.save(1, state, {})
    checkpoints.wait()
    trained(2, state)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        checkpoints.save(2, state, {})
        with pytest.raises(OSError, match=r"step 2 was not saved in .*File too large.*make room"):
            checkpoints.wait()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [p.name for p in tmp_path.iterdir()] == ["step-00000001"]
    assert checkpoints.restore(state) == (1, {})
    checkpoints.save(2, state, {})
    checkpoints.close()
    assert len(found(tmp_path)) == 2


def test_all_of_it_on_the_cpu(tmp_path):
    state, _ = trained(2)
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(2, state, {"tokens": 5})
    checkpoints.close()
    held = newest(tmp_path)
    assert held["step"] == 2 and held["extra"] == {"tokens": 5}
    model = state.objective.model
    assert held["config"] == json.loads(json.dumps(model.cfg.to_dict()))
    weights = dict(model.named_parameters())
    assert {f"model.{name}" for name in weights} == set(held["objective"]) == set(held["ema"])
    for name, x in weights.items():
        assert torch.equal(held["objective"][f"model.{name}"], x)
    assert "optimizer" not in newest(tmp_path, "ema")


def test_the_earlier_layout_is_read(tmp_path):
    """What the first programs of this recipe wrote: one file a step, parameters by number."""
    straight, losses = trained(5)
    state, seen = trained(3)
    path = tmp_path / "step-00000003"
    path.mkdir()
    whole = {
        "step": 3,
        "objective": state.objective.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "extra": {"stage": 2},
    }
    torch.save(whole, path / "state.pt")
    again, checkpoints = fresh(seed=3), Checkpoints(tmp_path)
    assert checkpoints.restore(again, "any") == (3, {"stage": 2})
    assert seen + trained(5, again, 3)[1] == losses
    checkpoints.save(5, again, {})
    checkpoints.close()
    assert newest(tmp_path)["step"] == 5
    assert torch.equal(
        newest(tmp_path)["objective"]["model.model.norm.weight"],
        straight.objective.model.model.norm.weight,
    )


def killed(folder: Path, steps: int, kills: int, seed: int) -> list[str]:
    """Kill -9 a run at random moments, let it end, and give the lines of its log."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["small_run"])
    draw, log = random.Random(seed), folder / "log"
    folder.mkdir()
    for left in range(kills, -1, -1):
        process = context.Process(target=small_run.run, args=(folder, steps))
        process.start()
        if left:
            before = len(log.read_text().splitlines()) if log.exists() else 0
            while not log.exists() or len(log.read_text().splitlines()) < before + 1:
                assert process.is_alive()
                time.sleep(0.005)
            time.sleep(draw.uniform(0, 0.4))
            process.kill()
        process.join()
    assert process.exitcode == 0
    return log.read_text().splitlines()


def check_kills(tmp_path: Path, steps: int, kills: int, seed: int) -> None:
    (tmp_path / "straight").mkdir()
    small_run.run(tmp_path / "straight", steps)
    want = (tmp_path / "straight" / "log").read_text().splitlines()
    got = killed(tmp_path / "broken", steps, kills, seed)
    assert len(want) == steps < len(got) or kills == 0
    assert set(got) == set(want)  # a step that was done twice gave the same loss twice
    one, two = (torch.load(tmp_path / n / "weights.pt") for n in ("straight", "broken"))
    assert all(torch.equal(x, y) for x, y in zip(one, two, strict=True))


def test_kill_9_changes_nothing(tmp_path, seed):
    check_kills(tmp_path, 30, 2, seed)


@pytest.mark.slow
def test_many_kills_change_nothing(tmp_path, seed):
    for i in range(3):
        (tmp_path / str(i)).mkdir()
        check_kills(tmp_path / str(i), 60, 8, 100 * seed + i)
