"""Tiny clips whose every frame shows its own number, so that a test can say which one it got."""

import io
import struct
from functools import cache
from tempfile import NamedTemporaryFile

import av
import numpy as np
from PIL import Image

BITS = 8
WIDE, HIGH = 64, 48


def frame(number, size=(WIDE, HIGH)):
    """The number in binary, as bright and dark columns; the top left corner is always dark."""
    width, height = size
    row = np.array([215 if number >> bit & 1 else 40 for bit in range(BITS)], np.uint8)
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:] = row.repeat(-(width // -BITS))[:width, None]
    pixels[: height // 3] = 20
    return Image.fromarray(pixels)


def number(pixels):
    """What a frame shows, after coding and resizing; uint8[H, W, 3] or a picture."""
    pixels = np.asarray(pixels)
    row = pixels[pixels.shape[0] // 2 :].mean((0, 2))
    return sum(1 << i for i, part in enumerate(np.array_split(row, BITS)) if part.mean() > 128)


@cache
def film(frames=60, fps=30, form="mp4", codec="libx264", pts=None, size=(WIDE, HIGH), **options):
    """The bytes of a clip. `pts` in units of 1/fps; options are the codec's."""
    more = {"movflags": "faststart"} if form == "mp4" else {}  # so that a cut one can be opened
    with NamedTemporaryFile() as file:
        with av.open(file.name, "w", format=form, options=more) as container:
            stream = container.add_stream(codec, rate=fps, options={"g": "15", **options})
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            for i in range(frames):
                picture = av.VideoFrame.from_image(frame(i % 256, size))
                picture.pts = i if pts is None else pts[i]
                container.mux(stream.encode(picture))
            container.mux(stream.encode())
        return file.read()


def sound(form="mp4"):
    """A clip without moving pictures."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        stream = container.add_stream("aac", rate=8000)
        wave = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        wave.sample_rate = 8000
        container.mux(stream.encode(wave))
        container.mux(stream.encode())
    return out.getvalue()


def turned(clip, a, b, c, d):
    """An MP4 whose header says x' = a x + c y, y' = b x + d y."""
    at = clip.index(b"tkhd") + 44
    matrix = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    return clip[:at] + matrix + clip[at + 36 :]
