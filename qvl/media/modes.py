"""Every way to store a picture to RGB: upright, on white where it is transparent."""

from typing import Any

import numpy as np
from PIL import Image

from qvl.media.errors import BadImage

_ORIENTATION = 0x0112  # the EXIF tag
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N")
_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")


def to_rgb(image: Image.Image) -> Image.Image:
    """A loaded picture in RGB; transformers' pixels wherever it knows the mode.

    16-bit grey keeps its upper byte, as Pillow does with 16-bit colour; of whole and floating
    point levels the white is 1 (floats only), 255 or 65535, the least that none exceeds.
    """
    turn = _turn(image)
    if image.mode in _DEEP:
        image = _shallow(image)
    elif image.mode in ("I", "F"):
        image = _levels(image)
    if image.mode in _ALPHA or image.info.get("transparency") is not None:
        image = _on_white(image)
    image = image if image.mode == "RGB" else image.convert("RGB")
    return image if turn is None else image.transpose(turn)


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        orientation: Any = image.getexif().get(_ORIENTATION)
        return _UPRIGHT.get(orientation)
    except Exception:  # broken EXIF says nothing about the pixels, which are whole
        return None


def _on_white(image: Image.Image) -> Image.Image:
    image = image.convert("LA" if image.mode == "La" else "RGBA").convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, (255, 255, 255, 255)), image)


def _shallow(image: Image.Image) -> Image.Image:
    """16 bits to 8; the one level that a file may call transparent becomes white."""
    levels = np.asarray(image.convert("I"))
    grey = (levels >> 8).astype(np.uint8)
    clear = image.info.get("transparency")
    if clear is not None:
        grey[levels == clear] = 255
    return Image.fromarray(grey)


def _levels(image: Image.Image) -> Image.Image:
    levels = np.asarray(image)
    low, high = levels.min(), levels.max()  # NaN if any is
    if not (low >= 0 and high <= 65535):
        raise BadImage(
            f"a picture of mode {image.mode} has levels from {low} to {high}; scale it to 0..255"
        )
    if image.mode == "F" and high <= 1:
        return Image.fromarray(np.rint(levels * np.float32(255)).astype(np.uint8))
    if high > 255:
        return Image.fromarray((levels.astype(np.int32) >> 8).astype(np.uint8))
    return Image.fromarray(levels.astype(np.uint8))
