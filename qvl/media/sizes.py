"""How large a picture becomes before the model sees it (report, section 2.1.1)."""

import math
from numbers import Integral
from typing import Literal

from qvl.media.errors import BadImage
from qvl.messages import Image

UNIT = 28  # pixels a side of what becomes one token: 14-pixel patches, merged 2x2
MIN_PIXELS, MAX_PIXELS = 4 * UNIT**2, 16384 * UNIT**2
RATIO = 200  # a longer strip is refused
BOMB = 178_956_970  # pixels; what claims more is not decoded (Pillow's own bound)

Rule = Literal["qwen-vl-utils", "transformers"]  # they differ on strips under 14 pixels


def smart_resize(
    height: int,
    width: int,
    min_pixels: int = MIN_PIXELS,
    max_pixels: float = MAX_PIXELS,
    factor: int = UNIT,
    rule: Rule = "qwen-vl-utils",
) -> tuple[int, int]:
    """(height, width) in multiples of `factor` nearest the original, its area within the limits.

    qwen-vl-utils rounds each side to at least one factor before it looks at the area;
    transformers lets a side round to nothing, so that the area grows:

        height x width      12 x 2000    14 x 100
        qwen-vl-utils       28 x 1988    28 x 112
        transformers        28 x 728     28 x 168

    BadImage if one side is more than 200 times the other.
    """
    if min(height, width) < 1:
        raise BadImage(f"a picture of {width}x{height} pixels is empty")
    if max(height, width) > RATIO * min(height, width):
        raise BadImage(
            f"a picture of {width}x{height} pixels is over {RATIO} times longer than wide; crop it"
        )
    least = factor if rule == "qwen-vl-utils" else 0
    h = max(least, round(height / factor) * factor)
    w = max(least, round(width / factor) * factor)
    if h * w > max_pixels:
        shrink = math.sqrt(height * width / max_pixels)
        h = max(factor, math.floor(height / shrink / factor) * factor)
        w = max(factor, math.floor(width / shrink / factor) * factor)
    elif h * w < min_pixels:
        grow = math.sqrt(min_pixels / (height * width))
        h = math.ceil(height * grow / factor) * factor
        w = math.ceil(width * grow / factor) * factor
    return h, w


def check_limits(min_pixels: int, max_pixels: int) -> None:
    """BadImage unless 1 <= min_pixels <= max_pixels and one token fits below the upper limit."""
    _whole("min_pixels", min_pixels)
    _whole("max_pixels", max_pixels)
    if min_pixels > max_pixels:
        raise BadImage(
            f"min_pixels {min_pixels} is more than max_pixels {max_pixels}; give the smaller first"
        )
    if max_pixels < UNIT**2:
        raise BadImage(
            f"max_pixels {max_pixels} is less than a token of {UNIT}x{UNIT}; give {UNIT**2} or more"
        )
    if min_pixels > BOMB:
        raise BadImage(f"min_pixels {min_pixels} is more than {BOMB}; give fewer")


def asked(
    picture: Image, min_pixels: int, max_pixels: int
) -> tuple[int, int, tuple[int, int] | None]:
    """The limits of a picture and the (height, width) it asks for, if it does.

    A limit of its own goes before the model's, and takes the model's other one along where they
    would cross. BadImage for limits beside a size, half a size, or numbers that make no sense.
    """
    low, high = picture.min_pixels, picture.max_pixels
    height, width = picture.resized_height, picture.resized_width
    if height is None and width is None:
        for name, value in (("min_pixels", low), ("max_pixels", high)):
            if value is not None:
                _whole(name, value)
        if low is None:
            low = min_pixels if high is None else min(min_pixels, high)
        if high is None:
            high = max(max_pixels, low)
        check_limits(low, high)
        return low, high, None
    if height is None or width is None:
        given = "resized_height" if width is None else "resized_width"
        raise BadImage(f"a picture has {given} alone; give resized_height and resized_width")
    if low is not None or high is not None:
        raise BadImage("a picture has resized_height and min_pixels or max_pixels; give one kind")
    _whole("resized_height", height)
    _whole("resized_width", width)
    return min_pixels, max_pixels, (height, width)


def _whole(name: str, value: object) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise BadImage(f"{name} is {value!r}; give a whole number of pixels from 1 up")
