"""Our model and the one of `transformers`, with the same random weights."""

from typing import Any

import torch
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

from qvl.config import Config
from qvl.model.outline import outline
from qvl.model.qwen import QwenVL
from qvl.model.weights import NESTED


def twins(cfg: Config, dtype: torch.dtype) -> tuple[QwenVL, Any]:
    """The weights are held once by both; the peer attends by SDPA."""
    raw = Qwen2_5_VLConfig.from_dict(cfg.to_dict())
    peer: Any = Qwen2_5_VLForConditionalGeneration._from_config(
        raw, dtype=dtype, attn_implementation="sdpa"
    )
    ours = outline(cfg)
    state = {}
    for key, x in peer.state_dict().items():
        old, new = next((each for each in NESTED if key.startswith(each[0])), ("", ""))
        state[new + key.removeprefix(old)] = x
    ours.load_state_dict(state, assign=True)
    ours.tie()
    return ours, peer
