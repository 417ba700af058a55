"""The vision tower at the 3B's widths, eight blocks, against `transformers` with its weights.

python benchmarks/tower.py [--dtype bfloat16] [--size 1240x1754] [--threads 1]

The reference has SDPA attention and its pixels already normalised; ours begins at uint8 patches.
"""

import argparse
import sys
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch
from medians import medians
from PIL import Image
from transformers.models.qwen2_5_vl import configuration_qwen2_5_vl as configuration
from transformers.models.qwen2_5_vl import modeling_qwen2_5_vl as modeling

from qvl.config import QWEN_3B
from qvl.media.image import fit
from qvl.media.patches import patchify
from qvl.model.pixels import normalise
from qvl.model.vision import VisionTower

BLOCKS, FULL = 8, (3, 7)  # two of eight see a whole frame; of the released 32 there are four


def pair(dtype: torch.dtype) -> tuple[VisionTower, Any]:
    cfg = replace(QWEN_3B.vision, depth=BLOCKS, fullatt_block_indexes=FULL)
    raw = configuration.Qwen2_5_VLVisionConfig(**asdict(cfg))
    raw._attn_implementation = "sdpa"
    peer = modeling.Qwen2_5_VisionTransformerPretrainedModel._from_config(raw, dtype=dtype).eval()
    with torch.device("meta"):
        ours = VisionTower(cfg)
    ours.load_state_dict(peer.state_dict(), assign=True)
    return ours.eval(), peer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dtype", default="bfloat16", choices=["bfloat16", "float32"])
    parser.add_argument("--size", default="1240x1754", help="of the picture, width x height")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    dtype = getattr(torch, asked.dtype)
    ours, peer = pair(dtype)
    width, height = map(int, asked.size.split("x"))
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    patches, grid = patchify(np.asarray(fit(Image.fromarray(noise)).image))
    rows = normalise(patches).unflatten(1, (3, 1, 196)).expand(-1, -1, 2, -1)
    rows, grids = rows.reshape(len(rows), -1).to(dtype), torch.tensor([grid])
    with torch.inference_mode():
        mine = ours((patches,), (grid,)).float()
        theirs = peer(rows, grids).pooler_output.float()
        works = [lambda: ours((patches,), (grid,)), lambda: peer(rows, grids)]
        a, b = medians(works, asked.repeats)
    apart = float((mine - theirs).norm() / theirs.norm())
    print(f"{asked.dtype}, {BLOCKS} blocks, {len(patches)} patches, {asked.threads} threads")
    print(f"qvl {a:.0f} ms, transformers {b:.0f} ms: {b / a:.2f}x; apart by {apart:.1e} (relative)")


if __name__ == "__main__":
    sys.exit(main())
