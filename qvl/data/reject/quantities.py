"""Numbers with units out of answers: 1,250 | 12.5 cm | 3/4 | 1 1/2 | \\frac{3}{4} | 50% | 2e3."""

import re
from dataclasses import dataclass
from fractions import Fraction

_FACTORS: dict[str, tuple[str, str]] = {  # unit -> what it measures, how many of the first one
    "mm": ("length", "1"),
    "cm": ("length", "10"),
    "dm": ("length", "100"),
    "m": ("length", "1000"),
    "km": ("length", "1000000"),
    "mm^2": ("area", "1"),
    "cm^2": ("area", "100"),
    "m^2": ("area", "1000000"),
    "mg": ("mass", "1"),
    "g": ("mass", "1000"),
    "kg": ("mass", "1000000"),
    "ml": ("volume", "1"),
    "cl": ("volume", "10"),
    "l": ("volume", "1000"),
    "s": ("time", "1"),
    "min": ("time", "60"),
    "h": ("time", "3600"),
}
_SPELT = {
    "°": "degree",
    "degrees": "degree",
    "percent": "%",
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
    "hr": "h",
    "hrs": "h",
    "meters": "m",
    "meter": "m",
    "metres": "m",
    "metre": "m",
    "litre": "l",
    "litres": "l",
    "liter": "l",
    "liters": "l",
    "grams": "g",
    "gram": "g",
    "€": "euro",
    "euros": "euro",
    "eur": "euro",
    "$": "dollar",
    "dollars": "dollar",
    "usd": "dollar",
    "£": "pound",
    "pounds": "pound",
    "gbp": "pound",
}
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+[.,]\d+|\.\d+|\d+)"
_NUMBER = rf"[-+−]?\s*(?:\d+\s+\d+\s*/\s*\d+|{_DIGITS}\s*/\s*{_DIGITS}|{_DIGITS}(?:[eE][-+]?\d+)?)"
_UNIT = r"(?:%|°|[€$£]|[A-Za-zµ]+(?:\^?[23]|[²³])?)"
_WHOLE = re.compile(rf"([€$£])?\s*({_NUMBER})\s*({_UNIT})?")
_INSIDE = re.compile(rf"(?<![\w.])([€$£])?({_NUMBER})(?:\s*({_UNIT}))?")
_LATEX = (
    (re.compile(r"\\d?t?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"\1/\2"),
    (re.compile(r"\\(?:text|mathrm|mbox)\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\s*(?:\\times|\\cdot|×|·)\s*10\s*\^\s*\{?(-?\d+)\}?"), r"e\1"),
    (re.compile(r"\^\s*\{?\\circ\}?|\\degree"), "°"),
    (re.compile(r"\\(?:left|right|displaystyle)|\\[,;!: ]"), " "),
    (re.compile(r"\\([%$])"), r"\1"),
    (re.compile(r"\^\{([23])\}"), r"^\1"),
    (re.compile(r"\$([^$]+)\$"), r"\1"),
)


@dataclass(frozen=True)
class Quantity:
    """`whole`: written without a fraction, so that it is meant to be exact."""

    value: Fraction
    unit: str = ""
    whole: bool = False


def quantity(text: str) -> Quantity | None:
    """The number that a text is, with its unit; None for other texts. "3 + 2 = 5" is 5."""
    told = _plain(text)
    if len(sides := re.split("[=≈]", told)) == 2:
        told = sides[1]
    found = _WHOLE.fullmatch(told.strip().rstrip(".").strip())
    return _read(found) if found else None


def last(text: str) -> Quantity | None:
    """The last number that stands in a text, with the word after it as its unit."""
    every = list(_INSIDE.finditer(_plain(text)))
    return _read(every[-1]) if every else None


def same(found: Quantity, wanted: Quantity, tolerance: float) -> bool:
    """Equal once units are; a unit that one of them lacks is not asked for.

    `tolerance` is a share of the wanted value; where that is a whole number there is none.
    """
    value, target = found.value, wanted.value
    if "%" in (found.unit, wanted.unit) and found.unit != wanted.unit:
        if {found.unit, wanted.unit} != {"%", ""}:
            return False
        hundred = 100 if wanted.unit == "%" else Fraction(1, 100)
        return any(_near(each, wanted, tolerance) for each in (value, value * hundred))
    if found.unit and wanted.unit and found.unit != wanted.unit:
        (what, times), (other, by) = (
            _FACTORS.get(unit, (unit, "1")) for unit in (found.unit, wanted.unit)
        )
        if what != other:
            return False
        value = value * Fraction(times) / Fraction(by)
    return value == target or _near(value, wanted, tolerance)


def _near(value: Fraction, wanted: Quantity, tolerance: float) -> bool:
    slack = 0 if wanted.whole else abs(wanted.value) * Fraction(tolerance)
    return abs(value - wanted.value) <= slack


def _plain(text: str) -> str:
    for pattern, plain in _LATEX:
        text = pattern.sub(plain, text)
    return text.replace("−", "-").strip().strip("*").strip()


def _read(found: re.Match[str]) -> Quantity | None:
    sign, number, unit = found.groups()
    unit = (unit or sign or "").lower().replace("²", "^2").replace("³", "^3")
    unit = re.sub(r"(?<=[a-z])([23])$", r"^\1", unit)
    try:
        value = _value(number)
    except ZeroDivisionError:
        return None
    return Quantity(value, _SPELT.get(unit, unit), number.strip("+- ").isdigit())


def _value(number: str) -> Fraction:
    number = number.strip()
    minus = -1 if number.startswith("-") else 1
    number = number.lstrip("+- ").strip()
    if mixed := re.fullmatch(r"(\d+)\s+(\d+)\s*/\s*(\d+)", number):
        return minus * (int(mixed[1]) + Fraction(int(mixed[2]), int(mixed[3])))
    above, _, below = number.partition("/")
    return minus * _decimal(above) / (_decimal(below) if below else 1)


def _decimal(number: str) -> Fraction:
    """Groups of three after commas are thousands; any other comma is a decimal one."""
    number = number.strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", number):
        return Fraction(number.replace(",", ""))
    return Fraction(number.replace(",", "."))
