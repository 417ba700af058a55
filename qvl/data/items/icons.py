"""Icons with their names, each drawing once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qvl.data.packages import of_kind
from qvl.data.sources import licences


@dataclass(frozen=True)
class Icon:
    name: str  # words, such as "audio volume high"
    aliases: tuple[str, ...]  # other names of the same drawing
    category: str  # "apps", "actions", "devices", ...
    path: Path  # SVG
    licence: str


def icons(cache: Path, side: int = 48) -> Iterator[Icon]:
    """The icons drawn for `side` pixels in the fetched themes, by category and name.

    A link is another name of the icon that it points to.
    """
    for package in of_kind("icons"):
        folder = cache / package
        licence_of = licences(folder)
        real: dict[Path, list[str]] = {}
        for home in sorted(folder.glob(f"usr/share/icons/*/{side}x{side}/*")):
            if home.is_symlink() or home.parent.is_symlink():
                continue  # a theme that borrows another one's folder
            for path in sorted(home.glob("*.svg")):
                target = path.resolve() if path.is_symlink() else path
                if target.is_file():
                    real.setdefault(target, []).append(words(path.stem))
        for target, names in real.items():
            name = words(target.stem)
            others = tuple(n for n in dict.fromkeys(names) if n != name)
            yield Icon(name, others, target.parent.name, target, licence_of(target))


def words(stem: str) -> str:
    """A file's name as words: "audio-volume_high" and "org.gnome.Maps" say what they are."""
    stem = re.sub(r"^(org|com|net|io)\.(\w+\.)*(?=\w)", "", stem)
    return " ".join(re.sub(r"[-_.+]+", " ", stem).split())
