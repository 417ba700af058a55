"""Interlaced H.264: as many frames as are shown, at their times, fields apart or together."""

import io
from types import SimpleNamespace

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.media.pairs import Pairs
from qvl.media.track import scan
from qvl.media.video import open_clip, survey
from qvl.media.walk import pictures
from qvl.messages import Video
from tests.fields import SIZE, fields
from tests.films import film, number

APART = [("mpegts", False), ("mpegts", True), ("matroska", False), ("matroska", True)]


def check(clip, frames, rate, size):
    told = survey(Video(clip, nframes=6))
    assert (told.frames, told.original_size) == (frames, size)
    assert told.frame_rate == pytest.approx(rate)
    assert told.duration == pytest.approx(frames / rate)
    assert told.times == pytest.approx([i / rate for i in told.indices], abs=1e-3)
    shown = pictures(clip, scan(clip), told.indices)
    assert [number(picture) for picture in shown] == list(told.indices)
    assert len(open_clip(Video(clip, nframes=6)).patches)


@pytest.mark.parametrize(("form", "paired"), APART)
def test_fields_apart(form, paired):
    """A packet a field, or a packet a frame; MPEG-TS splits both and times the second or not."""
    clip = fields(20, 25, form, paired)
    with av.open(io.BytesIO(clip)) as file:
        packets = sum(packet.size > 0 for packet in file.demux(video=0))
    assert packets == (20 if (form, paired) == ("matroska", True) else 40)
    check(clip, 20, 25, SIZE)


@pytest.mark.parametrize("form", ["mpegts", "mp4"])
@pytest.mark.parametrize("first", ["tff", "bff"])
def test_fields_together(form, first):
    """What libx264 writes: both fields of a frame in one picture, mixed by macroblock."""
    options = {"flags": "+ilme+ildct", "x264-params": f"{first}=1"}
    clip = film(30, 25, form=form, bf="2", size=(128, 96), **options)
    with av.open(io.BytesIO(clip)) as file:
        assert next(file.decode(video=0)).interlaced_frame
    check(clip, 30, 25, (128, 96))


class Packet(bytes):
    """A packet as far as `Pairs` looks."""

    is_keyframe = True

    @property
    def size(self):
        return len(self)


def stream(extra=b""):
    return SimpleNamespace(codec_context=SimpleNamespace(name="h264", extradata=extra))


@given(st.binary(max_size=60), st.lists(st.binary(max_size=80), max_size=4), st.data())
def test_any_bytes_are_looked_at(extra, packets, data):
    head = data.draw(st.sampled_from([b"", b"\0\0\1\x67", b"\0\0\1\x68", b"\0\0\1\x65"]))
    for opening in (extra, b"\1" + extra):
        pairs = Pairs(stream(opening))
        for packet in packets:
            assert pairs.second(Packet(head + packet)) in (True, False)


def test_damaged_fields_never_make_more_frames():
    clip = bytearray(fields(6))
    for at in range(188, len(clip), 997):
        changed = clip.copy()
        changed[at] ^= 255
        try:
            assert survey(Video(bytes(changed))).frames <= 8
        except ValueError as error:
            assert "\n" not in str(error)
