"""Equations and what is like them: one unknown, two, squares, inequalities."""

from fractions import Fraction

from qvl.data.synth.maths.problem import (
    Maker,
    Problem,
    Rng,
    first,
    fraction,
    nonzero,
    plain,
    polynomial,
    signed,
    summed,
    whole,
)


def linear(rng: Rng, level: int) -> Problem:
    """One unknown: on the second level on both sides, on the third with a fraction as result."""
    a, x, b = whole(rng, 2, 9), nonzero(rng, -12, 12), nonzero(rng, -20, 20)
    if level == 1:
        c = a * x + b
        shown = f"{first(a, 'x')}{signed(b)} = {c}"
        steps = (
            f"{first(a, 'x')} = {c}{signed(-b)} = {c - b}",
            f"x = \\frac{{{c - b}}}{{{a}}} = {x}",
        )
        return _solved("linear equation", level, shown, steps, Fraction(x), f"{a}*x + {b} - ({c})")
    d = nonzero(rng, -6, 6)
    d = d if d != a else d + 1 or 1
    if a == d:
        d = a + 1
    value = Fraction(x) if level == 2 else Fraction(nonzero(rng, -9, 9), a - d)
    c = (a - d) * value + b
    right = f"{first(d, 'x')}{signed(c)}" if c else first(d, "x")
    shown = f"{first(a, 'x')}{signed(b)} = {right}"
    top = c - b
    steps = (
        f"{first(a, 'x')}{signed(-d, 'x')} = {fraction(Fraction(c))}{signed(-b)}",
        f"{first(a - d, 'x')} = {fraction(top)}",
        f"x = {fraction(value)}",
    )
    return _solved(
        "equation with x on both sides", level, shown, steps, value, f"{a}*x + {b} - ({d}*x + {c})"
    )


def _solved(
    kind: str, level: int, shown: str, steps: tuple[str, ...], x: Fraction, zero: str
) -> Problem:
    claim = f"Eq(solveset({zero}, x, S.Reals), FiniteSet(Rational('{x}')))"
    return Problem(kind, level, "", steps, f"x = {plain(x)}", claim, shown, "solve")


def bracketed(rng: Rng, level: int) -> Problem:
    a, b, x = whole(rng, 2, 4 + 2 * level), nonzero(rng, -9, 9), nonzero(rng, -10, 10)
    c = a * (x + b)
    shown = f"{a}(x{signed(b)}) = {c}"
    steps = (f"x{signed(b)} = {c // a}", f"x = {c // a}{signed(-b)} = {x}")
    return _solved(
        "equation with brackets", level, shown, steps, Fraction(x), f"{a}*(x + {b}) - ({c})"
    )


def quadratic(rng: Rng, level: int) -> Problem:
    """By factors: x^2 + px + q with whole roots, on the third level with a leading number."""
    r, s = nonzero(rng, -8, 8), nonzero(rng, -8, 8)
    lead = 1 if level < 3 else whole(rng, 2, 4)
    terms = (lead, -lead * (r + s), lead * r * s)
    shown = f"{polynomial(terms)} = 0"
    low, high = sorted((r, s))
    factors = f"(x{signed(-low)})(x{signed(-high)})" if low != high else f"(x{signed(-low)})^2"
    steps = [f"{polynomial((1, -(r + s), r * s))} = 0"] if lead > 1 else []
    steps += [f"{factors} = 0"]
    answer = f"x = {low}, x = {high}" if low != high else f"x = {low}"
    claim = f"Eq(solveset({summed(terms)}, x, S.Reals), FiniteSet({low}, {high}))"
    return Problem("quadratic equation", level, "", tuple(steps), answer, claim, shown, "solve")


def system(rng: Rng, level: int) -> Problem:
    """Two lines with two unknowns, by adding them up."""
    x, y = nonzero(rng, -6 * level, 6 * level), nonzero(rng, -6 * level, 6 * level)
    a, b = whole(rng, 1, 3 + level), nonzero(rng, -4, 4)
    c, d = whole(rng, 1, 3 + level), -b
    e, f = a * x + b * y, c * x + d * y
    shown = f"{first(a, 'x')}{signed(b, 'y')} = {e}, \\quad {first(c, 'x')}{signed(d, 'y')} = {f}"
    steps = (
        f"{first(a + c, 'x')} = {e + f}",
        f"x = {x}",
        f"{first(b, 'y')} = {e}{signed(-a * x)} = {b * y}" if a * x else f"{first(b, 'y')} = {e}",
        f"y = {y}",
    )
    both = f"{a}*x + {b}*y - ({e}), {c}*x + {d}*y - ({f})"
    claim = f"Eq(linsolve([{both}], (x, y)), FiniteSet(({x}, {y})))"
    return Problem(
        "system of equations", level, "", steps, f"x = {x}, y = {y}", claim, shown, "solve"
    )


def inequality(rng: Rng, level: int) -> Problem:
    """The sign turns where a negative number divides."""
    a = whole(rng, 2, 9) * (-1 if level > 1 and rng.random() < 0.6 else 1)
    x, b = nonzero(rng, -10, 10), nonzero(rng, -15, 15)
    c, sign = a * x + b, "<" if rng.random() < 0.5 else ">"
    turned = sign if a > 0 else {"<": ">", ">": "<"}[sign]
    shown = f"{first(a, 'x')}{signed(b)} {sign} {c}"
    steps = (f"{first(a, 'x')} {sign} {c - b}", f"x {turned} {x}")
    open_ = f"Interval.open({x}, oo)" if turned == ">" else f"Interval.open(-oo, {x})"
    claim = f"Eq(solveset({a}*x + {b} {sign} {c}, x, S.Reals), {open_})"
    return Problem("inequality", level, "", steps, f"x {turned} {x}", claim, shown, "solve")


MAKERS: tuple[Maker, ...] = (*(linear, linear, bracketed, quadratic, system, inequality),)
