"""Problems about units, time, averages and chances."""

from decimal import Decimal
from fractions import Fraction

from qvl.data.synth.maths.problem import Maker, Problem, Rng, fraction, plain, whole

_UNITS = {  # a larger unit, a smaller one, and how many of it make the larger
    1: (
        ("m", "cm", 100),
        ("km", "m", 1000),
        ("kg", "g", 1000),
        ("h", "min", 60),
        ("min", "s", 60),
        ("L", "mL", 1000),
    ),
    2: (
        ("m²", "cm²", 10000),
        ("t", "kg", 1000),
        ("ha", "m²", 10000),
        ("d", "h", 24),
        ("cm²", "mm²", 100),
    ),
    3: (
        ("m³", "L", 1000),
        ("m³", "cm³", 1000000),
        ("km²", "m²", 1000000),
        ("d", "min", 1440),
        ("h", "s", 3600),
    ),
}


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
    inner = f"sorted([{listed}])[{(count - 1) // 2}:{count // 2 + 1}]"
    claim = {
        "mean": f"Eq(Rational({'+'.join(map(str, values))}, {count}), Rational('{value}'))",
        "median": f"Eq(Rational(sum({inner}), {2 - count % 2}), Rational('{value}'))",
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
        return Problem(
            "probability",
            level,
            question,
            (f"P = \\frac{{{red}}}{{{total}}}",),
            plain(once),
            f"Eq(Rational({red}, {red} + {blue}), Rational('{once}'))",
        )
    both = once * Fraction(red - 1, total - 1)
    question = f"{bag} Two are taken, one after the other, and not put back. "
    question += "What is the probability that both are red?"
    steps = (
        f"\\frac{{{red}}}{{{total}}} \\times \\frac{{{red - 1}}}{{{total - 1}}} = {fraction(both)}",
    )
    return Problem(
        "probability",
        level,
        question,
        steps,
        plain(both),
        f"Eq(Rational(binomial({red}, 2), binomial({total}, 2)), Rational('{both}'))",
    )


MAKERS: tuple[Maker, ...] = (units, clock, average, chance)
