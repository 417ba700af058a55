"""The pictures and clips that rows speak of, as the bytes that records keep."""

import base64
import binascii
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from qvl.data.readers.stream import BadRow
from qvl.data.records import CLIPS
from qvl.media.download import download
from qvl.media.errors import BadImage, BadSource
from qvl.media.image import open_image
from qvl.media.policy import Policy
from qvl.tasks.place import Size

Get = Callable[[Any], bytes]  # what a row says of a picture or clip -> its bytes
_KEPT = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png"}


def in_folder(root: Path, policy: Policy | None = None) -> Get:
    """Files below a data root; also bytes, data URLs and the {"bytes", "path"} of data sets.

    What is only to be had from the network is fetched within `policy`. BadRow for what is missing,
    outside of the root, or remote where there is no policy.
    """
    root = root.resolve()

    def get(told: Any) -> bytes:
        if isinstance(told, bytes):
            return told
        if isinstance(told, Mapping):
            if told.get("bytes"):
                return told["bytes"]
            told = told.get("path") or told.get("url")
        if not isinstance(told, str) or not told:
            raise BadRow("no picture", f"{told!r} names none")
        if told.startswith("data:"):
            return _inline(told)
        if "://" in told and not told.startswith("file://"):
            return _remote(told, policy)
        path = (root / told.removeprefix("file://")).resolve()
        if not path.is_relative_to(root):
            raise BadRow("outside of the data root", f"{path} is not below {root}")
        try:
            return path.read_bytes()
        except OSError as error:
            raise BadRow("missing picture", f"{path}: {error.strerror}") from None

    return get


def _remote(told: str, policy: Policy | None) -> bytes:
    if policy is None:
        raise BadRow("remote picture", f"{told} has to be downloaded first (--download)")
    try:
        return download(told, policy)
    except BadSource as error:
        raise BadRow("not downloaded", str(error)) from None


def in_sample(sample: Mapping[str, Any]) -> Get:
    """Members of a WebDataset sample by their ending or by the whole name of the member."""

    def get(told: Any) -> bytes:
        name = str(told).rpartition("/")[2]
        for ending in (name, name.partition(".")[2], name.rpartition(".")[2]):
            if isinstance(sample.get(ending), bytes):
                return sample[ending]
        raise BadRow("missing picture", f"the sample has no member {name}")

    return get


def _inline(told: str) -> bytes:
    head, comma, body = told.partition(",")
    try:
        if not comma or not head.endswith(";base64"):
            raise ValueError("it is no base64")
        return base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadRow("broken picture", f"a data URL: {error}") from None


def picture(held: bytes) -> tuple[str, bytes, Size]:
    """A picture's ending, bytes and upright size (width, height); what is rare becomes PNG.

    BadRow if it cannot be decoded, whole.
    """
    try:
        pixels = open_image(held)
    except BadImage as error:
        raise BadRow("broken picture", str(error)) from None
    ending = next((name for sign, name in _KEPT.items() if held.startswith(sign)), "")
    if held[:4] == b"RIFF" and held[8:12] == b"WEBP":
        ending = "webp"
    return (ending, held, pixels.size) if ending else ("png", _png(pixels), pixels.size)


def _png(pixels: Image.Image) -> bytes:
    out = io.BytesIO()
    pixels.save(out, "PNG")
    return out.getvalue()


def clip(held: bytes, told: Any) -> tuple[str, bytes]:
    """A clip's ending and bytes; BadRow for containers that records do not keep."""
    if held[4:8] == b"ftyp":
        return "mp4", held
    if held[:4] == b"\x1aE\xdf\xa3":
        return ("webm" if b"webm" in held[:64] else "mkv"), held
    raise BadRow("unknown clip", f"{str(told)[:80]} is none of {', '.join(CLIPS)}")
