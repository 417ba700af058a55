"""What charts and tables speak of, in the report's twelve languages (report, section 2.2.1).

The words stand in `words.tsv`; names of months, countries, cities and the like come from the
locale data of Unicode (CLDR), which Babel carries.
"""

import csv
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "zh", "fr", "de", "it", "es", "pt", "ar", "ru", "ja", "ko", "vi")
_COUNTRIES = "AR AU AT BE BR CA CL CN CO CZ DK EG FI FR DE GR HU IN ID IE IT JP KE KR MX MA NL NZ"
_COUNTRIES += " NG NO PE PL PT RO SA ZA ES SE CH TH TR UA GB US VN"
_TONGUES = "ar bn cs da de el en es fa fi fr he hi hu id it ja ko nl pl pt ro ru sv th tr uk vi zh"
_CITIES = "Europe/Berlin Europe/Paris Europe/Rome Europe/Madrid Europe/Lisbon Europe/Moscow"
_CITIES += " Asia/Tokyo Asia/Seoul Asia/Bangkok Asia/Dubai Asia/Shanghai Africa/Cairo Africa/Lagos"
_CITIES += " Africa/Nairobi America/Chicago America/Toronto America/Lima America/Bogota"
_CITIES += " Australia/Sydney Europe/Vienna Europe/Athens Europe/Oslo Europe/Prague Asia/Jakarta"


@cache
def _table() -> dict[str, list[dict[str, str]]]:
    text = files("qvl.data.synth.charts").joinpath("words.tsv").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(text.splitlines(), delimiter="\t"):
        found.setdefault(row["group"], []).append(row)
    return found


def word(group: str, key: str, language: str) -> str:
    """A measure ("revenue") or the head of a column ("month") in a language."""
    return next(row[language] for row in _table()[group] if row["key"] == key)


@cache
def locale(language: str) -> Any:
    """Babel's locale: formats and names of a language."""
    from babel import Locale

    return Locale.parse("zh_Hans" if language == "zh" else language)


def months(language: str) -> tuple[str, ...]:
    """The twelve months, short where the language shortens them."""
    width = "abbreviated" if language in ("en", "fr", "de", "it", "es", "pt", "ru") else "wide"
    return tuple(locale(language).months["format"][width][i] for i in range(1, 13))


def _days(language: str) -> tuple[str, ...]:
    return tuple(locale(language).days["format"]["wide"][i] for i in range(7))


def _quarters(language: str) -> tuple[str, ...]:
    return tuple(locale(language).quarters["format"]["abbreviated"][i] for i in range(1, 5))


def _countries(language: str) -> tuple[str, ...]:
    return tuple(locale(language).territories[code] for code in _COUNTRIES.split())


def _tongues(language: str) -> tuple[str, ...]:
    return tuple(locale(language).languages[code] for code in _TONGUES.split())


def _cities(language: str) -> tuple[str, ...]:
    from babel.dates import get_timezone_location

    found = (
        get_timezone_location(zone, locale=locale(language), return_city=True)
        for zone in _CITIES.split()
    )
    return tuple(dict.fromkeys(found))


def _ages(_language: str) -> tuple[str, ...]:
    return tuple(f"{low}–{low + 9}" for low in range(0, 90, 10))


SETS: dict[str, Callable[[str], tuple[str, ...]]] = {
    "month": months,
    "day": _days,
    "quarter": _quarters,
    "country": _countries,
    "tongue": _tongues,
    "city": _cities,
    "age": _ages,
}
ORDERED = ("month", "day", "quarter", "age", "year")  # whose order is their meaning


@cache
def names(group: str, language: str) -> tuple[str, ...]:
    """All names of a group ("country", "product") in a language, in a fixed order."""
    if group in SETS:
        return SETS[group](language)
    return tuple(row[language] for row in _table()[group])
