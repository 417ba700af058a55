"""What an invoice or a receipt says: things with prices, and sums that are right."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from qvl.data.synth.charts.words import locale, names
from qvl.data.synth.documents.look import Rng, pick
from qvl.data.synth.tables.sheet import number

_CURRENCY = {"en": ("USD", "GBP", "USD"), "zh": ("CNY",), "ja": ("JPY",), "ko": ("KRW",)}
_CURRENCY |= {"ru": ("RUB",), "vi": ("VND",)}
_WHOLE = ("JPY", "KRW", "VND")  # without cents
_SCALE = {"JPY": 120, "KRW": 1200, "VND": 20_000, "RUB": 80, "CNY": 6}
_TAXES = (5, 7, 10, 19, 20, 21, 22)


@dataclass(frozen=True)
class Item:
    name: str
    quantity: str
    price: str
    amount: str


@dataclass(frozen=True)
class Bill:
    """All as it is printed; discount and tax are "" where there are none."""

    items: tuple[Item, ...]
    subtotal: str
    discount: str
    tax: str
    rate: str
    total: str
    paid: str
    change: str


def bill(rng: Rng, language: str, most: int) -> Bill:
    """Up to `most` things; cents are rounded half up."""
    currency = pick(rng, _CURRENCY.get(language, ("EUR",)))
    decimals = 0 if currency in _WHOLE else 2
    step = Decimal(1).scaleb(-decimals)
    symbol = currency if rng.random() < 0.7 else ""

    def told(value: Decimal) -> str:
        return number(value, language, decimals, symbol)

    things = names("product", language)
    chosen = [things[i] for i in rng.permutation(len(things))[: int(rng.integers(1, most + 1))]]
    scale = _SCALE.get(currency, 1)
    items, subtotal = [], Decimal(0)
    for name in chosen:
        count = 1 if rng.random() < 0.55 else int(rng.integers(2, 13))
        price = (Decimal(f"{rng.uniform(0.4, 90):.2f}") * scale).quantize(step, ROUND_HALF_UP)
        subtotal += count * price
        items.append(Item(name, str(count), told(price), told(count * price)))
    part = pick(rng, (0, 0, 0, 5, 10, 15))
    off = (subtotal * part / 100).quantize(step, ROUND_HALF_UP)
    rate = pick(rng, (0, *_TAXES))
    tax = ((subtotal - off) * rate / 100).quantize(step, ROUND_HALF_UP)
    total = subtotal - off + tax
    note = Decimal(10) * scale
    paid = (total / note).to_integral_value("ROUND_CEILING") * note
    return Bill(
        items=tuple(items),
        subtotal=told(subtotal),
        discount=told(-off) if part else "",
        tax=told(tax) if rate else "",
        rate=f"{rate}%" if rate else "",
        total=told(total),
        paid=told(paid),
        change=told(paid - total),
    )


def day(rng: Rng) -> date:
    return date.fromordinal(date(2005, 1, 1).toordinal() + int(rng.integers(0, 9000)))


def dated(rng: Rng, when: date, language: str) -> str:
    """A date as the language writes it, or by figures alone."""
    from babel.dates import format_date

    shape = pick(rng, ("short", "medium", "medium", "long", "yyyy-MM-dd", "dd.MM.yyyy"))
    return (
        format_date(when, shape, locale=locale(language))
        .replace("\u202f", " ")
        .replace("\u00a0", " ")
    )


def clock(rng: Rng) -> str:
    return f"{rng.integers(7, 23):02d}:{rng.integers(0, 60):02d}" + pick(
        rng, ("", f":{rng.integers(0, 60):02d}")
    )
