"""How many tokens' keys and values a machine has room for."""

import os
from itertools import chain

import torch

from qvl.model.qwen import QwenVL

PLENTY = 1 << 30  # bytes: no more than this where one longest sequence needs less
SHARE = 0.7  # of the memory that the weights leave


def token_bytes(model: QwenVL) -> int:
    """Bytes of the keys and values of one token."""
    cfg = model.cfg.text
    size = model.model.embed_tokens.weight.element_size()
    return 2 * cfg.num_hidden_layers * cfg.num_key_value_heads * cfg.head_dim * size


def held(model: QwenVL) -> int:
    """Tokens of all sequences together: one of the longest, or more of shorter ones.

    On a CPU memory is taken as it is written to; on a GPU all of it at once.
    """
    each = token_bytes(model)
    want = max(model.cfg.text.max_position_embeddings * each, PLENTY)
    return max(int(min(want, SHARE * _left(model))) // each, 1)


def _left(model: QwenVL) -> int:
    """Bytes that are free on its GPU, or that a computer has beyond the weights."""
    device = model.model.embed_tokens.weight.device
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    own = sum(weight.nbytes for weight in chain(model.parameters(), model.buffers()))
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") - own
