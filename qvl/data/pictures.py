"""What a model sees of a record's pictures and clips, told without decoding their pixels."""

import io

from PIL import Image

from qvl.data.records import Clip, Picture, Record
from qvl.media.errors import BadImage
from qvl.media.sizes import BOMB, MAX_PIXELS, MIN_PIXELS, UNIT, asked, smart_resize
from qvl.messages import Image as Shown
from qvl.messages import Media, Video
from qvl.tasks.place import Size

_ORIENTATION, _SWAPPED = 0x0112, (5, 6, 7, 8)  # of Exif


def size_of(held: bytes) -> Size:
    """Width and height of an encoded picture, upright. BadImage for what claims to be none."""
    try:
        with Image.open(io.BytesIO(held)) as picture:
            width, height = picture.size
            swapped = _swapped(picture)
    except Image.DecompressionBombError:
        raise BadImage(f"a picture claims more than {BOMB} pixels; resize it first") from None
    except Exception as error:  # parsers raise whatever their file drove them to
        raise BadImage(f"{len(held)} bytes are no picture ({type(error).__name__})") from None
    if width * height > BOMB:
        raise BadImage(f"a picture claims {width}x{height} pixels, over {BOMB}; resize it first")
    return (height, width) if swapped else (width, height)


def _swapped(picture: Image.Image) -> bool:
    try:
        return picture.getexif().get(_ORIENTATION) in _SWAPPED
    except Exception:  # broken EXIF turns nothing, as when the picture is opened
        return False


def seen_of(record: Record, name: str | None) -> Media | None:
    """What the model sees of a picture or clip of a record at the released limits, or its own.

    None for no name; BadImage or BadVideo where it cannot be read.
    """
    if name is None:
        return None
    part = next(p for p in record.parts() if isinstance(p, Picture | Clip) and p.name == name)
    if isinstance(part, Picture):
        return fitted(size_of(record.media[name]), part)
    from qvl.media.video import survey

    told = survey(clip_of(part, record.media[name]))
    return Media(told.original_size, told.processed_size, told.tokens, told.times, told.duration)


def clip_of(part: Clip, held: bytes) -> Video:
    return Video(held, fps=part.fps, nframes=part.nframes, start=part.start, end=part.end)


def fitted(
    size: Size, shown: Picture, min_pixels: int = MIN_PIXELS, max_pixels: int = MAX_PIXELS
) -> Media:
    """What the model sees of a picture, as `qvl.inputs` resizes it."""
    wanted = Shown(Image.new("RGB", (1, 1)), shown.min_pixels, shown.max_pixels)
    low, high, _ = asked(wanted, min_pixels, max_pixels)
    height, width = smart_resize(size[1], size[0], low, high)
    return Media(size, (width, height), height * width // UNIT**2)
