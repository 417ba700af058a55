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


def _one(rng: Rng, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def _two(rng: Rng) -> tuple[str, str]:
    first, second = rng.permutation(len(NAMES))[:2]
    return NAMES[first], NAMES[second]


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
    now, thing = price - saved, _one(rng, GOODS)
    told = f"{now.normalize():f}"
    if level < 3:
        question = f"{thing.capitalize()} costs €{price}. In the sale it is {off}% cheaper. What does it cost now?"
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
    question = f"€{start} are lent at {rate}% simple interest a year. How much is to be paid back after {years} years?"
    steps = (f"{start} \\times \\frac{{{rate}}}{{100}} = {fraction(each)}",
             f"{start} + {years} \\times {fraction(each)} = {fraction(total)}")  # fmt: skip
    return Problem("interest", level, question, steps, f"€{plain(total)}",
                   f"Eq({start}*(1 + Rational({rate}, 100)*{years}), Rational('{total}'))")  # fmt: skip


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
    question = f"Two trains start towards each other from towns {(v + w) * t} km apart, one at {v} km/h and one at {w} km/h. After how many hours do they meet?"
    steps = (f"{v} + {w} = {v + w}", f"{(v + w) * t} \\div {v + w} = {t}")
    return Problem("meeting trains", level, question, steps, f"{t} hours",
                   f"Eq(solveset({v}*x + {w}*x - {(v + w) * t}, x), FiniteSet({t}))")  # fmt: skip


def shopping(rng: Rng, level: int) -> Problem:
    """What is bought, and the change."""
    name, count, other = _one(rng, NAMES), whole(rng, 2, 3 + 3 * level), whole(rng, 2, 6)
    a, b = (Decimal(whole(rng, 20, 400 * level)) / 100 for _ in range(2))
    total = a * count + (b * other if level > 1 else 0)
    note = next(n for n in (5, 10, 20, 50, 100, 200, 500) if n >= total)
    bought = f"{count} notebooks at €{a:.2f} each"
    steps = [f"{count} \\times {a:.2f} = {a * count:.2f}"]
    if level > 1:
        bought += f" and {other} pens at €{b:.2f} each"
        steps += [
            f"{other} \\times {b:.2f} = {b * other:.2f}",
            f"{a * count:.2f} + {b * other:.2f} = {total:.2f}",
        ]
    steps.append(f"{note} - {total:.2f} = {note - total:.2f}")
    question = f"{name} buys {bought} and pays with €{note}. How much change is there?"
    exact = f"{count}*Rational('{a}')" + (f" + {other}*Rational('{b}')" if level > 1 else "")
    return Problem(
        "shopping",
        level,
        question,
        tuple(steps),
        f"€{note - total:.2f}",
        f"Eq({note} - ({exact}), Rational('{note - total}'))",
    )


def ages(rng: Rng, level: int) -> Problem:
    young, factor, later = whole(rng, 3, 12), whole(rng, 2, 4), whole(rng, 1, 9)
    old, (a, b) = young * factor, _two(rng)
    if level == 1:
        question = f"{a} is {young} years old. {b} is {factor} times as old. How old is {b} in {later} years?"
        steps = (f"{factor} \\times {young} = {old}", f"{old} + {later} = {old + later}")
        return Problem(
            "ages",
            level,
            question,
            steps,
            str(old + later),
            f"Eq({factor}*{young} + {later}, {old + later})",
        )
    total = young + old
    question = f"{b} is {factor} times as old as {a}. Together they are {total}. How old is {a}?"
    steps = (f"x + {factor}x = {total}", f"{factor + 1}x = {total}", f"x = {young}")
    return Problem(
        "ages",
        level,
        question,
        steps,
        str(young),
        f"Eq(solveset(x + {factor}*x - {total}, x), FiniteSet({young}))",
    )


def work(rng: Rng, level: int) -> Problem:
    """Two who work at the same time."""
    a, b = (2 * whole(rng, 1, 4 + 4 * level) for _ in range(2))
    (first, second), both = _two(rng), Fraction(a * b, a + b)
    question = f"{first} paints a room in {a} hours, {second} in {b} hours. How long do they need together?"
    steps = (
        f"\\frac{{1}}{{{a}}} + \\frac{{1}}{{{b}}} = {fraction(1 / both)}",
        f"1 \\div {fraction(1 / both)} = {fraction(both)}",
    )
    return Problem("work together", level, question, steps, f"{plain(both)} hours",
                   f"Eq((Rational(1, {a}) + Rational(1, {b}))*Rational('{both}'), 1)")  # fmt: skip


def ratio(rng: Rng, level: int) -> Problem:
    a, b, each = whole(rng, 1, 4 + level), whole(rng, 1, 4 + level), whole(rng, 2, 12 * level)
    (first, second), total = _two(rng), (a + b) * each
    question = (
        f"{first} and {second} share €{total} in the ratio {a}:{b}. How much does {second} get?"
    )
    steps = (
        f"{a} + {b} = {a + b}",
        f"{total} \\div {a + b} = {each}",
        f"{b} \\times {each} = {b * each}",
    )
    return Problem(
        "ratio",
        level,
        question,
        steps,
        f"€{b * each}",
        f"Eq(Rational({total}*{b}, {a} + {b}), {b * each})",
    )


_UNITS = {  # a larger unit, a smaller one, and how many of it make the larger
    1: (("m", "cm", 100), ("km", "m", 1000), ("kg", "g", 1000), ("h", "min", 60), ("min", "s", 60), ("L", "mL", 1000)),
    2: (("m²", "cm²", 10000), ("t", "kg", 1000), ("ha", "m²", 10000), ("d", "h", 24), ("cm²", "mm²", 100)),
    3: (("m³", "L", 1000), ("m³", "cm³", 1000000), ("km²", "m²", 1000000), ("d", "min", 1440), ("h", "s", 3600)),
}  # fmt: skip


def units(rng: Rng, level: int) -> Problem:
    large, small, factor = _UNITS[level][int(rng.integers(len(_UNITS[level])))]
    value = Decimal(whole(rng, 2, 95)) / (1 if rng.random() < 0.5 else 10)
    many = value * factor
    told = f"{many.normalize():f}"
    if rng.random() < 0.6:
        question, answer = f"Convert {value:f} {large} to {small}.", f"{told} {small}"
        steps = (f"{value:f} \\times {factor} = {told}",)
    else:
        question, answer = f"How many {large} are {told} {small}?", f"{value:f} {large}"
        steps = (f"{told} \\div {factor} = {value:f}",)
    return Problem(
        "units",
        level,
        question,
        steps,
        answer,
        f"Eq(Rational('{value}')*{factor}, Rational('{told}'))",
    )


def clock(rng: Rng, level: int) -> Problem:
    """How long from one time to another, or when something ends."""
    start, length = whole(rng, 0, 22 * 60), whole(rng, 10, 60 * 2 * level)
    end = start + length
    told = [f"{m // 60 % 24}:{m % 60:02d}" for m in (start, end)]
    hours, minutes = divmod(length, 60)
    said = " ".join(
        f"{n} {u}{'s' * (n > 1)}" for n, u in ((hours, "hour"), (minutes, "minute")) if n
    )
    if rng.random() < 0.5:
        question, answer = (
            f"A film starts at {told[0]} and lasts {said}. When does it end?",
            told[1],
        )
    else:
        day = " on the next day" if end >= 1440 else ""
        question, answer = f"How long is it from {told[0]} to {told[1]}{day}?", said
    steps = (f"{told[0]} + {hours}:{minutes:02d} = {told[1]}",)
    return Problem(
        "time",
        level,
        question,
        steps,
        answer,
        f"Eq(Mod({start} + {hours}*60 + {minutes}, 1440), {end % 1440})",
    )


def average(rng: Rng, level: int) -> Problem:
    """Mean, median or range of some numbers."""
    count = (3, 5, 6)[level - 1]
    values = [whole(rng, 1, 20 * level) for _ in range(count)]
    kind = ("mean", "median", "range")[whole(rng, 0, 2)]
    ordered, listed = sorted(values), ", ".join(map(str, values))
    middle = Fraction(ordered[(count - 1) // 2] + ordered[count // 2], 2)
    value = {
        "mean": Fraction(sum(values), count),
        "median": middle,
        "range": Fraction(ordered[-1] - ordered[0]),
    }[kind]
    steps = {
        "mean": (
            f"{' + '.join(map(str, values))} = {sum(values)}",
            f"{sum(values)} \\div {count} = {fraction(value)}",
        ),
        "median": (", ".join(map(str, ordered)), f"\\text{{the middle is }} {fraction(value)}"),
        "range": (f"{ordered[-1]} - {ordered[0]} = {fraction(value)}",),
    }[kind]
    claim = {
        "mean": f"Eq(Rational({'+'.join(map(str, values))}, {count}), Rational('{value}'))",
        "median": f"Eq(Rational(sum(sorted([{listed}])[{(count - 1) // 2}:{count // 2 + 1}]), {2 - count % 2}), Rational('{value}'))",
        "range": f"Eq(Max({listed}) - Min({listed}), {value})",
    }[kind]
    return Problem(kind, level, f"What is the {kind} of {listed}?", steps, plain(value), claim)


def chance(rng: Rng, level: int) -> Problem:
    """Balls of two colours, taken once or twice without putting them back."""
    red, blue = whole(rng, 2, 4 + 2 * level), whole(rng, 2, 4 + 2 * level)
    total, bag = red + blue, f"A bag holds {red} red and {blue} blue balls."
    once = Fraction(red, total)
    if level == 1:
        question = f"{bag} One is taken without looking. What is the probability that it is red?"
        return Problem("probability", level, question, (f"P = \\frac{{{red}}}{{{total}}}",), plain(once),
                       f"Eq(Rational({red}, {red} + {blue}), Rational('{once}'))")  # fmt: skip
    both = once * Fraction(red - 1, total - 1)
    question = f"{bag} Two are taken, one after the other, and not put back. What is the probability that both are red?"
    steps = (
        f"\\frac{{{red}}}{{{total}}} \\times \\frac{{{red - 1}}}{{{total - 1}}} = {fraction(both)}",
    )
    return Problem("probability", level, question, steps, plain(both),
                   f"Eq(Rational(binomial({red}, 2), binomial({total}, 2)), Rational('{both}'))")  # fmt: skip


MAKERS: tuple[Maker, ...] = (
    *(
        percent,
        discount,
        interest,
        speed,
        shopping,
        ages,
        work,
        ratio,
        units,
        clock,
        average,
        chance,
    ),
)
