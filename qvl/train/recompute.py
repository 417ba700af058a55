"""Activation checkpointing: what the backward pass of a block computes again instead of keeping."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import torch
import torch.nn.attention.varlen  # registers an operator of KEPT
from torch import nn
from torch.utils.checkpoint import (
    checkpoint,
    create_selective_checkpoint_contexts,
    noop_context_fn,
)

from qvl.train.meshes import Recompute

KEPT = (  # results that "selective" keeps: products of matrices and what attention sees
    "aten.mm",
    "aten.addmm",
    "aten._scaled_dot_product_flash_attention",
    "aten._scaled_dot_product_flash_attention_for_cpu",
    "aten._scaled_dot_product_efficient_attention",
    "aten._scaled_dot_product_cudnn_attention",
    "torch_attn._varlen_attn",
)


def recompute(blocks: Iterable[nn.Module], policy: Recompute) -> None:
    """Let each block keep its input alone ("full"), or matrix products too ("selective")."""
    if policy == "none":
        return
    contexts: Any = noop_context_fn
    if policy == "selective":
        contexts = partial(create_selective_checkpoint_contexts, _kept())
    for block in blocks:
        again = partial(checkpoint, block.forward, use_reentrant=False, context_fn=contexts)
        block.forward = again


def _kept() -> list[Any]:
    """The operators of KEPT that this torch has."""
    found = []
    for name in KEPT:
        space, operator = name.split(".")
        packet = getattr(getattr(torch.ops, space), operator, None)
        if packet is not None:
            found.append(packet.default)
    return found
