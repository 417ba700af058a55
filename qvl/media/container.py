"""A clip's file, opened (PyAV).

Only the file itself is read: a playlist that names other files or addresses is no clip here.
"""

import io
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from qvl.media.sampling import BadVideo

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

Source = str | os.PathLike[str] | bytes
BOMB = 1 << 26  # pixels of a frame; a larger one is not decoded
FORMATS = "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,live_flv,ogg,asf,gif,m4v,h264,hevc,ivf"
SOUNDS = "mp3,wav,flac,aac"  # known, so that they can be told from what is nothing at all


@contextmanager
def opened(source: Source) -> Iterator[tuple["InputContainer", "VideoStream", str]]:
    """The container, its first moving picture and its name; all closed afterwards."""
    import av
    from av.error import FFmpegError
    from av.stream import Disposition

    with ExitStack() as stack:
        name, file = _file(source)
        stack.enter_context(file)
        try:
            options = {"format_whitelist": f"{FORMATS},{SOUNDS}"}
            held = av.open(file, "r", options=options, buffer_size=1 << 18)
            container = stack.enter_context(held)
        except (FFmpegError, ValueError, OverflowError):
            raise BadVideo(
                f"{name} is no clip that can be read, or is cut short at its index; "
                f"give MP4, MKV, WebM, MOV, AVI or MPEG whole"
            ) from None
        moving = [
            s for s in container.streams.video if not s.disposition & Disposition.attached_pic
        ]
        if not moving:
            raise BadVideo(f"{name} holds no moving pictures, only {_kinds(container)}")
        stream = moving[0]
        context = stream.codec_context
        if context is None:
            raise BadVideo(f"{name} is in a codec that cannot be decoded here; make it H.264")
        if context.width * context.height > BOMB:
            raise BadVideo(
                f"{name} claims frames of {context.width}x{context.height} pixels, over {BOMB}; "
                f"make them smaller"
            )
        context.options = {"max_pixels": str(BOMB)}  # a size may change on the way
        stream.thread_type = "AUTO"
        yield container, stream, name


def _file(source: Source) -> tuple[str, BinaryIO]:
    if isinstance(source, bytes):
        return f"a clip of {len(source)} bytes", io.BytesIO(source)
    path = Path(source)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise BadVideo(f"{path} is a folder; name one clip in it")
        if not stat.S_ISREG(mode):
            raise BadVideo(f"{path} is no regular file; copy the clip to one")
        return str(path), path.open("rb")
    except FileNotFoundError:
        raise BadVideo(f"{path} does not exist; check the path") from None
    except (OSError, ValueError) as error:
        if isinstance(error, BadVideo):
            raise
        raise BadVideo(f"{path} cannot be read: {error}; check the path") from None


def _kinds(container: Any) -> str:
    return ", ".join(sorted({s.type for s in container.streams})) or "nothing"


def is_clip(source: Source) -> bool:
    """Whether the content, whatever its name, is a container with moving pictures."""
    try:
        with opened(source):
            return True
    except BadVideo:
        return False
