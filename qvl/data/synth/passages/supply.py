"""Paragraphs of real documentation and translated messages, read once a process."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from qvl.data.packages import of_kind
from qvl.data.sources import licences, named
from qvl.data.words import catalogues
from qvl.data.words.languages import UNSPACED, language_of
from qvl.data.words.paragraphs import clean, paragraphs, plain

_BOOKS = ("debian-handbook", "gimp-help-en", "gnome-user-docs", "gnucash-docs")
_HELP = {"ko": ("libreoffice-help-ko",), "vi": ("libreoffice-help-vi",)}  # there are few others
_SHORTEST, _LONGEST = 3, 12  # sentences of a paragraph
_LETTERS = (60, 1500)
_END = re.compile(r"(?<=[.!?؟])\s+(?=[^\W\da-z_])|(?<=[。！？])")


@dataclass(frozen=True)
class Passage:
    text: str
    language: str
    licence: str
    source: str

    @property
    def sentences(self) -> list[str]:
        return [each.strip() for each in _END.split(self.text) if each.strip()]

    @property
    def words(self) -> list[str]:
        """With their signs, as they are parted by spaces; letters where none stand."""
        return list(self.text) if self.language in UNSPACED else self.text.split()


@dataclass(frozen=True)
class Message:
    english: str
    text: str
    language: str
    licence: str
    source: str


@lru_cache(maxsize=16)
def passages(cache: Path, language: str) -> tuple[Passage, ...]:
    """Paragraphs of several sentences; ValueError if there are none of this language."""
    packages = [*_BOOKS, *_HELP.get(language, ())]
    licence_of = {name: licences(cache / name) for name in packages}
    found = []
    for each in paragraphs(cache, language, packages):
        if _LETTERS[0] <= len(each.text) <= _LETTERS[1]:
            licence = licence_of[each.package](each.path)
            new = Passage(each.text, language, licence, named(each.path, cache))
            if len(new.sentences) <= _LONGEST:
                found.append(new)
    if not found:
        raise ValueError(f"no paragraphs in {language} in {cache}; run qvl data fetch")
    return tuple(found)


@lru_cache(maxsize=16)
def long(cache: Path, language: str) -> tuple[Passage, ...]:
    """Those with three sentences or more; where there are none, all."""
    every = passages(cache, language)
    return tuple(p for p in every if len(p.sentences) >= _SHORTEST) or every


@lru_cache(maxsize=16)
def messages(cache: Path, language: str) -> tuple[Message, ...]:
    """What programs say in English and in a language, as it stands in their catalogues."""
    found: dict[str, Message] = {}
    for package in of_kind("catalogues"):
        licence_of = licences(cache / package)
        for locale, path in catalogues.catalogues(cache / package):
            if language_of(locale) != language or locale not in (language, "zh_CN"):
                continue
            licence, source = licence_of(path), named(path, cache)
            for message, text in catalogues.read(path).items():
                english = message.split(catalogues.CONTEXT)[-1]
                if 12 <= len(english) <= 300 and text and " " in english and "%" not in english:
                    found.setdefault(english, Message(english, text, language, licence, source))
    return tuple(found.values())


def tidy(message: Message) -> Message | None:
    """The same as a person sees it; None where nothing was translated."""
    english, text = (
        clean(plain(message.english), "en"),
        clean(plain(message.text), message.language),
    )
    return replace(message, english=english, text=text) if text and text != english else None
