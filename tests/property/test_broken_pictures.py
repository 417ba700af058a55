"""No bytes, however broken, do anything but raise BadImage, and nothing stays open or allocated."""

import io
import os
import struct

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from qvl.media.errors import BadImage, BadSource
from qvl.media.fetch import picture
from qvl.media.image import open_image
from qvl.media.policy import Policy

KINDS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "ICO", "PCX", "JPEG2000")
MODES = {"GIF": ("P", "L"), "JPEG": ("RGB", "L", "CMYK"), "JPEG2000": ("RGB", "RGBA")}


def whole(kind: str, mode: str) -> bytes:
    noise = np.random.default_rng(3).integers(0, 256, (40, 48, 3), dtype=np.uint8)
    out = io.BytesIO()
    image = Image.fromarray(noise).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = 6
    extra = {"exif": exif} if kind in ("PNG", "JPEG", "WEBP") else {}
    image.save(out, kind, **extra)
    return out.getvalue()


FILES = [whole(kind, mode) for kind in KINDS for mode in MODES.get(kind, ("RGB",))]
FILES += [whole("PNG", "RGBA"), whole("PNG", "P"), whole("TIFF", "1"), whole("TIFF", "F")]

number = st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF])
edit = st.one_of(
    st.tuples(st.just("set"), st.integers(0, 6000), st.binary(min_size=1, max_size=4)),
    st.tuples(st.just("big"), st.integers(0, 200), number.map(lambda n: struct.pack(">I", n))),
    st.tuples(st.just("little"), st.integers(0, 200), number.map(lambda n: struct.pack("<I", n))),
    st.tuples(st.just("cut"), st.integers(0, 6000), st.just(b"")),
    st.tuples(st.just("add"), st.integers(0, 6000), st.binary(max_size=40)),
)


def broken(data: bytes, edits: list[tuple[str, int, bytes]]) -> bytes:
    for what, place, piece in edits:
        at = place % (len(data) + 1)
        if what == "cut":
            data = data[:at]
        else:
            data = data[:at] + piece + data[at + (0 if what == "add" else len(piece)) :]
    return data


def opened(source: object) -> Image.Image | str:
    """The picture, or the one line of what is wrong with it."""
    try:
        image = open_image(source)
    except BadImage as error:
        line = str(error)
        assert "\n" not in line and line.isprintable() and len(line) < 400
        return line
    assert image.mode == "RGB" and np.asarray(image).shape == (*image.size[::-1], 3)
    return image


def test_the_files_are_whole():
    assert all(isinstance(opened(data), Image.Image) for data in FILES)


@given(st.sampled_from(FILES), st.lists(edit, min_size=1, max_size=4))
@settings(max_examples=settings().max_examples * 2)
def test_mutated_files(data, edits):
    opened(broken(data, edits))


@given(st.sampled_from(FILES), st.integers(0, 10_000))
def test_truncated_files_on_disk_leave_nothing_open(tmp_path_factory, data, cut):
    path = tmp_path_factory.getbasetemp() / "picture.png"
    path.write_bytes(data[: cut % len(data)])
    before = sorted(os.listdir("/proc/self/fd"))
    opened(path)
    assert sorted(os.listdir("/proc/self/fd")) == before


LETTERS = "aZ09+/=:;,.%?#@ \0\n\té…\ud800"


@given(
    st.text(LETTERS, max_size=200),
    st.sampled_from(["", "data:", "data:image/png;base64,", "file://"]),
)
def test_strings_as_sources(text, head):
    """Of the network nothing is asked: only files and data are allowed here."""
    try:
        picture(head + text, Policy(schemes=("file", "data")))
    except (BadImage, BadSource) as error:
        line = str(error)
        assert "\n" not in line and line.isprintable() and len(line) < 400
