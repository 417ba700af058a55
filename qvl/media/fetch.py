"""A source as people write it to a path or bytes: path, file://, data:, http(s)."""

import base64
import binascii
import os
import re
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from PIL import Image

from qvl.media.errors import BadSource, shown
from qvl.media.image import Source, open_image
from qvl.media.policy import Policy

Kind = Literal["image", "video"]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_DATA = re.compile(
    r"data:(image|video)(?:/[\w.+-]+)?(?:;[\w-]+=[\w.+-]+)*;base64,", re.ASCII | re.IGNORECASE
)


def fetch(
    source: str | os.PathLike[str] | bytes, policy: Policy | None = None, kind: Kind = "image"
) -> bytes | Path:
    """Bytes as they are or as an address holds them; the path of what is a file here.

    Whether they are a picture is for the decoder to say. Raises BadSource.
    """
    policy = policy or Policy()
    if isinstance(source, bytes):
        return source
    if not isinstance(source, str | os.PathLike):
        raise BadSource(f"a source is {shown(repr(source))}; give a path, an address or bytes")
    text = os.fspath(source)
    scheme = _scheme(text) if isinstance(source, str) else "file"
    if scheme not in policy.schemes:
        allowed = ", ".join(policy.schemes)
        raise BadSource(f"{shown(text)} is read by {scheme}, which is not allowed; use {allowed}")
    if scheme == "data":
        return _data(text, policy, kind)
    if scheme == "file":
        return _file(text) if isinstance(source, str) else Path(source)
    from qvl.media.download import download

    return download(text, policy)


def picture(source: Source, policy: Policy | None = None) -> Image.Image:
    """RGB pixels of anything that names or holds a picture. Raises BadSource or BadImage."""
    return open_image(source if isinstance(source, Image.Image) else fetch(source, policy))


def stem_of(source: str) -> str:
    """A name for files made of a source: of a path its stem, of an address letters alone."""
    if _scheme(source) == "file":
        return _file(source).stem or "picture"
    if _scheme(source) == "data":
        return "picture"
    path = re.split(r"[?#]", source.split("://", 1)[1])[0]
    last = unquote(path.partition("/")[2].rstrip("/").rpartition("/")[2]).rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    return re.sub(r"[^\w-]+", "-", stem)[:80].strip("-") or "picture"


def _scheme(text: str) -> str:
    if text[:5].lower() == "data:":
        return "data"
    found = _SCHEME.match(text)
    return found[1].lower() if found else "file"


def _file(text: str) -> Path:
    """A path, or file:///path with %20 and the like."""
    if not _SCHEME.match(text):
        return Path(text)
    path = text[len("file://") :].removeprefix("localhost")
    if not path.startswith("/"):
        raise BadSource(f"{shown(text)} names another machine; write file:///full/path")
    if re.match(r"/[A-Za-z]:/", path):
        path = path[1:]  # a drive of Windows
    return Path(unquote(path))


def _data(text: str, policy: Policy, kind: Kind) -> bytes:
    head = _DATA.match(text)
    if head is None or head[1].lower() != kind:
        raise BadSource(f"{shown(text)} is malformed; write data:{kind}/...;base64,...")
    body = text[head.end() :]
    if len(body) * 3 // 4 > policy.max_bytes:
        raise BadSource(f"{shown(text)} holds more than {policy.max_bytes} bytes; send less")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):  # ValueError: a character beyond ASCII
        raise BadSource(f"{shown(text)} is not whole base64; encode it again") from None


def opening(held: bytes | Path) -> bytes:
    """The first four bytes, which tell a PDF; none where there is no file."""
    if isinstance(held, bytes):
        return held[:4]
    if not held.is_file():
        return b""
    with open(held, "rb") as file:
        return file.read(4)
