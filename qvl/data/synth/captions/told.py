"""Pictures of one thing with what people wrote about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from qvl.data.items import clipart, icons, stamps
from qvl.data.sources import named as source_of

_SERIES = ("clipart", "collection", "theme", "various", "sibmission", "gramastar", "http", "svg")
_WORDLESS = ("unsorted", "hash", "icon", "icons", "computer", "0xa10d420")


@dataclass(frozen=True)
class Told:
    """A picture and its words: `captions` by language, `keywords` and other names in English."""

    path: Path
    kind: str  # "stamp", "drawing" or "icon"
    category: str
    captions: tuple[tuple[str, str], ...]
    keywords: tuple[str, ...]
    licence: str
    source: str

    def caption(self, language: str) -> str | None:
        return dict(self.captions).get(language)


@lru_cache(maxsize=2)
def told(cache: Path) -> dict[str, tuple[Told, ...]]:
    """By kind, what has words; ValueError if nothing is there."""
    found = {"stamp": tuple(_stamps(cache)), "drawing": tuple(_drawings(cache))}
    found |= {"icon": tuple(_icons(cache))}
    found = {kind: held for kind, held in found.items() if held}
    if not found:
        raise ValueError(f"no stamps, drawings or icons in {cache}; run qvl data fetch")
    return found


def _stamps(cache: Path) -> Iterator[Told]:
    for each in stamps.stamps(cache):
        if "en" in each.captions:
            captions = tuple(each.captions.items())
            source = source_of(each.path, cache)
            yield Told(each.path, "stamp", each.category, captions, (), each.licence, source)


def _drawings(cache: Path) -> Iterator[Told]:
    for each in clipart.drawings(cache):
        words = tuple(w.replace("_", " ") for w in each.keywords if w not in _WORDLESS)
        told = each.description if len(each.description) > len(each.title) else each.title
        series = any(word in told.lower() for word in _SERIES)
        if each.png and words and not series and "\n" not in told and len(told) < 300:
            source = source_of(each.png, cache)
            captions = (("en", told.replace("_", " ")),)
            yield Told(each.png, "drawing", each.category, captions, words, each.licence, source)


def _icons(cache: Path) -> Iterator[Told]:
    for each in icons.icons(cache):
        source = source_of(each.path, cache)
        names = (("en", each.name),)
        yield Told(each.path, "icon", each.category, names, each.aliases, each.licence, source)
