"""Oracle: transformers' image processor on Pillow, bit for bit, and the authors' constants."""

import numpy as np
import torch
from oracle import floats
from PIL import Image
from transformers import Qwen2VLImageProcessorPil

from qvl.media.patches import patchify
from qvl.model.pixels import normalise

MEAN = (0.48145466, 0.4578275, 0.40821073)  # report, section 1.8
STD = (0.26862954, 0.26130258, 0.27577711)


def test_patches_equal_the_peers_bit_for_bit(seed):
    rng = np.random.default_rng(seed)
    for height, width in ((56, 56), (84, 140), (196, 28)):
        pixels = rng.integers(256, size=(height, width, 3), dtype=np.uint8)
        theirs = Qwen2VLImageProcessorPil()(Image.fromarray(pixels), return_tensors="pt")
        ours, grid = patchify(pixels)
        assert [list(grid)] == theirs["image_grid_thw"].tolist()
        assert torch.equal(floats([ours]), theirs["pixel_values"])


def test_every_level_of_every_channel():
    got = normalise(torch.arange(256, dtype=torch.uint8).repeat(3)[None]).view(3, 256)
    level = torch.arange(256, dtype=torch.float64) / 255
    for row, mean, std in zip(got, MEAN, STD, strict=True):
        assert (row - (level - mean) / std).abs().max() < 1e-6
