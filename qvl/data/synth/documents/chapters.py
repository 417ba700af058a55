"""Chapters of real documentation as elements without places, to be set anew on other pages."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from qvl.data.sources import licences
from qvl.data.synth.documents import english
from qvl.data.synth.documents.markup import LONGEST, blocks, plain_parts
from qvl.data.words.paragraphs import locales, pages_of
from qvl.tasks.document.model import Element, Picture

PACKAGES = (
    *("debian-handbook", "gimp-help-en", "gnucash-docs", "installation-guide-amd64"),
    *("libreoffice-help-ko", "libreoffice-help-vi"),
)
_SHELL = "script, style, nav, header, footer, aside, noscript, .navheader, .navfooter, .docnav"
_SHELL += ", p#title, #banner, span.MAC, .toc, .indexterm, .footnotes, sup.footnote, .revhistory"


@dataclass(frozen=True)
class Chapter:
    """A page of documentation: elements without boxes; a picture's file stands beside it."""

    elements: tuple[Element, ...]
    pictures: dict[int, Path]  # by index of the element
    path: Path
    package: str
    language: str
    licence: str

    @property
    def source(self) -> str:
        return f"debian:{self.package}/{_inside(self.path, self.package)}"


def _inside(path: Path, package: str) -> str:
    parts = path.parts
    at = len(parts) - 1 - parts[::-1].index(package, 1)
    first = parts.index(package)
    return "/".join(parts[min(first, at) + 1 :])


@cache
def pages(cache_folder: Path, language: str) -> tuple[tuple[str, Path], ...]:
    """Every page of a language, with its package; OSError where there is none."""
    found = [
        (package, page)
        for package in PACKAGES
        for folder in locales(cache_folder, package).get(language, ())
        for page in pages_of(folder)
        if page.suffix == ".html"
    ]
    if not found:
        raise OSError(f"no documentation in {language!r} below {cache_folder}; qvl data fetch")
    return tuple(found)


@lru_cache(maxsize=64)
def read(cache_folder: Path, language: str, package: str, path: Path) -> Chapter:
    """A page of a package; what fell back to English is left out of other languages."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(path.read_text(encoding="utf-8", errors="replace"))
    for node in tree.css(_SHELL):
        node.decompose()
    fallen = english.fallen(cache_folder, package, language, path)
    pictures: dict[int, Path] = {}
    elements: list[Element] = []
    for element, picture in blocks(tree.body, path) if tree.body else ():
        if not _wanted(element, fallen):
            continue
        if picture:
            pictures[len(elements)] = picture
        elements.append(element)
    licence = _licence(cache_folder / package)(path)
    return Chapter(tuple(elements), pictures, path, package, language, licence)


@cache
def _licence(folder: Path) -> Any:
    return licences(folder)


def _wanted(element: Element, fallen: Callable[[str], bool]) -> bool:
    if isinstance(element, Picture):
        return True
    texts = [t for t in plain_parts(element) if len(t) > 2]
    if not texts or any("$" in t or len(t) > LONGEST for t in texts):
        return False
    return not any(map(fallen, texts))
