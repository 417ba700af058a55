"""Tensor parallelism: ranks hold slices of the decoder's heads, widths and vocabulary."""

from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.tensor import Replicate
from torch.distributed.tensor.parallel import (
    ColwiseParallel,
    ParallelStyle,
    PrepareModuleInput,
    RowwiseParallel,
    parallelize_module,
)

from qvl.model.qwen import QwenVL

LAYER = "model.layers.*."


def slice_heads(model: QwenVL, mesh: DeviceMesh) -> None:
    """Cut the decoder; what goes from one layer to the next stays whole on every rank.

    A layer adds up twice over the ranks going forward and twice going back. The embedding and the
    head hold a part of the vocabulary each; logits are gathered, so that any loss reads them as
    it would those of one rank.
    """
    whole = Replicate()
    plan: dict[str, ParallelStyle] = {
        "model.embed_tokens": RowwiseParallel(input_layouts=whole),
        "lm_head": ColwiseParallel(output_layouts=whole),
        LAYER + "self_attn": PrepareModuleInput(
            input_layouts=(whole, None), desired_input_layouts=(whole, None)
        ),
        LAYER + "mlp": PrepareModuleInput(input_layouts=whole, desired_input_layouts=whole),
    }
    plan |= {LAYER + f"self_attn.{name}_proj": ColwiseParallel() for name in "qkv"}
    plan |= {LAYER + f"mlp.{name}_proj": ColwiseParallel() for name in ("gate", "up")}
    plan |= {LAYER + name: RowwiseParallel() for name in ("self_attn.o_proj", "mlp.down_proj")}
    parallelize_module(model, mesh, plan)
    model.tie()
