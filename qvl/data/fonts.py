"""Fonts of the fetched packages: which face really draws which letters, and for which languages."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache as remembered
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from qvl.data.alphabets import LETTERS
from qvl.data.drafts import draft
from qvl.data.ink import Drawn, drawn_faces
from qvl.data.packages import of_kind
from qvl.data.sources import licences, write_manifest

_VERSION = 1
_HANDS = (
    "fonts-breip fonts-bwht fonts-dancingscript fonts-dkg-handwriting fonts-femkeklaver "
    "fonts-humor-sans fonts-kaushanscript fonts-kristi fonts-rufscript fonts-seto fonts-sjfonts "
    "fonts-aoyagi-soseki fonts-comic-neue fonts-kouzan-mouhitsu fonts-lxgw-wenkai"
)
HANDWRITING = frozenset(_HANDS.split())  # packages
_HAND = re.compile(r"Pen\b|Brush|Pilgi|Kaiti")  # in the names of families of other packages
_HAN = {"JP": "ja", "KR": "ko", "SC": "zh", "TC": "zh-TW", "HK": "zh-TW"}  # one face, one's forms
_NO_INK = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf"))  # kinds of characters that are not drawn


@dataclass(frozen=True, eq=False)
class Face:
    """One face of a font file: what it is called, and the characters that leave ink."""

    path: Path
    index: int  # in a collection of faces
    family: str
    style: str
    package: str
    licence: str
    runs: np.ndarray  # int32[n, 2]: first and last code point of each run that has ink
    blank: int  # characters that the face claims, but draws as nothing or as a box

    @property
    def handwritten(self) -> bool:
        """Whether it looks written by a hand: with a pen, a brush or chalk."""
        return self.package in HANDWRITING or bool(_HAND.search(self.family))

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages of which it draws every letter in common use (data/alphabets.py)."""
        claimed = {language for language, letters in LETTERS.items() if not self.lacks(letters)}
        if made_for := re.search(r"CJK (JP|KR|SC|TC|HK)", self.family):
            claimed -= set(_HAN.values()) - {_HAN[made_for.group(1)]}
        return frozenset(claimed)

    def lacks(self, text: str) -> str:
        """The characters of a text that this face would leave blank or draw as a box."""
        wanted = sorted({c for c in text if unicodedata.category(c) not in _NO_INK})
        if not wanted:
            return ""
        if not len(self.runs):
            return "".join(wanted)
        codes = np.array([ord(c) for c in wanted])
        at = np.searchsorted(self.runs[:, 0], codes, side="right") - 1
        good = (at >= 0) & (codes <= self.runs[np.maximum(at, 0), 1])
        return "".join(c for c, has in zip(wanted, good, strict=True) if not has)


def fonts_for(text: str, faces: Iterable[Face], language: str | None = None) -> list[Face]:
    """The faces that draw every character of a text with ink.

    With a language, only those made for it: Han letters have other forms in Japan and in China.
    """
    return [
        face
        for face in faces
        if (language is None or language in face.languages) and not face.lacks(text)
    ]


def faces(cache: Path, packages: Sequence[str] | None = None) -> tuple[Face, ...]:
    """Every face of the fetched font packages, by package and file; probed once and kept."""
    wanted = of_kind("fonts") if packages is None else packages
    return tuple(face for p in wanted if (cache / p).is_dir() for face in _faces(cache, p))


@remembered
def _faces(cache: Path, package: str) -> tuple[Face, ...]:
    manifest = cache / "manifest.json"
    known = json.loads(manifest.read_text()) if manifest.is_file() else {}
    if package not in known:
        known = write_manifest(cache)
    version = re.sub(r"[^\w.+-]", "_", str(known[package]["version"]))
    path = cache / ".ink" / f"{package}-{version}-{_VERSION}.npz"
    folder = cache / package
    if not path.is_file():
        _keep(drawn_faces(folder), folder, path)
    licence_of = licences(folder)
    found = []
    with np.load(path) as kept:
        named = set()
        for at, row in enumerate(json.loads(str(kept["rows"]))):
            if (row["family"], row["style"]) in named:
                continue  # the same face in another format
            named.add((row["family"], row["style"]))
            licence = licence_of(row["path"])
            row["path"] = folder / row["path"]
            found.append(Face(**row, package=package, licence=licence, runs=kept[f"runs{at}"]))
    return tuple(found)


def _keep(drawn: Iterable[Drawn], folder: Path, path: Path) -> None:
    rows: list[dict[str, Any]] = []
    runs: dict[str, Any] = {}
    for at, face in enumerate(drawn):
        inside = str(face.path.relative_to(folder))
        told = {"index": face.index, "family": face.family, "style": face.style}
        rows.append({"path": inside, **told, "blank": face.blank})
        runs[f"runs{at}"] = _runs(face.codes)
    with draft(path) as beside, open(beside, "wb") as file:
        np.savez_compressed(file, rows=np.array(json.dumps(rows)), **runs)


def _runs(codes: Sequence[int]) -> np.ndarray:
    """int32[n, 2]: sorted code points as first and last of each run without a gap."""
    if not len(codes):
        return np.zeros((0, 2), np.int32)
    sorted_codes = np.array(sorted(codes), np.int32)
    starts = np.flatnonzero(np.diff(sorted_codes, prepend=sorted_codes[0] - 2) > 1)
    ends = np.append(starts[1:], len(sorted_codes)) - 1
    return np.stack([sorted_codes[starts], sorted_codes[ends]], 1)
