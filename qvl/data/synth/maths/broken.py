"""Broken numbers: fractions and decimals."""

from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm

from qvl.data.synth.maths.problem import Maker, Problem, Rng, fraction, plain, whole


def _fraction(rng: Rng, level: int) -> Fraction:
    low = whole(rng, 2, 4 + 4 * level)
    return Fraction(whole(rng, 1, low - 1) if level < 3 else whole(rng, 1, 3 * low), low)


def fractions(rng: Rng, level: int) -> Problem:
    """Sum or difference by the least common denominator."""
    a, b = _fraction(rng, level), _fraction(rng, level)
    sign = "+" if rng.random() < 0.6 else "-"
    if sign == "-" and a < b:
        a, b = b, a
    value = a + b if sign == "+" else a - b
    low = lcm(a.denominator, b.denominator)
    top = [int(x * low) for x in (a, b)]
    joined = top[0] + top[1] if sign == "+" else top[0] - top[1]
    shown = f"{fraction(a)} {sign} {fraction(b)}"
    steps = [f"{shown} = \\frac{{{top[0]}}}{{{low}}} {sign} \\frac{{{top[1]}}}{{{low}}}"]
    steps.append(f"= \\frac{{{joined}}}{{{low}}}")
    if Fraction(joined, low).denominator != low:
        steps.append(f"= {fraction(value)}")
    claim = f"Eq(Rational('{a}') {sign} Rational('{b}'), Rational('{value}'))"
    return Problem("fractions", level, "", tuple(steps), plain(value), claim, shown, "calculate")


def products_of_fractions(rng: Rng, level: int) -> Problem:
    a, b = _fraction(rng, level), _fraction(rng, level)
    over = rng.random() < 0.45
    value = a / b if over else a * b
    sign = "\\div" if over else "\\times"
    shown = f"{fraction(a)} {sign} {fraction(b)}"
    other = 1 / b if over else b
    steps = [f"{shown} = {fraction(a)} \\times {fraction(other)}"] if over else []
    top, low = a.numerator * other.numerator, a.denominator * other.denominator
    steps.append(f"\\frac{{{top}}}{{{low}}}")
    if gcd(top, low) > 1:
        steps[-1] += f" = {fraction(value)}"
    claim = f"Eq(Rational('{a}') {'/' if over else '*'} Rational('{b}'), Rational('{value}'))"
    return Problem(
        "products of fractions", level, "", tuple(steps), plain(value), claim, shown, "calculate"
    )


def reducing(rng: Rng, level: int) -> Problem:
    value = _fraction(rng, min(level, 2))
    by = whole(rng, 2, 4 + 4 * level)
    top, low = value.numerator * by, value.denominator * by
    shared = gcd(top, low)
    shown = f"\\frac{{{top}}}{{{low}}}"
    steps = (f"\\gcd({top}, {low}) = {shared}", f"{shown} = {fraction(value)}")
    alone = f"Eq(igcd({value.numerator}, {value.denominator}), 1)"
    claim = f"And(Eq(Rational({top}, {low}), Rational('{value}')), {alone})"
    return Problem("reducing fractions", level, "", steps, plain(value), claim, shown, "simplify")


def decimals(rng: Rng, level: int) -> Problem:
    places = level
    a, b = (Decimal(whole(rng, 11, 10 ** (places + 1) * 3)).scaleb(-places) for _ in range(2))
    sign = ("+", "-", "\\times")[whole(rng, 0, 2)]
    if sign == "-" and a < b:
        a, b = b, a
    value = {"+": a + b, "-": a - b, "\\times": a * b}[sign]
    shown = f"{a} {sign} {b}"
    told = format(value.normalize(), "f")
    read = "*" if "times" in sign else sign
    exact = f"Eq(Rational('{a}') {read} Rational('{b}'), Rational('{told}'))"
    return Problem("decimals", level, "", (f"{shown} = {told}",), told, exact, shown, "calculate")


MAKERS: tuple[Maker, ...] = (fractions, products_of_fractions, reducing, decimals)
