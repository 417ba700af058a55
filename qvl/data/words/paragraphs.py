"""Real text by language: paragraphs of documentation and strings of programs.

Translated documentation falls back to English without a word, page by page and paragraph by
paragraph. What stands in the English pages of the same package is therefore never given out as
another language.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from qvl.data.packages import of_kind
from qvl.data.text import blocks
from qvl.data.words import catalogues
from qvl.data.words.languages import UNSPACED, language_of
from qvl.data.words.scripts import share

SHORTEST = 3  # characters
OWN_LETTERS = 0.3  # of a paragraph's letters; the rest are names and code
ENGLISH = 0.4  # of a paragraph's word triples, from which on it was not translated
_SHELL = "script, style, nav, header, footer, aside, noscript, div.navheader, div.navfooter"
_SHELL += ", ul.docnav, p#title, span.MAC"  # the last: keys of another computer beside ours
_BROKEN = re.compile(r"\[text/\S+ not found\]")  # a reference that was not resolved
_GUIDES = "usr/share/doc/gnucash-docs"
_DOCS = {  # package: folders of a locale's pages, * is the locale
    "debian-handbook": ("usr/share/doc/debian-handbook/html/*",),
    "gimp-help-en": ("usr/share/gimp/2.0/help/*",),
    "gnome-user-docs": ("usr/share/help/*",),
    "gnucash-docs": (f"{_GUIDES}/gnucash-guide-*", f"{_GUIDES}/gnucash-help-*"),
    "installation-guide-amd64": ("usr/share/doc/installation-guide-amd64/*",),
    "opencv-doc": ("usr/share/doc/opencv-doc/opencv4/html/tutorial_*.en",),
}
_OFFICE = "usr/share/libreoffice/help/*/text"
_ENGLISH_OFFICE = "libreoffice-help-en-us"


@dataclass(frozen=True)
class Paragraph:
    text: str
    language: str
    package: str
    path: Path
    kind: Literal["prose", "string"]  # of documentation, or of a program's messages


def paragraphs(cache: Path, language: str, packages: Iterable[str] = ()) -> Iterator[Paragraph]:
    """The distinct paragraphs of a language, prose first, from what lies in the cache.

    `packages` limits them to these. Where prose is scarce the strings of programs go on.
    """
    wanted = set(packages)
    seen: set[str] = set()
    for package in of_kind("text"):
        if not wanted or package in wanted:
            yield from _fresh(prose(cache, package, language), seen)
    for package in of_kind("catalogues"):
        if not wanted or package in wanted:
            yield from _fresh(strings(cache, package, language), seen)


def _fresh(found: Iterable[Paragraph], seen: set[str]) -> Iterator[Paragraph]:
    for each in found:
        if each.text not in seen:
            seen.add(each.text)
            yield each


def prose(cache: Path, package: str, language: str) -> Iterator[Paragraph]:
    """The paragraphs of one documentation package that really are in `language`."""
    folders = locales(cache, package)
    pages = [page for locale in folders.get(language, ()) for page in pages_of(locale)]
    if not pages:
        return
    untranslated = _untranslated(cache, package, language)
    for page in pages:
        for text in read(page):
            text = clean(text, language)
            wrong = len(text) < SHORTEST or _BROKEN.search(text) or untranslated(text)
            if not wrong and share(text, language) >= OWN_LETTERS:
                yield Paragraph(text, language, package, page, "prose")


def locales(cache: Path, package: str) -> dict[str, list[Path]]:
    """The folders of a package's pages by language."""
    patterns = (_OFFICE,) if package.startswith("libreoffice-help") else _DOCS.get(package, ())
    found: dict[str, list[Path]] = {}
    for pattern in patterns:
        before, after = pattern.split("*")
        for folder in sorted((cache / package).glob(pattern)):
            locale = str(folder.relative_to(cache / package))[len(before) :]
            language = language_of(locale.removesuffix(after))
            if folder.is_dir():
                found.setdefault(language, []).append(folder)
    return found


def pages_of(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in (".html", ".page"))


def read(page: Path) -> list[str]:
    """The paragraphs of a page of HTML or of Mallard, as they stand in the file."""
    text = page.read_text(encoding="utf-8", errors="replace")
    return blocks(text, _SHELL)[0] if page.suffix == ".html" else mallard(text)


def mallard(text: str) -> list[str]:
    """The titles and paragraphs of a Mallard page; none if it is damaged."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return []
    wanted = ("title", "p", "desc")
    return ["".join(e.itertext()) for e in root.iter() if e.tag.split("}")[-1] in wanted]


def clean(text: str, language: str) -> str:
    """One line in composed letters; no space where lines of Chinese or Japanese were wrapped."""
    text = unicodedata.normalize("NFC", text).replace("\u00ad", "").replace("\ufeff", "")
    text = " ".join(text.replace("\u200b", "").split())
    if language in UNSPACED:
        text = re.sub(r"(?<=[぀-鿿！-｠]) (?=[぀-鿿！-｠])", "", text)
    return text


def _untranslated(cache: Path, package: str, language: str) -> Callable[[str], bool]:
    """Whether a paragraph stands in the package's English pages, or is mostly made of them."""
    source = _ENGLISH_OFFICE if package.startswith("libreoffice-help") else package
    if language == "en":
        return lambda text: False
    whole: set[str] = set()
    triples: set[tuple[str, ...]] = set()
    for folder in locales(cache, source).get("en", ()):
        for page in pages_of(folder):
            for text in read(page):
                text = clean(text, "en")
                whole.add(text)
                triples.update(_triples(text))

    def told(text: str) -> bool:
        if text in whole:
            return True
        own = _triples(text)
        return bool(own) and sum(t in triples for t in own) >= ENGLISH * len(own)

    return told


def _triples(text: str) -> list[tuple[str, ...]]:
    words = re.findall(r"[^\W\d_]+", text.lower())
    return list(zip(words, words[1:], words[2:], strict=False))


def strings(cache: Path, package: str, language: str) -> Iterator[Paragraph]:
    """The translations in a package's catalogues that differ from their English messages."""
    for locale, path in catalogues.catalogues(cache / package):
        if language_of(locale) != language:
            continue
        for message, translation in catalogues.read(path).items():
            text = clean(plain(translation), language)
            english = clean(plain(message.split(catalogues.CONTEXT)[-1]), "en")
            if len(text) >= SHORTEST and text != english and share(text, language) >= OWN_LETTERS:
                yield Paragraph(text, language, package, path, "string")


def plain(text: str) -> str:
    """A program's message as a person sees it: no markup, no mark of the key that chooses it."""
    text = re.sub(r"<[^<>]*>", "", text)
    text = re.sub(r"\(_?[A-Z]\)|\(~[A-Z]\)", "", text)  # the key, after words without Latin letters
    return re.sub(r"(?<!\w)[_~](?=\w)|(?<=\w)[_~](?=\w)", "", text)
