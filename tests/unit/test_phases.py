"""Phases of the recipe: each moves all of its own parts, and leaves the others to the bit."""

from contextlib import nullcontext

import pytest
import torch

from qvl.model.parts import by_part
from qvl.model.weights import load
from qvl.overrides import load as settings_of
from qvl.train.checkpoint import newest
from qvl.train.config import Run
from qvl.train.phases import PHASES
from qvl.train.program import train
from tests.programs import home, settings

SETS = {"contrast": "captions", "next": "questions", "preference": "pairs"}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return home(tmp_path_factory.mktemp("home"))


def learnt(run: Run) -> dict[str, torch.Tensor]:
    """What the checkpoint of a run holds of the model, as it was trained."""
    lines = []
    train(run, lines.append, lambda steps, start: nullcontext(lines.append))
    held = newest(run.out, "objective")
    assert held["step"] == 2
    return {k.removeprefix("model."): x for k, x in held["objective"].items()}


@pytest.mark.parametrize("phase", PHASES, ids=[phase.name for phase in PHASES])
def test_a_phase_moves_exactly_its_parts(small, tmp_path, phase):
    run = settings_of(Run, settings(small, tmp_path, phase.name, SETS[phase.loss]))
    before, after = load(small / "sizes"), learnt(run)
    for part, parameters in by_part(before).items():
        for name, old in parameters.items():
            new = after[name]
            if part not in phase.learns:
                assert torch.equal(old, new), f"{name} rests"
            elif old.ndim > 1:
                assert not torch.equal(old, new), f"{name} learns"
            assert torch.isfinite(new).all(), name


def test_a_phase_has_packs_as_long_as_its_row_unless_told(small, tmp_path):
    path = settings(small, tmp_path, "pretrain-3", "questions")
    assert settings_of(Run, path).tokens == 256
    assert settings_of(Run, path, ["pack=0"]).tokens == 32768
