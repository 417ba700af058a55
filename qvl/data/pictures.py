"""Sizes of a record's pictures, read without their pixels."""

import io

from PIL import Image

from qvl.data.records import PICTURES, Picture, Record
from qvl.media.errors import BadImage
from qvl.media.sizes import BOMB, MAX_PIXELS, MIN_PIXELS, asked, smart_resize
from qvl.messages import Image as Shown
from qvl.tasks.place import Frame, Size

_ORIENTATION = 0x0112  # of Exif; from 5 on the sides are swapped


def size_of(held: bytes) -> Size:
    """Width and height of an encoded picture, upright. BadImage for what claims to be none."""
    try:
        with Image.open(io.BytesIO(held)) as picture:
            width, height = picture.size
            swapped = picture.getexif().get(_ORIENTATION, 1) >= 5
    except Exception as error:  # parsers raise whatever their file drove them to
        raise BadImage(f"{len(held)} bytes are no picture ({type(error).__name__})") from None
    if width * height > BOMB:
        raise BadImage(f"a picture claims {width}x{height} pixels, over {BOMB}; resize it first")
    return (height, width) if swapped else (width, height)


def frame_of(record: Record, name: str | None) -> Frame | None:
    """A picture of a record and its resize at the released limits, or its own; None for a clip."""
    if name is None or not name.endswith(PICTURES):
        return None
    shown = next(p for p in record.parts() if isinstance(p, Picture) and p.name == name)
    return fitted(size_of(record.media[name]), shown)


def fitted(
    size: Size, shown: Picture, min_pixels: int = MIN_PIXELS, max_pixels: int = MAX_PIXELS
) -> Frame:
    """A picture and what the model sees of it, as `qvl.inputs` resizes it."""
    wanted = Shown(Image.new("RGB", (1, 1)), shown.min_pixels, shown.max_pixels)
    low, high, _ = asked(wanted, min_pixels, max_pixels)
    height, width = smart_resize(size[1], size[0], low, high)
    return Frame(size, (width, height))
