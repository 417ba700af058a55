"""How samples are spread over micro-batches and processes changes nothing but rounding."""

from pathlib import Path

import pytest
import torch
from launching import ran
from together import DEALS, WEIGHTINGS, every_step, samples, step

from qvl.sample import Batch
from qvl.train.parallel import ALONE

PROGRAM = Path(__file__).parent / "together.py"
CASES = [f"{deal}, {weighting}" for deal in DEALS for weighting in WEIGHTINGS]
NEAR = 1e-6  # of the norm of all gradients; three times that for each alone


def agree(got, want):
    """Figures and gradients, which must be there for the same parameters."""
    assert got[0].keys() == want[0].keys()
    for name, value in want[0].items():
        assert got[0][name] == pytest.approx(value, rel=1e-6), name
    assert got[1].keys() == want[1].keys()
    off = {name: got[1][name] - x for name, x in want[1].items()}
    assert norm(off.values()) < NEAR * norm(want[1].values())
    for name, x in want[1].items():
        if not name.endswith("k_proj.bias"):  # softmax hardly sees it: its gradient is rounding
            assert norm([off[name]]) < 3 * NEAR * norm([x]), name


def norm(tensors) -> float:
    return float(torch.cat([x.flatten() for x in tensors]).norm())


@pytest.fixture(scope="module")
def accumulated():
    """One process, four micro-batches."""
    return {name: (done.figures, grads) for name, done, grads in every_step(ALONE)}


@pytest.mark.parametrize("deal", DEALS)
@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_micro_batches_are_one_batch(accumulated, deal, weighting):
    whole = Batch.of([each for one in samples(deal) for each in one])
    done, grads = step(weighting, [whole])
    agree(accumulated[f"{deal}, {weighting}"], (done.figures, grads))
    assert {"loss", "loss/a", "loss/b", "token"} == done.figures.keys()


def test_weightings_differ(accumulated):
    losses = [accumulated[case][0]["loss"] for case in CASES]
    assert len(set(losses)) == len(losses)


def test_two_processes_are_one(accumulated, tmp_path):
    """Also: what one process cannot do, all of them refuse instead of waiting for each other."""
    out = tmp_path / "found.pt"
    ran(PROGRAM, out, ranks=2, timeout=120)
    found, told = torch.load(out)
    assert found.keys() == set(CASES)
    for case in CASES:
        agree(found[case], accumulated[case])
    assert told[0] == told[1]
    assert "nothing to learn" in told[0][0] and "by rank [1, 2]" in told[0][1]
