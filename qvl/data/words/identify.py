"""Which language a text is in: one to four letters at a time, counted in translated programs.

A naive Bayes model over hashed letter groups: it learns from counts alone, so that the same
catalogues give the same bytes, in seconds, on numpy. Measured by benchmarks/languages.py.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache as remembered
from pathlib import Path

import numpy as np

from qvl.data.drafts import draft
from qvl.data.items.stamps import stamps
from qvl.data.sources import write_manifest
from qvl.data.words import catalogues
from qvl.data.words.languages import language_of
from qvl.data.words.paragraphs import clean, plain, prose

_TAGS = (  # Bosnian is Croatian or Serbian here, Malay Indonesian
    "af ar as be bg bn ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr hu hy id is it "
    "ja ka kk km kn ko lt lv mk ml mr nb nl nn pa pl pt ro ru sk sl sq sr sr-Latn sv ta te th tr "
    "uk vi zh zh-TW"
)
LANGUAGES = tuple(_TAGS.split())
LEARNT_FROM = ("gimp-data", "libgtk-3-common", "libglib2.0-data", "nautilus-data")
ENGLISH_FROM = "debian-handbook"  # the catalogues hold none but for British spellings
UNKNOWN = "und"
_VERSION = 1
_BITS = 17  # buckets of the hash, as a power of two
_LONGEST = 4  # letters in a group
_MOST = 250_000  # characters to learn from, a language
_UNSEEN = 0.1  # counts added to every bucket
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NOISE = re.compile(r"%[-+ #0']*\d*[lh]*[a-zA-Z]|%\d|\{\d*\}|https?://\S+")


@dataclass(frozen=True, eq=False)
class Identifier:
    """weights[buckets, languages]: the logarithm of how often a language writes a group."""

    languages: tuple[str, ...]
    weights: np.ndarray

    def __call__(self, text: str) -> tuple[str, float]:
        """A text's language and how likely it is, 0 to 1; UNKNOWN and 0 where no letter is."""
        groups = _groups(text)
        if not len(groups):
            return UNKNOWN, 0.0
        score = self.weights[groups].sum(0, dtype=np.float64) / _LONGEST  # each letter counts once
        likely = np.exp(score - score.max())
        best = int(likely.argmax())
        return self.languages[best], float(likely[best] / likely.sum())


def _groups(text: str) -> np.ndarray:
    """int64: the bucket of each group of letters, words set apart by single spaces."""
    words = _WORD.findall(_NOISE.sub(" ", text).lower())
    if not words:
        return np.zeros(0, np.int64)
    letters = np.frombuffer(f" {' '.join(words)} ".encode("utf-32-le"), np.uint32).astype(np.uint64)
    found, rolling = [], np.zeros(len(letters), np.uint64)
    for length in range(1, _LONGEST + 1):
        if len(letters) < length:
            break
        rolling = rolling[: len(letters) - length + 1] * np.uint64(0x9E3779B97F4A7C15)
        rolling += letters[length - 1 :] * np.uint64(0xD6E8FEB86659FD93) + np.uint64(length)
        mixed = (rolling ^ (rolling >> np.uint64(32))) * np.uint64(0xBF58476D1CE4E5B9)
        found.append((mixed >> np.uint64(64 - _BITS)).astype(np.int64))
    return np.concatenate(found)


def learn(texts: Mapping[str, Sequence[str]]) -> Identifier:
    """An identifier of the languages of `texts`, by the counts of their letter groups."""
    languages = tuple(sorted(texts))
    weights = np.zeros((1 << _BITS, len(languages)), np.float16)
    for at, language in enumerate(languages):
        counts = np.bincount(_groups("\n".join(texts[language])), minlength=1 << _BITS)
        likely = (counts + _UNSEEN) / (counts.sum() + _UNSEEN * (1 << _BITS))
        weights[:, at] = np.log(likely)
    return Identifier(languages, weights)


def identifier(cache: Path) -> Identifier:
    """The identifier learnt from the packages in `cache`: kept there, made when it is missing.

    OSError if the packages that it learns from are not there.
    """
    return _identifier(cache.resolve())


@remembered
def _identifier(cache: Path) -> Identifier:
    missing = [p for p in (*LEARNT_FROM, ENGLISH_FROM) if not (cache / p).is_dir()]
    if missing:
        raise OSError(f"{cache} lacks {', '.join(missing)}; run qvl data fetch")
    manifest = write_manifest(cache)
    told = [_VERSION, LANGUAGES, [manifest[p]["version"] for p in (*LEARNT_FROM, ENGLISH_FROM)]]
    mark = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
    path = cache / f".languages-{mark}.npz"
    if not path.is_file():
        save(learn(lessons(cache)), path)
    return load(path)


def save(model: Identifier, path: Path) -> None:
    with draft(path) as beside, open(beside, "wb") as file:
        np.savez(file, languages=np.array(model.languages), weights=model.weights)


def load(path: Path) -> Identifier:
    with np.load(path) as kept:
        return Identifier(tuple(kept["languages"].tolist()), kept["weights"])


def lessons(cache: Path) -> dict[str, list[str]]:
    """By language what to learn from: translated messages and captions, evenly thinned."""
    found: dict[str, dict[str, None]] = {language: {} for language in LANGUAGES}
    for language, text in _texts(cache):
        if language in found and len(text) > 3:
            found[language][text] = None
    return {language: _thinned(list(texts)) for language, texts in found.items() if texts}


def _texts(cache: Path) -> Iterator[tuple[str, str]]:
    for package in LEARNT_FROM:
        for locale, path in catalogues.catalogues(cache / package):
            language = language_of(locale)
            if language in LANGUAGES:
                for message, translation in catalogues.read(path).items():
                    if translation != message:
                        yield language, clean(plain(translation), language)
    for stamp in stamps(cache):
        yield from stamp.captions.items()
    for paragraph in prose(cache, ENGLISH_FROM, "en"):
        yield "en", paragraph.text


def _thinned(texts: list[str]) -> list[str]:
    step = max(1.0, sum(map(len, texts)) / _MOST)
    return [texts[int(i * step)] for i in range(int(len(texts) / step))]
