"""Problems told in words: percent, money, speed, work, shares, units, chances, averages."""

from decimal import Decimal
from fractions import Fraction

from qvl.data.synth.maths.problem import Maker, Problem, Rng, fraction, plain, whole

NAMES = (
    "Ana",
    "Ben",
    "Chen",
    "Dina",
    "Elif",
    "Femi",
    "Goran",
    "Hana",
    "Ivan",
    "Julia",
    "Kofi",
    "Lea",
)
GOODS = ("a jacket", "a lamp", "a bicycle", "a pair of shoes", "a tent", "a guitar", "a chair")


def one_of(rng: Rng, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def percent(rng: Rng, level: int) -> Problem:
    """A share of an amount; the amount of a share; the share itself."""
    p = whole(rng, 1, 19) * 5 if level < 3 else whole(rng, 2, 98)
    base = whole(rng, 2, 40 * level) * (20 if level < 3 else 50)
    part = Fraction(p * base, 100)
    if level == 1:
        question, answer = f"How much is {p}% of {base}?", plain(part)
        steps = (f"\\frac{{{p}}}{{100}} \\times {base} = {fraction(part)}",)
    elif level == 2:
        question, answer = f"{plain(part)} is {p}% of which number?", str(base)
        steps = (f"{fraction(part)} \\div {p} \\times 100 = {base}",)
    else:
        question, answer = f"What percentage of {base} is {plain(part)}?", f"{p}%"
        steps = (f"\\frac{{{fraction(part)}}}{{{base}}} \\times 100 = {p}",)
    return Problem(
        "percent",
        level,
        question,
        steps,
        answer,
        f"Eq(Rational({p}, 100)*{base}, Rational('{part}'))",
    )


def discount(rng: Rng, level: int) -> Problem:
    """A price before and after; on the third level backwards."""
    price, off = whole(rng, 4, 60) * 5, whole(rng, 1, 12) * 5
    saved = Decimal(price * off) / 100
    now, thing = price - saved, one_of(rng, GOODS)
    told = f"{now.normalize():f}"
    if level < 3:
        question = f"{thing.capitalize()} costs €{price}. In the sale it is {off}% cheaper. "
        question += "What does it cost now?"
        steps = (
            f"{price} \\times \\frac{{{off}}}{{100}} = {saved.normalize():f}",
            f"{price} - {saved.normalize():f} = {told}",
        )
        answer = f"€{told}"
    else:
        question = f"After a discount of {off}% {thing} costs €{told}. What was the price before?"
        steps = (f"100 - {off} = {100 - off}", f"{told} \\div {100 - off} \\times 100 = {price}")
        answer = f"€{price}"
    return Problem(
        "discount",
        level,
        question,
        steps,
        answer,
        f"Eq({price}*(1 - Rational({off}, 100)), Rational('{told}'))",
    )


def interest(rng: Rng, level: int) -> Problem:
    start, rate, years = whole(rng, 2, 60) * 100, whole(rng, 1, 8), whole(rng, 2, 6)
    each = Fraction(start * rate, 100)
    total = start + each * years
    question = f"€{start} are lent at {rate}% simple interest a year. "
    question += f"How much is to be paid back after {years} years?"
    steps = (
        f"{start} \\times \\frac{{{rate}}}{{100}} = {fraction(each)}",
        f"{start} + {years} \\times {fraction(each)} = {fraction(total)}",
    )
    return Problem(
        "interest",
        level,
        question,
        steps,
        f"€{plain(total)}",
        f"Eq({start}*(1 + Rational({rate}, 100)*{years}), Rational('{total}'))",
    )


def speed(rng: Rng, level: int) -> Problem:
    """Way, time or speed from the other two; on the third level two trains that meet."""
    v, t = whole(rng, 4, 24) * 5, whole(rng, 2, 7)
    if level == 1:
        question = f"A car drives at {v} km/h for {t} hours. How far does it get?"
        return Problem(
            "speed",
            level,
            question,
            (f"{v} \\times {t} = {v * t}",),
            f"{v * t} km",
            f"Eq({v}*{t}, {v * t})",
        )
    if level == 2:
        question = f"A train covers {v * t} km in {t} hours. What is its average speed?"
        return Problem(
            "speed",
            level,
            question,
            (f"{v * t} \\div {t} = {v}",),
            f"{v} km/h",
            f"Eq(Rational({v * t}, {t}), {v})",
        )
    w = whole(rng, 4, 24) * 5
    question = f"Two trains start towards each other from towns {(v + w) * t} km apart, "
    question += f"one at {v} km/h and one at {w} km/h. After how many hours do they meet?"
    steps = (f"{v} + {w} = {v + w}", f"{(v + w) * t} \\div {v + w} = {t}")
    return Problem(
        "meeting trains",
        level,
        question,
        steps,
        f"{t} hours",
        f"Eq(solveset({v}*x + {w}*x - {(v + w) * t}, x), FiniteSet({t}))",
    )


MAKERS: tuple[Maker, ...] = (percent, discount, interest, speed)
