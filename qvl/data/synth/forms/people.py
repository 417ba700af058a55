"""Names, addresses, companies and numbers that nobody has, by language; see `people.tsv`."""

import csv
from functools import cache
from importlib.resources import files

from qvl.data.synth.documents.look import Rng, pick

_EAST = ("zh", "ja", "ko")
_CODES = {"en": "GB", "fr": "FR", "de": "DE", "it": "IT", "es": "ES", "pt": "PT", "ru": "RU"}


@cache
def _table() -> dict[str, dict[str, str]]:
    text = files("qvl.data.synth.forms").joinpath("people.tsv").read_text(encoding="utf-8")
    return {row["kind"]: row for row in csv.DictReader(text.splitlines(), delimiter="\t")}


def _words(kind: str, language: str) -> list[str]:
    return _table()[kind][language].split("|")


def person(rng: Rng, language: str) -> str:
    """A first and a last name in the order of the language."""
    first, last = pick(rng, _words("first", language)), pick(rng, _words("last", language))
    if language == "vi":
        return f"{last} {first}"
    return f"{last}{first}" if language in _EAST else f"{first} {last}"


def company(rng: Rng, language: str) -> str:
    name = pick(rng, _words("first" if language in _EAST else "last", language))
    return pick(rng, _words("firm", language)).format(name)


def street(rng: Rng, language: str) -> str:
    """A street and a house number as they are written there."""
    name, number = pick(rng, _words("street", language)), int(rng.integers(1, 240))
    if language in ("en", "fr"):
        return f"{number} {name}"
    if language == "vi":
        return f"Số {number} {name}"
    if language in _EAST:
        return {"zh": f"{name}{number}号", "ja": f"{name}{number}番地", "ko": f"{name} {number}"}[
            language
        ]
    return f"{name} {number}" if language in ("de",) else f"{name}, {number}"


def postcode(rng: Rng, language: str) -> str:
    digits = f"{int(rng.integers(10_000, 99_999))}"
    if language == "pt":
        return f"{digits[:4]}-{int(rng.integers(100, 999))}"
    if language == "ja":
        return f"{digits[:3]}-{int(rng.integers(1000, 9999))}"
    return f"{digits}{int(rng.integers(0, 9))}" if language in ("zh", "ru", "vi") else digits


def phone(rng: Rng) -> str:
    """Of the numbers that films may show, or of no length that anyone has."""
    shape = pick(
        rng, ("555-01{:02d}", "(555) 555-01{:02d}", "+00 555 01{:02d} 00", "0555 01{:02d}")
    )
    return shape.format(int(rng.integers(0, 100)))


def email(rng: Rng) -> str:
    user = pick(rng, ("info", "office", "sales", "contact", "billing", "orders", "service", "shop"))
    site = pick(rng, ("example.com", "example.org", "example.net", "mail.example"))
    return f"{user}{pick(rng, ('', '', str(rng.integers(1, 99))))}@{site}"


def code(rng: Rng, shape: str) -> str:
    """Letters for A, digits for 0, all else as it stands."""
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    return "".join(
        pick(rng, letters) if c == "A" else str(rng.integers(0, 10)) if c == "0" else c
        for c in shape
    )


def tax_number(rng: Rng, language: str) -> str:
    return code(rng, f"{_CODES[language]}000000000" if language in _CODES else "00000000000A")


def account(rng: Rng, language: str) -> str:
    west = language in ("fr", "de", "it", "es", "pt", "en")
    return code(rng, f"{_CODES[language]}00 0000 0000 0000 0000" if west else "0000 0000 0000 0000")
