"""What training may be made of, and what is kept for tests: enforced where shards are made.

A source is "debian:PACKAGE/path", "made:GENERATOR", or another scheme and a name, "file:a.jsonl".
"""

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from qvl.data.held_out import map_held_out, stamp_held_out
from qvl.data.packages import HELD_OUT, training

CLIP = "display-dual-monitors.webm"
ITEMS: dict[str, Callable[[PurePosixPath], bool]] = {  # packages of which only some is held out
    "kgeography-data": lambda item: map_held_out(item.stem),
    "tuxpaint-stamps-default": lambda item: stamp_held_out(
        item.as_posix().partition("/stamps/")[2]
    ),
    "gnome-user-docs": lambda item: item.name == CLIP,
}


def held_out(source: str) -> bool:
    """Whether a source is for tests alone. ValueError for what names no source."""
    scheme, colon, name = source.partition(":")
    if not colon or not scheme or not name:
        raise ValueError(f"{source!r} names no source; write debian:PACKAGE/path or made:GENERATOR")
    package, _, path = name.partition("/")
    if scheme != "debian":
        return False
    if package in ITEMS:
        if not path:
            raise ValueError(f"{source}: some of it is held out for tests; name the file")
        return ITEMS[package](PurePosixPath("/" + path))
    return package in HELD_OUT


def check(sources: Iterable[str], *, held: bool) -> None:
    """ValueError for a source that a set may not read: held out for training, or the reverse.

    Packages that are neither are nobody's, so that a new test can always be drawn from them.
    """
    for source in sources:
        out, debian = held_out(source), source.startswith("debian:")
        if out and not held:
            raise ValueError(f"{source} is held out for tests; training may not read it")
        if debian and not out and held:
            raise ValueError(f"{source} is not held out; a test may not be made of it")
        if debian and not held:
            training([source.partition(":")[2].partition("/")[0]])
