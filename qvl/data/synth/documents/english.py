"""Which text of a translated page fell back to English: what its English page says, too."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from qvl.data.words.paragraphs import ENGLISH, OWN_LETTERS, clean, locales, read
from qvl.data.words.scripts import share


def fallen(cache_folder: Path, package: str, language: str, page: Path) -> Callable[[str], bool]:
    """Tells text of a page that is not in its language, by the same page in English.

    The whole package is not read for it, as `qvl.data.words.paragraphs` does.
    """
    if language == "en":
        return lambda text: False
    source = "libreoffice-help-en-us" if package.startswith("libreoffice-help") else package
    own = next(f for f in locales(cache_folder, package)[language] if f in page.parents)
    twins = [f / page.relative_to(own) for f in locales(cache_folder, source).get("en", ())]
    whole: set[str] = set()
    triples: set[tuple[str, ...]] = set()
    for twin in twins:
        if twin.is_file():
            whole |= _texts(twin)
    for text in whole:
        triples |= _triples(text)

    def told(text: str) -> bool:
        text = clean(text, language)
        mine = _triples(text)
        same = bool(mine) and len(mine & triples) >= ENGLISH * len(mine)
        return text in whole or same or share(text, language) < OWN_LETTERS

    return told


@lru_cache(maxsize=256)
def _texts(page: Path) -> frozenset[str]:
    return frozenset(clean(text, "en") for text in read(page))


def _triples(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[^\W\d_]+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))
