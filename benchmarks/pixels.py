"""A decoded picture to the normalised rows that the tower reads, against `transformers`.

python benchmarks/pixels.py [--threads 1]

Medians of one process at the released limits; the resize is Pillow's own, which ours and the
peer's PIL path both call. The peer's torchvision path, which resizes by another rule and so gives
other pixels, is timed where torchvision can be imported.
"""

import argparse
import importlib
import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from medians import medians
from PIL import Image
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from qvl.media.image import MAX_PIXELS, MIN_PIXELS, fit
from qvl.media.patches import patchify
from qvl.model.pixels import normalise

SIZES = ((640, 480, 21), (1240, 1754, 9), (1275, 1650, 9), (3840, 2160, 5))
LIMITS = {"shortest_edge": MIN_PIXELS, "longest_edge": MAX_PIXELS}
Work = Callable[[Image.Image], object]


def ours(picture: Image.Image) -> object:
    return normalise(patchify(np.asarray(fit(picture).image))[0])


def peers() -> dict[str, Work]:
    """The processors of transformers that work in this environment."""
    found = {"PIL": Qwen2VLImageProcessorPil(size=LIMITS)}
    try:
        importlib.import_module("torchvision")
    except (ImportError, RuntimeError):  # a build for another torch fails late
        return {name: _call(each) for name, each in found.items()}
    module = importlib.import_module("transformers.models.qwen2_vl.image_processing_qwen2_vl")
    found["torchvision"] = module.Qwen2VLImageProcessor(size=LIMITS)
    return {name: _call(each) for name, each in found.items()}


def _call(processor: Callable[..., object]) -> Work:
    return lambda picture: processor(images=[picture], return_tensors="pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    torch.set_num_threads(parser.parse_args().threads)
    others = peers()
    heads = "".join(f"{name + ', ms':>16}{'ratio':>8}" for name in others)
    print(f"{'':12}{'qvl, ms':>10}{'resize, ms':>12}{heads}")
    for width, height, repeats in SIZES:
        noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
        picture = Image.fromarray(noise)
        works = [partial(work, picture) for work in (ours, fit, *others.values())]
        mine, resize, *theirs = medians(works, repeats)
        cells = "".join(f"{each:16.2f}{each / mine:7.1f}x" for each in theirs)
        print(f"{f'{width}x{height}':12}{mine:10.2f}{resize:12.2f}{cells}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
