"""Grey levels to what the tower was trained on: CLIP's mean and deviation a channel."""

import torch
from torch import Tensor

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


def normalise(patches: Tensor) -> Tensor:
    """uint8[P, 3 * n] -> float32[P, 3 * n], channel by channel: (level / 255 - mean) / std.

    A table of 256 levels a channel, so the result is the same whatever the number of patches.
    """
    levels = (torch.arange(256, dtype=torch.float64) / 255).float()
    mean, std = torch.tensor(MEAN)[:, None], torch.tensor(STD)[:, None]
    table = ((levels - mean) / std).to(patches.device)  # [3, 256]
    channels = patches.unflatten(1, (3, -1)).unbind(1)
    rows = [table[i][x.int()] for i, x in enumerate(channels)]
    return torch.cat(rows, dim=1)
