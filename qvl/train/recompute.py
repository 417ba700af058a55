"""Activation checkpointing: what the backward pass of a block computes again instead of keeping."""

from collections.abc import Iterable
from functools import partial
from types import MethodType
from typing import Any

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint, create_selective_checkpoint_contexts

from qvl.train.meshes import Recompute

PRODUCTS = [torch.ops.aten.mm.default, torch.ops.aten.addmm.default]


def recompute(blocks: Iterable[Any], policy: Recompute) -> None:
    """Let each block keep its input alone ("full"), or what products and attention give as well.

    "selective" takes no matrix product and no attention twice, and sends nothing twice where
    attention sends: norms, turns and gates are computed again. It wraps what a row does alone
    before and after attention, which may be compiled afterwards.
    """
    for block in blocks if policy == "full" else ():
        block.forward = partial(checkpoint, block.forward, use_reentrant=False)
    for block in blocks if policy == "selective" else ():
        block.before, block.after = MethodType(_before, block), MethodType(_after, block)


# Functions of the block, so that all blocks of a kind share one compiled function.
def _before(block: Any, *inputs: Any) -> tuple[Tensor, Tensor, Tensor]:
    return _selective(type(block).before, block, *inputs)


def _after(block: Any, *inputs: Tensor) -> Tensor:
    return _selective(type(block).after, block, *inputs)


def _selective(half: Any, *inputs: Any) -> Any:
    return checkpoint(half, *inputs, use_reentrant=False, context_fn=_contexts)


def _contexts() -> tuple[Any, Any]:
    return create_selective_checkpoint_contexts(PRODUCTS)
