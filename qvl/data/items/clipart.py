"""Drawings in the public domain with the titles and keywords that their authors gave them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

SVG, PNG = "openclipart-svg", "openclipart-png"
_TITLE = re.compile(r"<dc:title>\s*([^<]*?)\s*</dc:title>")
_ABOUT = re.compile(r"<dc:description>\s*([^<]*?)\s*</dc:description>")
_KEYWORD = re.compile(r"<rdf:li>\s*([^<]*?)\s*</rdf:li>")
_LICENCE = re.compile(r"<cc:license\s+rdf:resource=\"([^\"]*)\"")
_HEAD = 20_000  # characters; the description stands before the drawing, or soon after its start
_FREE = ("publicdomain", "public domain", "cc0", "zero/1.0")


@dataclass(frozen=True)
class Drawing:
    title: str
    keywords: tuple[str, ...]
    description: str
    category: str  # folders, such as "food/fruit"
    svg: Path
    png: Path | None  # the same, as pixels, where that package is there
    licence: str


def drawings(cache: Path) -> Iterator[Drawing]:
    """Every drawing with a title, in the order of its path; links to another one are left out.

    The package is in the public domain; a drawing whose own words say otherwise is left out.
    """
    top = cache / SVG / "usr/share/openclipart/svg"
    pixels = cache / PNG / "usr/share/openclipart/png"
    for path in sorted(top.rglob("*.svg")):
        if path.is_symlink():
            continue
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(_HEAD)
        title = _first(_TITLE, head)
        claimed = _first(_LICENCE, head)
        if not title or (claimed and not any(f in claimed.lower() for f in _FREE)):
            continue
        inside = path.relative_to(top)
        png = pixels / inside.with_suffix(".png")
        yield Drawing(
            title,
            tuple(dict.fromkeys(unescape(w) for w in _KEYWORD.findall(head) if w)),
            _first(_ABOUT, head),
            inside.parent.as_posix(),
            path,
            png if png.is_file() else None,
            "public-domain",
        )


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return unescape(found.group(1)) if found else ""
