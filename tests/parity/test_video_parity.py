"""Oracle: transformers' Qwen2_5_VLForConditionalGeneration on clips that we read, float32.

It is given our position ids: its rule for what follows a clip differs from the authors' (report,
0.7), and so does its sampling. Patches, tower, logits and greedy text are compared.
"""

from dataclasses import replace

import torch
from oracle import difference, floats

from qvl.chat.template import JINJA
from qvl.chat.tokenizer import Tokenizer, train_bpe
from qvl.inputs import Limits, encode
from qvl.media.video import open_clip
from qvl.messages import Image, Video, message
from qvl.sample import Batch
from tests.films import film, frame

STEPS = 4
CLIP = Video(film(30, bf="2"), nframes=6, min_pixels=784, max_pixels=6 * 784)
PICTURE = Image(frame(5, (90, 60)), min_pixels=784)
PAIR = Video((frame(1), frame(2)), fps=2.0, min_pixels=784)  # a clip of one frame pair


def samples(cfg):
    """Conversations of clips and pictures; words of the tokenizer stay below the model's ids."""
    tokenizer = Tokenizer(train_bpe([JINJA], 22 + 256 + 20))
    mixes = [("What?", CLIP), (PICTURE, "and", CLIP, "then", PAIR, PICTURE), (PAIR, "or", PICTURE)]
    for mix in mixes:
        made = encode([message("user", *mix)], tokenizer, _told(cfg, tokenizer), Limits())
        kinds = torch.tensor([3 * bool(each.times) for each in made.media])
        yield _within(made.sample, cfg, tokenizer), kinds.bool()


def _told(cfg, tokenizer):
    ids = {"image_token_id": "<|image_pad|>", "video_token_id": "<|video_pad|>"}
    return replace(cfg, **{name: tokenizer.id(token) for name, token in ids.items()})


def _within(sample, cfg, tokenizer):
    """Ids of the small vocabulary: pads as the peer knows them, words anywhere below."""
    told = _told(cfg, tokenizer)
    ids = sample.input_ids % 240
    ids[sample.input_ids == told.image_token_id] = cfg.image_token_id
    ids[sample.input_ids == told.video_token_id] = cfg.video_token_id
    return replace(sample, input_ids=ids)


def asked(sample, clips):
    """The peer's arguments; which of the media are clips cannot be told from their grids."""
    out = {"input_ids": sample.input_ids[None]}
    for name, kind in (("image", False), ("video", True)):
        held = [i for i, clip in enumerate(clips.tolist()) if clip is kind]
        if held:
            pixels = "pixel_values_videos" if kind else "pixel_values"
            out[pixels] = floats([sample.pixel_values[i] for i in held])
            out[f"{name}_grid_thw"] = torch.tensor([sample.grid_thw[i] for i in held])
    return out


@torch.no_grad()
def test_tower_on_clips(model, peer):
    clips = [open_clip(clip) for clip in (CLIP, PAIR)]
    pixels = [clip.patches for clip in clips]
    grids = [clip.survey.grid_thw for clip in clips]
    theirs = peer.model.visual(floats(pixels), grid_thw=torch.tensor(grids)).pooler_output
    assert difference(model.visual(pixels, grids), theirs) < 1e-5


@torch.no_grad()
def test_logits_of_a_batch_of_pictures_and_clips(model, peer, cfg):
    made = list(samples(cfg))
    ours = model.lm_head(model(Batch.of([sample for sample, _ in made])))
    for (sample, clips), rows in zip(made, ours.split([len(s) for s, _ in made]), strict=True):
        positions = sample.position_ids[:, None]
        theirs = peer(**asked(sample, clips), position_ids=positions).logits[0]
        assert difference(rows, theirs) < 1e-5


@torch.no_grad()
def test_greedy_text(model, peer, cfg):
    """Both recompute every step from scratch; no token is said twice, or one is said for ever."""
    for sample, clips in samples(cfg):
        for _ in range(STEPS):
            positions = sample.position_ids[:, None]
            theirs = peer(**asked(sample, clips), position_ids=positions).logits[0, -1]
            ours = model.lm_head(model(Batch.of([sample]))[-1])
            for logits in (ours, theirs):
                logits[sample.input_ids] = -torch.inf
            assert ours.argmax() == theirs.argmax()
            after = sample.position_ids.max() + 1
            sample = replace(
                sample,
                input_ids=torch.cat([sample.input_ids, ours.argmax()[None]]),
                position_ids=torch.cat([sample.position_ids, after.expand(3, 1)], dim=1),
            )
