"""Real text and proved faces by language: what the drawings of text are made of."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path

import numpy as np

from qvl.data.drafts import draft
from qvl.data.fonts import Face, faces
from qvl.data.packages import of_kind
from qvl.data.sources import MANIFEST, licences, named
from qvl.data.words.paragraphs import Paragraph, paragraphs

_VERSION = 2  # of what is kept
EACH = 1500  # paragraphs of a language from each package, at most
LONGEST = 900  # characters of a paragraph
_WIDE = frozenset(("zh", "ja", "ko"))
_COLOURED = ("Colored", "Emoji")  # in names of families that draw in colours of their own


@dataclass(frozen=True)
class Piece:
    """A paragraph, and the file and licence that it comes from or with."""

    text: str
    kind: str  # "prose", or "string" of a program
    source: str
    licence: str


@cache
def pieces(folder: Path, language: str) -> tuple[Piece, ...]:
    """Paragraphs of a language from every fetched package; OSError where there is none.

    Gathered once and kept beside the packages for as long as these are the same.
    """
    manifest = folder / MANIFEST
    versions = manifest.read_bytes() if manifest.is_file() else b""
    mark = sha256(versions + str((_VERSION, EACH, LONGEST)).encode()).hexdigest()[:12]
    kept = folder / ".texts" / f"{language}-{mark}.json"
    if not kept.is_file():
        found = [
            [text, p.kind, named(p.path, folder)]
            for p in _paragraphs(folder, language)
            if (text := _visible(p.text))
        ]
        if not found:
            raise OSError(f"no text in {language!r} below {folder}; run qvl data fetch")
        with draft(kept) as beside:
            beside.write_text(json.dumps(found, ensure_ascii=False))
    rows = json.loads(kept.read_text())
    return tuple(Piece(text, kind, source, _licence(folder, source)) for text, kind, source in rows)


def _visible(text: str) -> str:
    """A text with plain blanks; nothing where it holds signs that are not drawn (ZWNJ, marks)."""
    kinds = {c: unicodedata.category(c) for c in set(text)}
    if any(kind[0] == "C" or kind in ("Zl", "Zp") for kind in kinds.values()):
        return ""
    return "".join(" " if kinds[c] == "Zs" else c for c in text).strip()


def _paragraphs(folder: Path, language: str) -> Iterator[Paragraph]:
    for package in (*of_kind("text"), *of_kind("catalogues")):
        if (folder / package).is_dir():
            wanted = (p for p in paragraphs(folder, language, [package]) if len(p.text) <= LONGEST)
            yield from islice(wanted, EACH)


@cache
def _licence(folder: Path, source: str) -> str:
    package, _, path = source.removeprefix("debian:").partition("/")
    return _licences(folder / package)(path)


@cache
def _licences(folder: Path) -> Callable[[str | Path], str]:
    return licences(folder)


@cache
def families(
    folder: Path, language: str, hand: bool = False
) -> tuple[tuple[str, tuple[Face, ...]], ...]:
    """The families that draw every letter of a language in common use, each with its faces.

    `hand`: those that look written by a hand, or else those that do not.
    """
    found: dict[str, list[Face]] = {}
    for face in faces(folder):
        coloured = any(word in face.family for word in _COLOURED)
        wide = language == "ru" and face.languages & _WIDE  # Cyrillic as wide as Han letters
        if language in face.languages and face.handwritten == hand and not coloured | bool(wide):
            found.setdefault(face.family, []).append(face)
    return tuple((family, tuple(each)) for family, each in sorted(found.items()))


def face_of(rng: np.random.Generator, folder: Path, language: str, hand: bool = False) -> Face:
    """A face of a language, each family as likely as any other; OSError where there is none."""
    choices = families(folder, language, hand) or families(folder, language)
    if not choices:
        raise OSError(f"no font for {language!r} below {folder}; run qvl data fetch")
    _, found = choices[int(rng.integers(len(choices)))]
    return found[int(rng.integers(len(found)))]


def texts(
    rng: np.random.Generator, folder: Path, language: str, face: Face, kind: str = ""
) -> Iterator[Piece]:
    """Endless pieces of a language that the face draws to the last letter, a run at a time.

    Pieces of a run stand one after another in their source, as a reader would meet them.
    """
    all_pieces = pieces(folder, language)
    while True:
        first = int(rng.integers(len(all_pieces)))
        for piece in all_pieces[first : first + int(rng.integers(1, 9))]:
            if (not kind or piece.kind == kind) and not face.lacks(piece.text):
                yield piece


def fitting(supply: Iterator[Piece], longest: int, shortest: int = 1) -> tuple[str, Piece]:
    """A text of so many letters, and the piece that it is, or is cut from where none comes."""
    piece = next(supply)
    for _ in range(60):
        if shortest <= len(piece.text) <= longest:
            return piece.text, piece
        piece = next(supply)
    cut = piece.text[:longest]
    short = len(piece.text) > longest and " " in cut
    return (cut.rsplit(" ", 1)[0] if short else cut).strip(), piece
