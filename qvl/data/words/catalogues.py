"""Translations as programs carry them: gettext's compiled catalogues (.mo)."""

import struct
from collections.abc import Iterator
from pathlib import Path

CONTEXT = "\x04"  # between a message's context and its text
_MAGIC = {b"\xde\x12\x04\x95": "<", b"\x95\x04\x12\xde": ">"}


def read(path: Path) -> dict[str, str]:
    """Message -> translation; a context stands before the message, up to CONTEXT.

    Of plurals the first form. ValueError if the file is no catalogue or cut short.
    """
    data = path.read_bytes()
    order = _MAGIC.get(data[:4])
    if order is None or len(data) < 20:
        raise ValueError(f"{path} is no gettext catalogue")
    try:
        count, originals, translations = struct.unpack_from(f"{order}3I", data, 8)
        found = {}
        for at in range(0, 8 * count, 8):
            message = _string(data, originals + at, order)
            found[message.split("\0")[0]] = _string(data, translations + at, order).split("\0")[0]
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    found.pop("", None)  # the header
    return found


def _string(data: bytes, at: int, order: str) -> str:
    length, start = struct.unpack_from(f"{order}2I", data, at)
    if start + length > len(data):
        raise struct.error("a string outside of the file")
    return data[start : start + length].decode()


def catalogues(folder: Path) -> Iterator[tuple[str, Path]]:
    """(locale, file) of every catalogue below a folder, in order."""
    for path in sorted(folder.rglob("LC_MESSAGES/*.mo")):
        yield path.parent.parent.name, path
