"""Checkpoint folders to break, and how loading them must fail."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from qvl.config import Config, TextConfig, VisionConfig
from qvl.model import weights
from qvl.model.files import CONFIG, WHOLE, BadCheckpoint

UNTIED = Config(
    VisionConfig(1, 32, 48, 2, 64, fullatt_block_indexes=(0,)),
    TextConfig(64, 1, 4, 2, 96, 256, mrope_section=(2, 3, 3)),
)


def change(folder, edit):
    """Edit the tensors of the folder's one file."""
    state = load_file(folder / WHOLE)
    edit(state)
    save_file(state, folder / WHOLE, metadata={"format": "pt"})


def change_config(folder, edit):
    raw = json.loads((folder / CONFIG).read_text())
    edit(raw)
    (folder / CONFIG).write_text(json.dumps(raw))


def refusal(folder):
    """The one line with which `load` refuses, without a chain of causes."""
    with pytest.raises(BadCheckpoint) as caught:
        weights.load(folder)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    text = str(caught.value)
    assert "\n" not in text
    assert str(folder) in text
    return text


def same(a, b):
    a, b = a.state_dict(), b.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
