"""Pictures: sizes by the published goldens, every mode to RGB, every broken form refused."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl.media.image import BadImage, fit, open_image, smart_resize
from qvl.media.patches import patchify

GOLDEN = [  # height, width -> height, width, tokens (the report's code at its default limits)
    (2400, 1080, 2408, 1092, 3354),
    (1280, 720, 1288, 728, 1196),
    (1440, 2560, 1428, 2548, 4641),
    (1532, 1014, 1540, 1008, 1980),
    (1398, 870, 1400, 868, 1550),
    (1092, 8204, 1092, 8204, 11427),
    (224, 28, 224, 28, 8),
    (1260, 700, 1260, 700, 1125),
    (10, 10, 56, 56, 4),
    (8000, 8000, 3584, 3584, 16384),
    (12, 2000, 28, 1988, 71),
    (14, 100, 28, 112, 4),
]


@pytest.mark.parametrize(("height", "width", "h", "w", "tokens"), GOLDEN)
def test_published_sizes(height, width, h, w, tokens):
    assert smart_resize(height, width) == (h, w)
    assert h * w // 784 == tokens


@given(st.integers(1, 6000), st.integers(1, 6000))
def test_sizes_stay_within_the_limits(height, width):
    if max(height, width) > 200 * min(height, width):
        with pytest.raises(BadImage, match="200 times"):
            smart_resize(height, width)
        return
    h, w = smart_resize(height, width)
    assert h % 28 == 0 and w % 28 == 0
    assert h * w <= 16384 * 784 or min(h, w) == 28
    if max(h, w) <= 200 * min(h, w) and h * w >= 4 * 784:
        assert smart_resize(h, w) == (h, w)


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def test_transparent_pictures_lie_on_white():
    clear = Image.new("RGBA", (30, 30), (255, 0, 0, 0))
    half = Image.new("RGBA", (30, 30), (0, 0, 0, 128))
    assert open_image(saved(clear)).getpixel((3, 3)) == (255, 255, 255)
    assert abs(open_image(saved(half)).getpixel((3, 3))[0] - 127) <= 1
    palette = Image.new("P", (30, 30), 0)
    palette.putpalette([9, 9, 9] * 256)
    assert open_image(saved(palette, transparency=0)).getpixel((0, 0)) == (255, 255, 255)


def test_every_mode_becomes_rgb():
    ramp = np.linspace(0, 255, 900).reshape(30, 30).astype(np.uint8)
    grey = Image.fromarray(ramp)
    deep = Image.fromarray(ramp.astype(np.uint16) * 257)
    for image in (grey, deep, grey.convert("1"), grey.convert("P")):
        assert open_image(saved(image)).mode == "RGB"
    assert open_image(saved(deep)).getpixel((29, 29)) == (255, 255, 255)
    ink = Image.new("CMYK", (30, 30), (0, 255, 255, 0))
    red, green, blue = open_image(saved(ink, "TIFF")).getpixel((5, 5))
    assert red > 200 and green < 60 and blue < 60


def test_exif_turns_the_picture_upright():
    image = Image.new("RGB", (60, 30))
    exif = image.getexif()
    exif[0x0112] = 6
    assert open_image(saved(image, "JPEG", exif=exif)).size == (30, 60)


def test_an_animation_is_its_first_frame():
    frames = [Image.new("RGB", (30, 30), c) for c in ("red", "blue")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert open_image(data).getpixel((3, 3))[0] > 200


def lying(width: int, height: int) -> bytes:
    """A PNG whose header promises a size that its data does not hold."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    return start + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


PNG = saved(Image.effect_noise((200, 200), 60))
BROKEN = {
    "empty": (b"", "is empty"),
    "text": (b"hello, I am no picture", "no picture that can be read"),
    "truncated": (PNG[: len(PNG) // 2], "broken PNG"),
    "truncated jpeg": (saved(Image.effect_noise((200, 200), 60), "JPEG")[:4000], "broken JPEG"),
    "lying": (lying(500, 500), "broken PNG"),
    "bomb": (lying(60_000, 60_000), "pixels"),
    "strip": (saved(Image.new("L", (100_000, 1))), "200 times longer than wide"),
    "standing strip": (saved(Image.new("L", (1, 100_000))), "200 times longer than wide"),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_broken_pictures_are_refused_in_one_line(name, tmp_path):
    data, message = BROKEN[name]
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    for source in (data, path):
        with pytest.raises(BadImage, match=message) as caught:
            open_image(source)
        assert "\n" not in str(caught.value)
    assert "picture.png" in str(caught.value) or "strip" in name


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(BadImage, match=r"nowhere.png does not exist"):
        open_image(tmp_path / "nowhere.png")
    with pytest.raises(BadImage, match="is a folder"):
        open_image(tmp_path)


@given(st.binary(max_size=400), st.integers(0, len(PNG)))
def test_no_bytes_raise_anything_else(noise, cut):
    for data in (noise, PNG[:cut] + noise + PNG[cut + 40 :]):
        try:
            assert open_image(data).mode == "RGB"
        except BadImage as error:
            assert "\n" not in str(error)


def test_fit_keeps_the_original_size():
    fitted = fit(Image.new("RGB", (413, 300)))
    assert fitted.original == (413, 300)
    assert fitted.image.size == (420, 308)


def test_patches_are_the_picture_cut_up():
    """Every row of a merge unit's four patches holds the pixels of its place."""
    pixels = np.random.default_rng(0).integers(0, 256, (56, 84, 3), dtype=np.uint8)
    rows, grid = patchify(pixels)
    assert grid == (1, 4, 6) and rows.shape == (24, 588)
    row = 0
    for unit_y in range(2):
        for unit_x in range(3):
            for y, x in ((0, 0), (0, 1), (1, 0), (1, 1)):
                top, left = unit_y * 28 + y * 14, unit_x * 28 + x * 14
                piece = pixels[top : top + 14, left : left + 14].transpose(2, 0, 1)
                assert (rows[row].numpy() == piece.ravel()).all()
                row += 1
