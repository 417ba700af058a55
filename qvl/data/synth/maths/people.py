"""Problems about people: what they buy, share, do together, how old they are."""

from decimal import Decimal
from fractions import Fraction

from qvl.data.synth.maths.problem import Maker, Problem, Rng, fraction, plain, whole
from qvl.data.synth.maths.stories import NAMES, one_of


def _two(rng: Rng) -> tuple[str, str]:
    first, second = rng.permutation(len(NAMES))[:2]
    return NAMES[first], NAMES[second]


def shopping(rng: Rng, level: int) -> Problem:
    """What is bought, and the change."""
    name, count, other = one_of(rng, NAMES), whole(rng, 2, 3 + 3 * level), whole(rng, 2, 6)
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
        question = (
            f"{a} is {young} years old. {b} is {factor} times as old. "
            f"How old is {b} in {later} years?"
        )
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
    question = f"{first} paints a room in {a} hours, {second} in {b} hours. "
    question += "How long do they need together?"
    steps = (
        f"\\frac{{1}}{{{a}}} + \\frac{{1}}{{{b}}} = {fraction(1 / both)}",
        f"1 \\div {fraction(1 / both)} = {fraction(both)}",
    )
    return Problem(
        "work together",
        level,
        question,
        steps,
        f"{plain(both)} hours",
        f"Eq((Rational(1, {a}) + Rational(1, {b}))*Rational('{both}'), 1)",
    )


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


MAKERS: tuple[Maker, ...] = (shopping, ages, work, ratio)
