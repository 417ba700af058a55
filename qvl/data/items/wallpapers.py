"""Photographs and paintings to put things on: the wallpapers of desktops."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from qvl.data.packages import of_kind
from qvl.data.sources import licences

_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp"))
_SIZED = re.compile(r"[-_ ]?\d{3,5}x\d{3,5}|-[dl]$")  # in names: a size, or a dark or light twin


@dataclass(frozen=True)
class Wallpaper:
    path: Path
    size: tuple[int, int]  # width, height in pixels
    licence: str


def wallpapers(cache: Path, short: int = 480) -> Iterator[Wallpaper]:
    """Each picture once, at its largest size, if its shorter side has `short` pixels or more.

    What cannot be opened is left out; vector drawings are no photographs.
    """
    for package in of_kind("wallpapers"):
        folder = cache / package
        licence_of = licences(folder)
        best: dict[str, Wallpaper] = {}
        for path in sorted((folder / "usr/share").rglob("*")):
            if path.suffix.lower() not in _SUFFIXES or path.is_symlink():
                continue
            size = _size(path)
            if min(size) < short:
                continue
            key = f"{path.parent}/{_SIZED.sub('', path.stem)}"
            if key not in best or size > best[key].size:
                best[key] = Wallpaper(path, size, licence_of(path))
        yield from best.values()


def _size(path: Path) -> tuple[int, int]:
    try:
        with Image.open(path) as opened:
            return opened.size
    except (OSError, Image.DecompressionBombError):
        return (0, 0)
