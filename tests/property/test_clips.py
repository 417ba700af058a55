"""Random requests and damaged files: what is read keeps its promises, or one line says why not.

`authors_rule` restates `get_rope_index` of the authors' repository token by token.
"""

import os
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl.chat.template import JINJA
from qvl.chat.tokenizer import Tokenizer, train_bpe
from qvl.config import QWEN_3B
from qvl.inputs import Limits, encode
from qvl.media.sampling import BadVideo, Budget, choose, frame_size
from qvl.media.video import open_clip
from qvl.messages import Image as Picture
from qvl.messages import Message, Text, Video
from qvl.tokens import IMAGE_PAD, VIDEO_PAD, VISION_END, VISION_START
from tests.films import film

FORMS = [("mp4", "libx264"), ("matroska", "libx264"), ("avi", "mpeg4"), ("mpegts", "libx264")]
MIXES = 300


@given(
    st.integers(2, 5000),
    st.floats(0.5, 240),
    st.floats(0.05, 2),
    st.integers(28, 3000),
    st.integers(28, 3000),
    st.integers(16, 128),
)
def test_what_is_chosen_is_even_ascending_and_within_the_budget(total, rate, fps, h, w, low):
    asked = Video("", fps=fps, min_pixels=low * 784, total_pixels=20_000 * 784)
    got = choose(asked, [i / rate for i in range(total)], rate, 0.0)
    count = len(got.indices)
    assert count % 2 == 0 and 2 <= count <= min(768, total)
    assert got.indices[0] == 0 and got.indices[-1] == total - 1
    assert all(a < b for a, b in zip(got.indices, got.indices[1:], strict=False))
    height, width = frame_size(h, w, count, asked, Budget())
    assert height % 28 == width % 28 == 0
    high = max(min(768 * 784, 20_000 * 784 / count * 2), int(low * 784 * 1.05))
    grown = (height - 28) * (width - 28) < low * 784  # from below the least, rounded up
    assert height * width <= high or grown or 28 in (height, width)


@given(st.sampled_from(FORMS), st.data())
def test_a_damaged_clip_is_read_or_refused(form, data):
    """No hang, no crash, no file left open, whatever bytes are changed, cut or put in."""
    clip = bytearray(film(12, form=form[0], codec=form[1]))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(clip) - 1))
        clip[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del clip[data.draw(st.integers(0, len(clip) - 1)) :]
    before = len(os.listdir("/proc/self/fd"))
    try:
        got = open_clip(Video(bytes(clip), min_pixels=784, max_pixels=3136, max_frames=8))
    except ValueError as error:  # BadVideo, or BadImage of a strip
        assert "\n" not in str(error)
    else:
        t, h, w = got.survey.grid_thw
        assert got.patches.shape == (t * h * w, 1176)
        assert all(a < b for a, b in zip(got.survey.times, got.survey.times[1:], strict=False))
    assert len(os.listdir("/proc/self/fd")) == before


@given(st.binary(max_size=400))
def test_noise_is_no_clip(noise):
    with pytest.raises(BadVideo):
        open_clip(Video(noise))


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(train_bpe([JINJA, "What happens, and when?"], 330))


def black(draw):
    return Image.new("RGB", (28 * draw.randint(1, 3), 28 * draw.randint(1, 3)))


def authors_rule(ids, pads, media, per_second):
    """`media`: (grid, seconds from one frame pair to the next), in order; 0 for a picture."""
    out, cur, i, left = [], 0, 0, list(media)
    while i < len(ids):
        if ids[i] not in pads:
            out.append((cur, cur, cur))
            cur, i = cur + 1, i + 1
            continue
        (t, h, w), seconds = left.pop(0)
        run = []
        for k in range(t):
            time = int(np.float32(np.float32(k) * np.float32(seconds)) * np.float32(per_second))
            run += [
                (cur + time, cur + row, cur + column)
                for row in range(h // 2)
                for column in range(w // 2)
            ]
        assert all(token == ids[i] for token in ids[i : i + len(run)])
        out += run
        cur, i = max(map(max, run)) + 1, i + len(run)
    assert not left
    return [list(axis) for axis in zip(*out, strict=True)]


def test_positions_of_any_mix_follow_the_authors(tokenizer):
    image, video = tokenizer.id(IMAGE_PAD), tokenizer.id(VIDEO_PAD)
    cfg = replace(QWEN_3B, image_token_id=image, video_token_id=video)
    clips = 0
    for seed in range(MIXES):
        draw, parts, media = random.Random(seed), [], []
        for _ in range(draw.randint(1, 5)):
            kind = draw.choice(["text", "picture", "clip"])
            if kind == "text":
                parts.append(Text("What happens, "[: draw.randint(1, 14)]))
                continue
            one = black(draw)
            h, w = one.height // 14, one.width // 14
            if kind == "picture":
                parts.append(Picture(one, min_pixels=784))
                media.append(((1, h, w), 0.0))
                continue
            frames, fps = draw.randint(1, 9), draw.choice([0.3, 0.5, 1, 1.7, 2, 3, 4, 7.3, 30])
            parts.append(Video((one,) * frames, fps=fps, min_pixels=784))
            media.append((((frames + 1) // 2, h, w), 2 / fps))
            clips += 1
        encoded = encode([Message("user", tuple(parts))], tokenizer, cfg, Limits())
        sample = encoded.sample
        ids = sample.input_ids.tolist()
        assert sample.grid_thw == tuple(grid for grid, _ in media)
        told = authors_rule(ids, {image, video}, media, cfg.vision.tokens_per_second)
        assert sample.position_ids.tolist() == told
        for (t, h, w), patches, each in zip(
            sample.grid_thw, sample.pixel_values, encoded.media, strict=True
        ):
            assert patches.shape == (t * h * w, 1176 if each.times else 588)
            assert each.tokens == t * h * w // 4
        start, end = tokenizer.id(VISION_START), tokenizer.id(VISION_END)
        assert ids.count(start) == ids.count(end) == len(media)
        assert ids.count(video) == sum(each.tokens for each in encoded.media if each.times)
    assert clips > MIXES // 2
