"""Clips: the right frames at their true times, upright, and one clear line for what is no clip."""

import io
import os
import re
import weakref
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image

from qvl.media.clips import resize, stack
from qvl.media.patches import patchify
from qvl.media.sampling import BadVideo, Budget, frame_rate
from qvl.media.track import scan
from qvl.media.video import open_clip, survey
from qvl.media.walk import _runs, pictures
from qvl.messages import Video
from tests.films import HIGH, WIDE, film, frame, number, sound, turned

SMALL = {"min_pixels": 784, "max_pixels": 3136}


@pytest.fixture(scope="module")
def clip():
    return film(60, bf="3")


def shown(clip, indices):
    """The numbers on frames of these indices."""
    return [number(picture) for picture in pictures(clip, scan(clip), indices)]


def numbers(patches, grid):
    """The numbers on the frames that patches hold, put together again."""
    t, h, w = grid
    x = patches.view(t, h // 2, w // 2, 2, 2, 3, 2, 14, 14)
    x = x.permute(0, 6, 1, 3, 7, 2, 4, 8, 5).reshape(2 * t, 14 * h, 14 * w, 3)
    return [number(each) for each in x]


def cut(clip, share=0.9):
    return clip[: int(len(clip) * share)]


FORMS = [
    ("mp4", "libx264", {"bf": "3"}),
    ("matroska", "libx264", {"bf": "3"}),
    ("mpegts", "libx264", {"bf": "2"}),
    ("avi", "mpeg4", {"bf": "2"}),
    ("mov", "mpeg4", {}),
    ("mp4", "libx264", {"bf": "3", "flags": "-cgop"}),
]


@pytest.mark.parametrize(("form", "codec", "options"), FORMS, ids=lambda x: str(x)[:9])
def test_the_frames_that_are_asked(form, codec, options):
    clip = film(45, form=form, codec=codec, **options)
    told = survey(Video(clip, nframes=10))
    assert (told.frames, told.frame_rate) == (45, 30.0)
    assert told.indices == (0, 5, 10, 15, 20, 24, 29, 34, 39, 44)
    assert np.allclose(told.times, np.array(told.indices) / 30, atol=1e-3)
    assert shown(clip, told.indices) == list(told.indices)


def test_every_frame_of_a_whole_clip(clip):
    assert shown(clip, range(60)) == list(range(60))
    assert shown(clip, [0, 0, 7, 7, 59]) == [0, 0, 7, 7, 59]


def test_what_is_passed_over_is_not_decoded():
    """Seeks change no pixel, whatever the codec knows of the frames before."""
    clip = film(200, bf="3")
    track, wanted = scan(clip), [3, 70, 71, 130, 199]
    assert len(_runs(track, wanted)) == 4
    assert len(_runs(track, range(200))) == 1
    assert shown(clip, wanted) == wanted
    with av.open(io.BytesIO(clip)) as container:
        every = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    for i, picture in zip(wanted, pictures(clip, track, wanted), strict=True):
        assert np.array_equal(picture, every[i])


def test_a_varying_frame_rate_tells_each_frames_own_time():
    """Half a second at 30 frames a second, then one frame a second."""
    at = (*range(15), *(15 + 30 * i for i in range(9)))
    clip = film(24, pts=at)
    told = survey(Video(clip, nframes=8))
    assert told.indices == (0, 3, 7, 10, 13, 16, 20, 23)
    assert np.allclose(told.times, [at[i] / 30 for i in told.indices], atol=1e-3)
    assert told.frame_rate == pytest.approx(23 / (at[-1] / 30), rel=0.1)
    assert shown(clip, told.indices) == list(told.indices)
    late = survey(Video(clip, start=2.4, end=7.6, nframes=6))
    assert np.allclose(late.times, [2.5, 3.5, 4.5, 5.5, 6.5, 7.5], atol=1e-3)
    assert late.sample_fps == pytest.approx(1.0)  # of the span, not of the whole clip


def test_a_claimed_rate_is_believed_only_where_the_times_bear_it_out():
    even = [i / 25 for i in range(50)]
    assert frame_rate(even, 25.0) == 25.0
    assert frame_rate([round(t, 3) for t in even], 25.0) == 25.0  # as Matroska rounds them
    assert frame_rate(even, 30.0) == pytest.approx(25)
    assert frame_rate(even, None) == pytest.approx(25)


def test_start_and_end_are_seconds_and_both_count(clip):
    told = survey(Video(clip, start=0.5, end=1.5, fps=30))
    assert len(told.indices) == 30  # of 31: an even count
    assert (told.indices[0], told.indices[-1]) == (15, 45)
    assert survey(Video(clip, start=0.5, end=1.5, nframes=4)).indices == (15, 25, 35, 45)
    assert survey(Video(clip, end=99)).indices == survey(Video(clip)).indices


def test_time_runs_with_the_clock():
    """The same frames at half the speed take twice as long; reversed, they are read backwards."""
    fast, slow = film(40, fps=20), film(40, fps=10)
    one, two = (survey(Video(clip, nframes=8)) for clip in (fast, slow))
    assert one.indices == two.indices
    assert two.second_per_grid_ts == 2 * one.second_per_grid_ts == 2 * 2 / 4
    assert np.allclose(two.times, 2 * np.array(one.times))
    ahead = open_clip(Video(fast, nframes=8, **SMALL))
    asked = tuple(frame(i) for i in reversed(one.indices))
    behind = open_clip(Video(asked, fps=4.0, **SMALL))
    told = [numbers(each.patches, each.survey.grid_thw) for each in (ahead, behind)]
    assert told[0] == list(one.indices) == told[1][::-1]


QUARTERS = [
    ((1, 0, 0, 1), lambda x: x),
    ((0, 1, -1, 0), lambda x: np.rot90(x, -1)),  # a phone held upright
    ((-1, 0, 0, -1), lambda x: np.rot90(x, 2)),
    ((0, -1, 1, 0), lambda x: np.rot90(x, 1)),
    ((-1, 0, 0, 1), lambda x: x[:, ::-1]),
    ((0, 1, 1, 0), lambda x: x.swapaxes(0, 1)),
]


@pytest.mark.parametrize(("matrix", "turn"), QUARTERS)
def test_turned_as_the_container_says(clip, matrix, turn):
    plain = next(pictures(clip, scan(clip), [5]))
    other = turned(clip, *matrix)
    track = scan(other)
    upright = next(pictures(other, track, [5]))
    assert np.array_equal(upright, turn(plain))
    assert track.size == upright.shape[1::-1]


def test_patches_are_the_resized_frames(clip):
    got = open_clip(Video(clip, nframes=4))
    t, h, w = got.survey.grid_thw
    assert got.patches.dtype == torch.uint8 and got.patches.shape == (t * h * w, 1176)
    assert got.survey.patch_bytes == got.patches.numel()
    assert got.survey.tokens == t * h * w // 4
    assert (14 * w, 14 * h) == got.survey.processed_size
    size = got.survey.processed_size
    frames = got.patches.view(t, h * w, 3, 2, 196)
    for k, picture in enumerate(pictures(clip, scan(clip), got.survey.indices)):
        one, _ = patchify(resize(picture, size[1], size[0]))
        assert torch.equal(frames[k // 2, :, :, k % 2].flatten(1), one)


def test_the_survey_is_what_is_read(clip):
    asked = Video(clip, fps=4.0, **SMALL)
    assert open_clip(asked).survey == survey(asked)


def test_frames_at_hand():
    asked = Video(tuple(frame(i) for i in (9, 4, 77)), fps=0.5, **SMALL)
    got = open_clip(asked)
    assert got.survey.grid_thw[0] == 2
    assert numbers(got.patches, got.survey.grid_thw) == [9, 4, 77, 77]  # the last once more
    assert got.survey.times == (0.0, 2.0, 4.0)
    assert got.survey.second_per_grid_ts == 4.0
    assert got.survey.original_size == (WIDE, HIGH)
    single = open_clip(Video((frame(3),), fps=1.0, **SMALL))
    assert numbers(single.patches, single.survey.grid_thw) == [3, 3]


def test_frames_are_let_go_when_they_are_cut():
    """What makes memory independent of a clip's length: one frame is held at a time."""
    held = []

    def one_by_one():
        for i in range(40):
            pixels = np.asarray(frame(i, (28, 28))).copy()
            held.append(weakref.ref(pixels))
            yield pixels
            del pixels
            assert sum(ref() is not None for ref in held) <= 1

    assert stack(one_by_one(), (20, 2, 2)).shape == (80, 1176)


def test_the_resize_is_that_of_pictures_to_two_levels():
    """And averages what it makes smaller: a fine chequerboard becomes grey."""
    noise = np.random.default_rng(0).integers(0, 256, (90, 160, 3), dtype=np.uint8)
    for height, width in ((56, 84), (112, 196)):
        pillow = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
        assert abs(resize(noise, height, width).astype(int) - np.asarray(pillow)).max() <= 2
    board = np.indices((112, 112)).sum(0)[..., None].repeat(3, 2) % 2 * 255
    grey = resize(board.astype(np.uint8), 28, 28)
    assert abs(grey.astype(int) - 127).max() < 20


def test_a_wrong_count_in_the_header_is_no_count():
    clip = film(60, form="avi", codec="mpeg4")
    at = clip.index(b"avih") + 24
    length = clip.index(b"strh") + 8 + 32
    wrong = bytearray(clip)
    wrong[at : at + 4] = wrong[length : length + 4] = (30).to_bytes(4, "little")
    assert survey(Video(bytes(wrong))).frames == 60


def test_the_budget_is_shared_by_the_frames(clip):
    for total in (40, 100, 400):
        asked = Video(clip, fps=15, min_pixels=784, total_pixels=total * 784)
        assert survey(asked, Budget()).tokens <= total
    assert survey(Video(clip, resized_height=60, resized_width=90)).processed_size == (84, 56)


def test_paths_and_bytes_are_the_same(clip, tmp_path):
    path = tmp_path / "clip.weird"
    path.write_bytes(clip)
    for source in (path, str(path)):
        assert torch.equal(open_clip(Video(source)).patches, open_clip(Video(clip)).patches)


BAD = [
    (lambda: b"", {}, "no clip that can be read"),
    (lambda: b"hello " * 500, {}, "no clip that can be read"),
    (lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n", {}, "no clip"),
    (lambda: b"ffconcat version 1.0\nfile /etc/hostname\n", {}, "no clip"),
    (lambda: sound(), {}, "no moving pictures, only audio"),
    (lambda: film(1), {}, "single frame; give it as a picture"),
    (lambda: film(20, form="h264"), {}, "does not say when its frames are shown"),
    (lambda: cut(film(60)), {}, r"breaks off after .* or set end="),
    (lambda: cut(film(60, form="matroska"), 0.7), {}, r"breaks off after .* set end="),
    (lambda: cut(film(60, form="avi", codec="mpeg4"), 0.7), {}, r"breaks off after"),
    (lambda: film(10), {"start": 2, "end": 1}, "start=2 is not before end=1"),
    (lambda: film(10), {"start": 1, "end": 1}, "start=1 is not before end=1"),
    (lambda: film(10), {"start": 5.0}, r"start=5.0 is beyond the last frame, which is at 0.30 s"),
    (lambda: film(10), {"start": 0.29}, "leave 1 of 10 frames"),
    (lambda: film(10), {"nframes": 4, "fps": 1.0}, "nframes and fps are both given"),
    (lambda: film(10), {"nframes": 4, "max_frames": 8}, "nframes and max_frames"),
    (lambda: film(10), {"nframes": 12}, "12 frames are asked of the 10 there; give 2 to 10"),
    (lambda: film(10), {"nframes": 1}, "nframes is 1; give at least 2"),
    (lambda: film(10), {"nframes": 0}, "nframes is 0; it must be above 0"),
    (lambda: film(10), {"nframes": 4.0}, "nframes is 4.0; it must be a whole number"),
    (lambda: film(10), {"fps": -1}, "fps is -1; it must be above 0"),
    (lambda: film(10), {"fps": float("nan")}, "fps is nan; it must be a number"),
    (lambda: film(10), {"fps": True}, "fps is True; it must be a number"),
    (lambda: film(10), {"fps": "2"}, "fps is '2'; it must be a number"),
    (lambda: film(10), {"fps": 10_000}, "fps=10000 is more than the 30 frames"),
    (lambda: film(10), {"start": -1}, "start is -1"),
    (lambda: film(10), {"max_frames": 1}, "give 2 to 10"),
    (lambda: film(10), {"min_pixels": 9999, "max_pixels": 99}, "max_pixels=99 is below min_pix"),
    (lambda: film(10), {"resized_height": 56}, "give both"),
    (
        lambda: film(10),
        {"resized_height": 56, "resized_width": 56, "min_pixels": 784},
        "resized_height and min_pixels are both given",
    ),
    (lambda: film(10, size=(16, 3400)), {}, "over 200 times longer"),
    (lambda: (), {"fps": 1.0}, "empty list of frames"),
    (lambda: (frame(1),), {}, "needs its fps"),
    (lambda: (frame(1), "x.png"), {"fps": 1.0}, "a frame of a clip is 'x.png'"),
    (lambda: (frame(1), frame(1, (8, 8))), {"fps": 1.0}, r"\(64, 48\) and \(8, 8\) pixels"),
    (lambda: (frame(1),), {"fps": 1.0, "start": 1}, "start is for clips in files"),
    (lambda: "/nowhere/a.mp4", {}, "/nowhere/a.mp4 does not exist"),
    (lambda: "http://127.0.0.1:1/a.mp4", {}, "does not exist"),
    (lambda: "a\0b", {}, "cannot be read"),
    (lambda: str(Path(__file__).parent), {}, "is a folder"),
    (lambda: "/dev/zero", {}, "is no regular file"),
]


@pytest.mark.parametrize(("make", "asked", "line"), BAD, ids=[line[:28] for *_, line in BAD])
def test_one_clear_line(make, asked, line):
    with pytest.raises(ValueError, match=line) as caught:
        open_clip(Video(make(), **asked))
    assert "\n" not in str(caught.value)


def test_a_picture_is_no_clip(tmp_path):
    frame(1).save(tmp_path / "a.mp4", format="png")
    with pytest.raises(BadVideo, match="no clip that can be read"):
        survey(Video(tmp_path / "a.mp4"))


def test_absurd_sizes_are_refused_before_they_are_decoded(monkeypatch):
    monkeypatch.setattr("qvl.media.container.BOMB", WIDE * HIGH - 1)
    with pytest.raises(BadVideo, match="claims frames of 64x48 pixels, over 3071"):
        survey(Video(film(4)))


def test_what_a_broken_clip_does_hold_can_be_had():
    clip = cut(film(60, form="matroska"), 0.7)
    with pytest.raises(BadVideo) as caught:
        survey(Video(clip))
    end = float(re.search(r"set end=([\d.]+)", str(caught.value))[1])
    told = survey(Video(clip, end=end))
    assert 10 < told.frames < 60
    assert shown(clip, told.indices) == list(told.indices)


def test_a_damaged_frame_is_missed_only_where_it_is_wanted():
    """Zeros over a span of a keyframe's bytes: its 15 frames are lost, those before are not."""
    clip = bytearray(film(60, form="matroska", bf="0"))
    with av.open(io.BytesIO(bytes(clip))) as container:
        packets = [bytes(p) for p in container.demux() if p.size]
    at = clip.index(packets[30])
    clip[at : at + len(packets[30])] = bytes(len(packets[30]))
    assert shown(bytes(clip), [0, 10, 29]) == [0, 10, 29]
    with pytest.raises(BadVideo, match=r"the frame at 1.00 s of .* cannot be decoded"):
        shown(bytes(clip), [0, 10, 30])


def test_no_file_stays_open(tmp_path, clip):
    good, bad = tmp_path / "good.mp4", tmp_path / "bad.mp4"
    good.write_bytes(clip)
    bad.write_bytes(clip[:3000])
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        open_clip(Video(good, **SMALL))
        for path in (bad, tmp_path / "none.mp4"):
            with pytest.raises(BadVideo):
                open_clip(Video(path))
        half = pictures(good, scan(good), [0, 5, 9])
        next(half)
        half.close()
    assert len(os.listdir("/proc/self/fd")) == before
