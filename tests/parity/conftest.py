"""A pair of models with the same weights, ours loaded strictly from what transformers saved."""

import pytest
import torch
from oracle import CONFIGS, peer_of

from qvl.model import weights


@pytest.fixture(scope="session", params=CONFIGS)
def cfg(request):
    return CONFIGS[request.param]


@pytest.fixture(scope="session")
def peer(cfg, seed):
    return peer_of(cfg, seed)


@pytest.fixture(scope="session")
def model(cfg, peer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("peer")
    peer.save_pretrained(folder)
    loaded = weights.load(folder)
    assert loaded.cfg == cfg
    return loaded


@pytest.fixture
def draw(seed):
    return torch.Generator().manual_seed(seed + 1)
