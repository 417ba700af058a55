"""Real maps in many looks, with questions about their divisions."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from qvl.data.items import maps
from qvl.data.records import Record
from qvl.data.sources import named
from qvl.data.synth import talk
from qvl.data.synth.atlas.asking import KINDS
from qvl.data.synth.atlas.case import Case
from qvl.data.synth.atlas.page import look, page
from qvl.data.synth.pasting.case import Asked
from qvl.data.work import Work

FAMILY = "maps"
_FACES = ("NotoSans-Regular", "NotoSans-Bold", "NotoSerif-Regular", "NotoSansMono-Regular")
_LOCALES = {"zh": "zh_CN", "pt": "pt"}  # where the catalogue is not called like the language
LANGUAGES = ("zh", "fr", "de", "it", "es", "pt", "ru", "ar", "ja", "ko")


@lru_cache(maxsize=2)
def atlas(cache: Path) -> tuple[tuple[maps.Map, ...], tuple[str, ...], tuple[Path, ...]]:
    """The maps for training, the names of all their divisions, and the fonts of labels."""
    held = tuple(each for each in maps.maps(cache) if each.divisions)
    if not held:
        raise ValueError(f"no maps in {cache}; run qvl data fetch")
    names = dict.fromkeys(d.name for each in held for d in each.divisions)
    found = {path.stem: path for path in (cache / "fonts-noto-core").rglob("*.ttf")}
    return held, tuple(names), tuple(found[face] for face in _FACES if face in found)


@lru_cache(maxsize=16)
def _told(cache: Path, language: str) -> dict[tuple[str, str], str]:
    return maps.names(cache, _LOCALES.get(language, language))


def mapped(work: Work, cache: Path) -> Iterator[Record]:
    """One map in one look with one to four questions."""
    rng = work.rng()
    held, names, fonts = atlas(cache)
    drawn = held[int(rng.integers(len(held)))]
    seen = look(rng)
    if not fonts and seen.labels in ("numbers", "names"):
        raise ValueError(f"no fonts for labels in {cache}; run qvl data fetch")
    shown = page(drawn, seen, fonts)
    name, encoded = talk.encoded(shown.image)
    told = {language: _names_of(cache, drawn, language) for language in LANGUAGES}
    case = Case(rng, drawn, shown, seen.clear, name, names, told)
    asked = _questions(case, int(rng.integers(1, 5)))
    languages = {each.language for each in asked}
    about = talk.Scene(
        key=work.key,
        family=FAMILY,
        language=languages.pop() if len(languages) == 1 else "mul",
        meta={"style": seen.style, "asked": [each.kind for each in asked], "map": drawn.name},
        picture=(name, encoded),
        sources=(named(drawn.path, cache),),
        licence=drawn.licence,
    )
    yield talk.record(about, [(each.question, each.answer) for each in asked], asked[0].system)


def _names_of(cache: Path, drawn: maps.Map, language: str) -> dict[str, str]:
    """English name -> its name in a language, where it is another one."""
    catalogue = _told(cache, language)
    told = {}
    for division in drawn.divisions:
        name = catalogue.get((drawn.name, division.name))
        if name and name != division.name:
            told[division.name] = name
    return told


def _questions(case: Case, count: int) -> list[Asked]:
    """Different ones; what needs a system text of its own stands alone."""
    found: list[Asked] = []
    while len(found) < count:
        new = KINDS[int(case.rng.integers(len(KINDS)))](case)
        if new is None or any(new.answer == old.answer for old in found):
            continue
        if new.system:
            return [new]
        found.append(new)
    return found
