"""A part of a message, as the OpenAI API and the released tools write it, to what it means."""

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image as Pillow

from qvl.media.fetch import fetch, picture
from qvl.media.image import open_image
from qvl.media.sampling import BadVideo
from qvl.messages import Image, Part, Text, Video

_RESIZE = ("min_pixels", "max_pixels", "resized_height", "resized_width")
_FRAMES = "data:video/jpeg;base64,"  # JPEGs, joined by commas
_SAMPLING = ("fps", "nframes", "min_frames", "max_frames", "start", "end", "total_pixels")
_KEYS = {  # by what makes a part what it is; `type` only says it once more
    "text": ("text",),
    "image": ("image", "image_url", *_RESIZE),
    "video": ("video", "video_url", *_SAMPLING, *_RESIZE),
}


def part(raw: Any) -> Part:
    """ValueError for what is no part, naming the key that is missing or unknown."""
    if isinstance(raw, str):
        return Text(raw)
    if not isinstance(raw, Mapping):
        raise ValueError(f"a part of a message is {raw!r}; give a mapping with text or image")
    kind = _kind(raw)
    unknown = sorted(map(str, set(raw) - {"type", *_KEYS[kind]}))
    if unknown:
        raise ValueError(
            f"a part that is {kind} has the unknown key {unknown[0]!r}; it takes "
            f"{', '.join(_KEYS[kind])}"
        )
    if kind == "text":
        if not isinstance(raw["text"], str):
            raise ValueError(f"the text of a part is {raw['text']!r}; give a string")
        return Text(raw["text"])
    source = _source(raw, kind)
    if kind == "image":
        return Image(_picture(source), **{key: raw[key] for key in _RESIZE if key in raw})
    return Video(_clip(source), **{k: raw[k] for k in (*_SAMPLING, *_RESIZE) if k in raw})


def _kind(raw: Mapping[str, Any]) -> str:
    kinds = [kind for kind in _KEYS if kind in raw or f"{kind}_url" in raw]
    if not kinds:
        raise ValueError(
            f"a part of a message has the keys {sorted(raw)}, neither text nor image nor video"
        )
    if len(kinds) > 1 or (kinds[0] in raw and f"{kinds[0]}_url" in raw):
        raise ValueError(f"a part of a message has the keys {sorted(raw)}; give one thing a part")
    if raw.get("type", kinds[0]) not in (kinds[0], f"{kinds[0]}_url"):
        raise ValueError(f"a part of type {raw['type']!r} holds a {kinds[0]}; make them agree")
    return kinds[0]


def _source(raw: Mapping[str, Any], kind: str) -> Any:
    """A path, bytes or pixels; `detail` names sizes of another service, and limits do that here."""
    source = raw.get(kind, raw.get(f"{kind}_url"))
    if isinstance(source, Mapping):
        unknown = sorted(set(source) - {"url", "detail"})
        if unknown or "url" not in source:
            raise ValueError(f"{kind}_url has the keys {sorted(source)}; it takes url and detail")
        source = source["url"]
    return source


def _picture(source: Any) -> Pillow.Image:
    if not isinstance(source, str | bytes | os.PathLike | Pillow.Image):
        raise ValueError(f"a picture is {source!r}; give a path, bytes or a Pillow picture")
    return picture(source)


def _clip(source: Any) -> str | os.PathLike[str] | bytes | tuple[Pillow.Image, ...]:
    """Frames of a list are opened, of a data URL or an address fetched."""
    if isinstance(source, str) and source.startswith(_FRAMES):
        return tuple(open_image(_bytes(each)) for each in source[len(_FRAMES) :].split(","))
    if isinstance(source, str | bytes | os.PathLike):
        return fetch(source, kind="video")
    if isinstance(source, Sequence):
        return tuple(map(_picture, source))
    raise BadVideo(f"a video is {source!r}; give a path, bytes or a list of pictures")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadVideo("a data URL is no base64; encode the clip again") from None
