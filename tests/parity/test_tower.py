"""Oracle: transformers' Qwen2_5_VisionTransformerPretrainedModel, float32, the same weights."""

import torch
from oracle import difference, floats, grid, picture


def towers(model, peer, grids, draw):
    pixels = [picture(g, draw) for g in grids]
    with torch.no_grad():
        ours = model.visual(pixels, grids)
        theirs = peer.model.visual(floats(pixels), grid_thw=torch.tensor(grids)).pooler_output
    return ours, theirs


def test_one_picture_of_any_size(model, peer, draw):
    for _ in range(6):
        assert difference(*towers(model, peer, [grid(draw)], draw)) < 1e-5


def test_edge_windows(model, peer, draw):
    for g in [(1, 2, 2), (1, 8, 8), (1, 10, 18), (1, 2, 26), (1, 18, 2), (1, 14, 10)]:
        assert difference(*towers(model, peer, [g], draw)) < 1e-5


def test_several_pictures(model, peer, draw):
    for _ in range(3):
        assert difference(*towers(model, peer, [grid(draw) for _ in range(4)], draw)) < 1e-5


def test_a_clip(model, peer, draw):
    for frames in (2, 3):
        assert difference(*towers(model, peer, [grid(draw, frames)], draw)) < 1e-5


def test_pictures_and_clips_mixed(model, peer, draw):
    grids = [grid(draw, frames) for frames in (1, 3, 1, 1, 2)]
    assert difference(*towers(model, peer, grids, draw)) < 1e-5


def test_a_still_picture_is_a_clip_of_two_equal_frames(model, draw):
    """Ours against ours: the summed patch weight of [P, 588] against both frames of [P, 1176]."""
    one = grid(draw)
    still = picture(one, draw)
    twice = still.unflatten(1, (3, 1, -1)).expand(-1, -1, 2, -1).flatten(1)
    with torch.no_grad():
        assert difference(model.visual([still], [one]), model.visual([twice], [one])) < 1e-5
