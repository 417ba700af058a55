"""Pictures: sizes by the published goldens, every mode to RGB, every broken form refused."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl.media.errors import BadImage
from qvl.media.image import fit, open_image
from qvl.media.patches import patchify
from qvl.media.sizes import MAX_PIXELS, MIN_PIXELS, asked, smart_resize
from qvl.messages import Image as Picture

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


@pytest.mark.parametrize(
    ("height", "width", "utils", "transformers"),
    [
        (12, 2000, (28, 1988), (28, 728)),
        (14, 100, (28, 112), (28, 168)),
        (2000, 12, (1988, 28), (728, 28)),
        (480, 640, (476, 644), (476, 644)),
    ],
)
def test_both_published_rules_for_strips(height, width, utils, transformers):
    assert smart_resize(height, width) == utils
    assert smart_resize(height, width, rule="qwen-vl-utils") == utils
    assert smart_resize(height, width, rule="transformers") == transformers
    strip = Image.new("RGB", (width, height))
    assert fit(strip).image.size == utils[::-1]
    assert fit(strip, rule="transformers").image.size == transformers[::-1]


def test_a_picture_may_ask_for_a_size_or_limits():
    image = Image.new("RGB", (640, 480))
    for picture, size in (
        (Picture(image), (644, 476)),
        (Picture(image, max_pixels=100 * 784), (308, 224)),
        (Picture(image, min_pixels=1000 * 784), (1036, 784)),
        (Picture(image, max_pixels=784), (28, 28)),  # below the model's own least
        (Picture(image, resized_height=300, resized_width=300), (308, 308)),
        (Picture(image, resized_height=10, resized_width=10), (56, 56)),
        (Picture(image, resized_height=10**6, resized_width=10**6), (980, 980)),
    ):
        fitted = fit(image, *asked(picture, MIN_PIXELS, 1225 * 784))
        assert fitted.image.size == size and fitted.original == (640, 480)


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ({"min_pixels": 5000, "max_pixels": 4000}, "min_pixels 5000 is more than max_pixels 4000"),
        ({"min_pixels": 0}, "min_pixels is 0"),
        ({"max_pixels": -3}, "max_pixels is -3"),
        ({"max_pixels": "1280"}, "max_pixels is '1280'"),
        ({"max_pixels": 1280.5}, "max_pixels is 1280.5"),
        ({"min_pixels": True}, "min_pixels is True"),
        ({"max_pixels": 783}, "max_pixels 783 is less than a token"),
        ({"min_pixels": 10**9}, "min_pixels 1000000000 is more than"),
        ({"resized_height": 56}, "resized_height alone"),
        ({"resized_width": 56}, "resized_width alone"),
        ({"resized_width": 56, "resized_height": 0}, "resized_height is 0"),
        ({"resized_width": 5.6, "resized_height": 56}, "resized_width is 5.6"),
        ({"resized_width": 56, "resized_height": 56, "min_pixels": 3136}, "give one kind"),
        ({"resized_width": 99, "resized_height": 99999}, "200 times"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(wanted, line):
    image = Image.new("RGB", (64, 64))
    with pytest.raises(BadImage, match=line):
        fit(image, *asked(Picture(image, **wanted), MIN_PIXELS, MAX_PIXELS))


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


def test_sixteen_bits_keep_their_upper_byte():
    levels = np.array([[0, 1, 255, 256, 511, 32768, 65535]], dtype=np.uint16)
    upper = (levels >> 8)[0].tolist()
    for mode, kind in (("I;16", "<u2"), ("I;16L", "<u2"), ("I;16B", ">u2")):
        image = Image.frombytes(mode, (7, 1), levels.astype(kind).tobytes())
        assert np.asarray(open_image(image))[0, :, 0].tolist() == upper
    image = Image.fromarray(levels)
    assert np.asarray(open_image(saved(image)))[0, :, 0].tolist() == upper
    assert np.asarray(open_image(saved(image, "TIFF")))[0, :, 0].tolist() == upper
    clear = open_image(saved(image, transparency=256))
    assert np.asarray(clear)[0, :, 0].tolist() == [0, 0, 0, 255, 1, 128, 255]


@pytest.mark.parametrize(
    ("levels", "kind", "greys"),
    [
        ([0, 1, 100, 255], np.int32, [0, 1, 100, 255]),
        ([0, 255, 256, 65535], np.int32, [0, 0, 1, 255]),
        ([0, 0.25, 0.5, 1], np.float32, [0, 64, 128, 255]),
        ([0, 1, 100.6, 255], np.float32, [0, 1, 100, 255]),
        ([0, 255, 256, 65535], np.float32, [0, 0, 1, 255]),
    ],
)
def test_whole_and_floating_levels(levels, kind, greys):
    image = Image.fromarray(np.array([levels], dtype=kind))
    for source in (image, saved(image, "TIFF")):
        assert np.asarray(open_image(source))[0, :, 0].tolist() == greys


@pytest.mark.parametrize("odd", [-1, 65536, 1e38, np.nan, np.inf, -np.inf])
def test_levels_without_a_white_are_refused(odd):
    image = Image.fromarray(np.array([[0, 1, odd]], dtype=np.float32))
    for source in (image, saved(image, "TIFF")):
        with pytest.raises(BadImage, match=r"has levels from .*; scale it to 0..255"):
            open_image(source)


HALVES = Image.new("RGB", (60, 30), "red")
HALVES.paste("blue", (30, 0, 60, 30))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_upright(kind, orientation):
    exif = HALVES.getexif()
    exif[0x0112] = orientation
    got = open_image(saved(HALVES, kind, exif=exif))
    assert got.size == ((60, 30) if orientation < 5 else (30, 60))
    blue_first = orientation in (2, 3, 7, 8)
    first = got.getpixel((5, 5))
    assert (first[2] > 200) == blue_first and (first[0] > 200) != blue_first


def test_broken_exif_turns_nothing():
    for exif in (b"Exif\0\0rubbish", b"Exif\0\0II*\0\x08\0\0\0\xff\xff", b"Exif\0\0MM\0*"):
        assert open_image(saved(HALVES, "JPEG", exif=exif)).size == (60, 30)


def test_of_several_frames_or_pages_the_first():
    frames = [Image.new("RGB", (30, 30), c) for c in ("red", "blue")]
    for kind in ("GIF", "WEBP", "PNG", "TIFF", "MPO"):
        data = saved(frames[0], kind, save_all=True, append_images=frames[1:])
        assert getattr(Image.open(io.BytesIO(data)), "n_frames", 1) == 2, kind
        red, _, blue = open_image(data).getpixel((3, 3))
        assert red > 200 and blue < 60, kind


def test_inverted_ink_of_adobe():
    """A JPEG of CMYK, whose levels Adobe and Pillow store upside down."""
    ink = Image.new("CMYK", (30, 30), (0, 255, 255, 0))
    red, green, blue = open_image(saved(ink, "JPEG")).getpixel((5, 5))
    assert red > 200 and green < 60 and blue < 60


def test_a_picture_that_turns_out_broken_while_held():
    with pytest.raises(BadImage, match="a picture is a broken PNG"):
        open_image(Image.open(io.BytesIO(PNG[: len(PNG) // 2])))


def test_no_file_starts_another_program():
    """Encapsulated PostScript is a program that Pillow would hand to an interpreter."""
    data = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 30 30\n%%EndComments\nshowpage\n"
    with pytest.raises(BadImage, match="no picture that can be read"):
        open_image(data)


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
    "bomb": (lying(60_000, 60_000), "more pixels than 178956970"),
    "smaller bomb": (lying(60_000, 3_000), "more pixels than 178956970"),
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
