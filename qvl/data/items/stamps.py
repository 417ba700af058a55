"""Cut-outs with captions in many languages: the stamps of a painting program for children."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qvl.data.held_out import stamp_held_out
from qvl.data.sources import licences
from qvl.data.words.languages import language_of

PACKAGE = "tuxpaint-stamps-default"


@dataclass(frozen=True)
class Stamp:
    name: str  # of its file
    category: str  # folders, such as "animals/birds"
    path: Path  # PNG, transparent around the thing, or SVG
    captions: dict[str, str]  # by language, English as "en"
    licence: str


def stamps(cache: Path, held_out: bool = False) -> Iterator[Stamp]:
    """The stamps for training in the order of their paths, or those that only tests may see.

    A caption without a picture is left out.
    """
    folder = cache / PACKAGE
    licence_of = licences(folder)
    top = folder / "usr/share/tuxpaint/stamps"
    for path in sorted(top.rglob("*.txt")):
        category = path.parent.relative_to(top).as_posix()
        pictures = [p for p in (path.with_suffix(".png"), path.with_suffix(".svg")) if p.is_file()]
        if pictures and stamp_held_out(category) == held_out:
            told = captions(path.read_text(encoding="utf-8", errors="replace"))
            if told:
                licence = licence_of(pictures[0])
                yield Stamp(path.stem, category, pictures[0], told, licence)


def captions(text: str) -> dict[str, str]:
    """A caption file by language: English in the first line, then `de.utf8=...` and others.

    Of several locales of a language the plain one speaks: pt before pt_BR.
    """
    told: dict[str, str] = {}
    for line in text.splitlines():
        locale, sign, words = line.partition(".utf8=")
        if not sign:
            locale, words = "en", line
        language, words = language_of(locale), words.strip()
        if words and (language not in told or locale == language):
            told[language] = words
    return told
