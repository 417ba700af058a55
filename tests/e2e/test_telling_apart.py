"""Pairs spread over processes are told apart as if one process had them all."""

from pathlib import Path

import pytest
import torch
from launching import ran
from telling_apart import SEVERAL, every_way

PROGRAM = Path(__file__).parent / "telling_apart.py"
NEAR = 1e-6  # of the norm of all gradients


@pytest.mark.parametrize("ranks", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_many_processes_are_one(ranks, tmp_path):
    """Uneven shares, captions that come twice, both losses, plain copies and shards."""
    out = tmp_path / "found.pt"
    ran(PROGRAM, out, ranks=ranks)
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
