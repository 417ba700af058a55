"""Oracle: transformers' image processor on Pillow, bit for bit, and the authors' constants."""

import io

import numpy as np
import pytest
import torch
from oracle import floats
from PIL import Image
from transformers import Qwen2VLImageProcessorPil
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize as theirs_resize

from qvl.media.image import fit, open_image
from qvl.media.patches import patchify
from qvl.media.sizes import MAX_PIXELS, MIN_PIXELS, smart_resize
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


MODES = ("1", "L", "P", "RGB", "RGBA", "RGBX", "LA", "PA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F")
CLEAR = {"P": (7, bytes(range(256))), "L": (9,), "RGB": ((9, 8, 7),), "1": (0, 255)}


def random_picture(rng: np.random.Generator, mode: str) -> Image.Image:
    """Few levels, so that a transparent one is met; a size of no particular shape."""
    height, width = rng.integers(3, 120, 2)
    bands = len(Image.new(mode, (1, 1)).getbands())
    levels = rng.integers(0, 16, (height, width, bands), dtype=np.uint8) * 17
    if mode in ("I", "F"):
        return Image.fromarray(levels[:, :, 0].astype(np.int32 if mode == "I" else np.float32))
    if mode == "1":
        return Image.fromarray(levels[:, :, 0]).convert("1")
    if mode in ("P", "PA"):
        image = Image.frombytes("P", (width, height), levels[:, :, 0].tobytes())
        image.putpalette(rng.integers(0, 256, 768, dtype=np.uint8).tobytes())
        return image if mode == "P" else image.convert("PA")
    return Image.frombytes(mode, (width, height), levels.tobytes())


def compared(image: Image.Image) -> None:
    size = {"shortest_edge": MIN_PIXELS, "longest_edge": MAX_PIXELS}
    theirs = Qwen2VLImageProcessorPil(size=size)(image, return_tensors="pt")
    fitted = fit(open_image(image), rule="transformers")
    ours, grid = patchify(np.asarray(fitted.image))
    assert [list(grid)] == theirs["image_grid_thw"].tolist()
    assert torch.equal(floats([ours]), theirs["pixel_values"])


@pytest.mark.parametrize("mode", MODES)
def test_pictures_of_every_mode_equal_the_peers_bit_for_bit(mode, seed):
    rng = np.random.default_rng([seed, MODES.index(mode)])
    for _ in range(6 if mode == "LAB" else 23):  # 305 in all; that one is slow
        image = random_picture(rng, mode)
        clear = CLEAR.get(mode, ())
        if clear and rng.integers(2):
            image.info["transparency"] = clear[rng.integers(len(clear))]
        compared(image)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "TIFF", "JPEG", "BMP"])
def test_files_equal_the_peers_bit_for_bit(kind, seed):
    rng = np.random.default_rng([seed, 100])
    modes = {"PNG": ("RGBA", "LA", "P", "1"), "GIF": ("P", "RGB", "RGBA"), "BMP": ("RGB", "P")}
    modes |= {"WEBP": ("RGBA", "RGB"), "JPEG": ("CMYK", "L"), "TIFF": ("CMYK", "LAB", "RGBA", "1")}
    for mode in modes[kind]:
        out = io.BytesIO()
        random_picture(rng, mode).save(out, kind)
        compared(Image.open(out))


def test_sizes_equal_the_peers_by_its_rule(seed):
    rng = np.random.default_rng(seed)
    for height, width in np.exp(rng.uniform(0, 9, (3000, 2))).astype(int).tolist():
        if max(height, width) > 200 * min(height, width):
            continue
        low, high = (784 * rng.integers([1, 40], [40, 2000])).tolist()
        theirs = theirs_resize(height, width, 28, low, high)
        assert smart_resize(height, width, low, high, rule="transformers") == theirs
        if min(height, width) > 14:
            assert smart_resize(height, width, low, high) == theirs


def test_every_level_of_every_channel():
    got = normalise(torch.arange(256, dtype=torch.uint8).repeat(3)[None]).view(3, 256)
    level = torch.arange(256, dtype=torch.float64) / 255
    for row, mean, std in zip(got, MEAN, STD, strict=True):
        assert (row - (level - mean) / std).abs().max() < 1e-6
