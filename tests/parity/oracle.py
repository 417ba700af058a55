"""The oracle of this folder: transformers' Qwen2_5_VL, small, with random weights of our sizes.

Built from `Config.to_dict()`, so that every test also proves that transformers reads our config.
"""

import torch
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

from qvl.config import TINY, Config, TextConfig, VisionConfig
from qvl.model.pixels import normalise
from qvl.model.positions import mrope_positions
from qvl.sample import Sample
from qvl.tokens import IGNORE

IDS = {
    "bos_token_id": 240,
    "eos_token_id": 242,
    "vision_start_token_id": 249,
    "vision_end_token_id": 250,
    "vision_token_id": 251,
    "image_token_id": 252,
    "video_token_id": 253,
}
CONFIGS = {
    "heads-16-tied": TINY,
    "heads-64-untied": Config(
        VisionConfig(4, 128, 96, 2, 256, fullatt_block_indexes=(1, 3)),
        TextConfig(256, 2, 4, 2, 128, 256, mrope_section=(8, 12, 12)),
        **IDS,
    ),
    "heads-80-128": Config(  # the head widths of the released models
        VisionConfig(2, 160, 64, 2, 256, fullatt_block_indexes=(1,)),
        TextConfig(256, 2, 2, 1, 128, 256, rms_norm_eps=1e-5, tie_word_embeddings=True),
        **IDS,
    ),
}


@torch.no_grad()
def randomise(model, seed):
    """Weights that keep activations near 1, so that an error in any part shows in the output."""
    generator = torch.Generator().manual_seed(seed)
    for name, x in sorted(model.named_parameters()):
        noise = torch.randn(x.shape, generator=generator)
        if "norm" in name or "ln_q" in name:
            x.copy_(1 + 0.2 * noise)
        elif name.endswith("bias"):
            x.copy_(0.2 * noise)
        elif "embed_tokens" in name:
            x.copy_(0.02 * noise)  # or a tied head says each token again
        else:
            x.copy_(noise / x[0].numel() ** 0.5)
    return model


def peer_of(cfg, seed):
    raw = Qwen2_5_VLConfig.from_dict(cfg.to_dict())
    peer = Qwen2_5_VLForConditionalGeneration._from_config(raw, attn_implementation="eager")
    return randomise(peer, seed).eval()


def picture(grid, draw):
    """Random uint8 patches: [P, 588] of a picture, [P, 1176] of a clip."""
    t, h, w = grid
    width = 588 if t == 1 else 1176
    return torch.randint(256, (t * h * w, width), generator=draw, dtype=torch.uint8)


def grid(draw, frames=1):
    """1 to 9 merge units on a side: smaller, larger, no multiple of a window's 4."""
    h, w = torch.randint(1, 10, (2,), generator=draw).tolist()
    return frames, 2 * h, 2 * w


def conversation(cfg, draw, parts, seconds=1.3):
    """Random text of each length in `parts`, a picture or clip for each grid there."""
    ids, pixels, grids = [], [], []
    for part in parts:
        if isinstance(part, int):
            ids += torch.randint(240, (part,), generator=draw).tolist()
        else:
            pad = cfg.image_token_id if part[0] == 1 else cfg.video_token_id
            pads = [pad] * (part[0] * part[1] * part[2] // 4)
            ids += [cfg.vision_start_token_id, *pads, cfg.vision_end_token_id]
            pixels.append(picture(part, draw))
            grids.append(part)
    input_ids = torch.tensor(ids)
    marks = (input_ids == cfg.image_token_id) | (input_ids == cfg.video_token_id)
    steps = [0.0 if t == 1 else cfg.vision.tokens_per_second * seconds for t, _, _ in grids]
    labels = input_ids.roll(-1)
    labels[-1] = IGNORE
    return Sample(
        input_ids,
        labels,
        mrope_positions(marks, grids, steps, cfg.vision.spatial_merge_size),
        tuple(pixels),
        tuple(grids),
        marks.nonzero()[:, 0],
    )


def floats(pixels):
    """Our uint8 rows as the peer takes them: float32[P, 1176], a still picture's frame twice."""
    rows = []
    for each in pixels:
        x = normalise(each).unflatten(1, (3, -1, 196))  # channel, frame, row and column
        rows.append(x.expand(-1, -1, 2, -1).flatten(1))
    return torch.cat(rows)


def asked(sample, cfg):
    """A sample as the peer's arguments; it makes its own position ids, as for its own users."""
    ids = sample.input_ids[None]
    kinds = (ids == cfg.image_token_id) + 2 * (ids == cfg.video_token_id)
    out = {"input_ids": ids, "mm_token_type_ids": kinds.int()}
    stills = [i for i, (t, _, _) in enumerate(sample.grid_thw) if t == 1]
    clips = [i for i, (t, _, _) in enumerate(sample.grid_thw) if t > 1]
    if stills:
        out["pixel_values"] = floats([sample.pixel_values[i] for i in stills])
        out["image_grid_thw"] = torch.tensor([sample.grid_thw[i] for i in stills])
    if clips:
        out["pixel_values_videos"] = floats([sample.pixel_values[i] for i in clips])
        out["video_grid_thw"] = torch.tensor([sample.grid_thw[i] for i in clips])
    return out


def difference(ours, theirs):
    """Largest error, relative to the largest value."""
    assert ours.shape == theirs.shape
    assert theirs.abs().max() > 0.1, "nothing to compare"
    return ((ours - theirs).abs().max() / theirs.abs().max()).item()
