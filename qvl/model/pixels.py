"""Grey levels to what the tower was trained on: CLIP's mean and deviation a channel."""

import torch
from torch import Tensor

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
_ROWS = 256  # at a time: what four passes read and write stays in a processor's cache


def normalise(patches: Tensor) -> Tensor:
    """uint8[P, 3 * n] -> float32[P, 3 * n], channel by channel: (level / 255 - mean) / std.

    Each step is rounded to float32 as the released processor rounds it, so the 256 levels of a
    channel are the same bits whatever the number of patches.
    """
    each = patches.shape[1] // 3
    white = torch.tensor(255.0, device=patches.device)  # a plain number may be turned into 1 / 255
    mean = torch.tensor(MEAN, device=patches.device).repeat_interleave(each)
    std = torch.tensor(STD, device=patches.device).repeat_interleave(each)
    out = torch.empty(patches.shape, dtype=torch.float32, device=patches.device)
    rows = _ROWS if patches.device.type == "cpu" else max(len(patches), 1)
    for levels, row in zip(patches.split(rows), out.split(rows), strict=True):
        row.copy_(levels).div_(white).sub_(mean).div_(std)
    return out
