"""A run becomes a model in the published layout, from its folder and from where it stands."""

import pytest
import torch
from small_run import batch_of, fresh, learn

from qvl.config import TINY
from qvl.model import weights
from qvl.train.checkpoint import Checkpoints
from qvl.train.export import export
from qvl.train.named import State


@pytest.fixture(scope="module")
def state() -> State:
    state = fresh()
    for step in range(3):
        learn(state, [batch_of(step)])
    return state


def test_any_step_can_be_exported(tmp_path, state):
    checkpoints = Checkpoints(tmp_path / "run")
    checkpoints.save(3, state, {})
    checkpoints.close()
    (tmp_path / "like").mkdir()
    (tmp_path / "like" / "tokenizer.json").write_text("{}")
    (tmp_path / "like" / "config.json").write_text("of another model")
    for name, source in (("live", state.objective), ("stored", tmp_path / "run")):
        export(source, tmp_path / name, tmp_path / "like", dtype=None)
        found = weights.load(tmp_path / name)
        assert found.cfg == TINY
        for (key, x), y in zip(
            state.objective.model.named_parameters(), found.parameters(), strict=True
        ):
            assert torch.equal(x, y), key
        assert (tmp_path / name / "tokenizer.json").read_text() == "{}"


def test_averages_stand_in_for_weights(tmp_path, state):
    checkpoints = Checkpoints(tmp_path / "run")
    checkpoints.save(3, state, {})
    checkpoints.save(4, State(state.objective, state.optimizer), {})
    checkpoints.wait()
    with pytest.raises(ValueError, match="has no ema; export its objective"):
        export(tmp_path / "run", tmp_path / "out", part="ema")
    checkpoints.restore(state, until=3)
    export(tmp_path / "run", tmp_path / "out", part="ema")
    found = weights.load(tmp_path / "out").state_dict()
    for name, x in state.ema.weights.items():
        assert torch.equal(found[name.removeprefix("model.")], x.bfloat16())


def test_the_earlier_layout_needs_a_config(tmp_path, state):
    (tmp_path / "run" / "step-00000003").mkdir(parents=True)
    held = {"step": 3, "objective": state.objective.state_dict(), "optimizer": {}, "extra": {}}
    torch.save(held, tmp_path / "run" / "step-00000003" / "state.pt")
    with pytest.raises(ValueError, match="does not say its sizes; give a config"):
        export(tmp_path / "run", tmp_path / "out")
    export(tmp_path / "run", tmp_path / "out", config=TINY)
    assert weights.load(tmp_path / "out").cfg == TINY


def test_what_is_no_such_model_is_refused(tmp_path, state):
    state.objective.model.visual.extra = torch.nn.Linear(2, 2)
    with pytest.raises(ValueError, match=r"disagree about visual\.extra"):
        export(state.objective, tmp_path / "out")
    del state.objective.model.visual.extra
    assert not (tmp_path / "out").exists()
