"""Arithmetic: sums, products, division, order of operations, fractions, decimals, roots."""

from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm

from qvl.data.synth.maths.problem import Maker, Problem, Rng, fraction, plain, whole

_SIZES = {1: 30, 2: 400, 3: 9000}


def addition(rng: Rng, level: int) -> Problem:
    count = 2 if level < 3 else 3
    terms = [whole(rng, 3, _SIZES[level]) for _ in range(count)]
    shown = " + ".join(map(str, terms))
    steps, so_far = [], terms[0]
    for term in terms[1:]:
        steps.append(f"{so_far} + {term} = {so_far + term}")
        so_far += term
    return Problem(
        "addition",
        level,
        "",
        tuple(steps),
        str(so_far),
        f"Eq({shown}, {so_far})",
        shown,
        "calculate",
    )


def subtraction(rng: Rng, level: int) -> Problem:
    a, b = whole(rng, 3, _SIZES[level]), whole(rng, 3, _SIZES[level])
    if level < 3:
        a, b = max(a, b), min(a, b)
    shown = f"{a} - {b}"
    return Problem("subtraction", level, "", (f"{shown} = {a - b}",), str(a - b),
                   f"Eq({a} - {b}, {a - b})", shown, "calculate")  # fmt: skip


def product(rng: Rng, level: int) -> Problem:
    """Long multiplication by the parts of the second number."""
    a = whole(rng, 3, (12, 99, 999)[level - 1])
    b = whole(rng, 3, (12, 99, 99)[level - 1])
    tens, ones = b // 10 * 10, b % 10
    steps = []
    if tens and ones:
        steps = [f"{a} \\times {tens} = {a * tens}", f"{a} \\times {ones} = {a * ones}"]
        steps.append(f"{a * tens} + {a * ones} = {a * b}")
    else:
        steps = [f"{a} \\times {b} = {a * b}"]
    return Problem("multiplication", level, "", tuple(steps), str(a * b), f"Eq({a}*{b}, {a * b})",
                   f"{a} \\times {b}", "calculate")  # fmt: skip


def division(rng: Rng, level: int) -> Problem:
    """Without a remainder, on the highest level with one."""
    b, q = whole(rng, 2, (10, 25, 60)[level - 1]), whole(rng, 2, (12, 60, 200)[level - 1])
    r = whole(rng, 1, b - 1) if level == 3 else 0
    a = b * q + r
    steps = [f"{b} \\times {q} = {b * q}"]
    if r:
        steps.append(f"{a} - {b * q} = {r}")
        return Problem("remainder", level, f"Divide {a} by {b}. Give the quotient and the remainder.",
                       tuple(steps), f"{q} remainder {r}",
                       f"And(Eq({a}//{b}, {q}), Eq({a} % {b}, {r}))")  # fmt: skip
    return Problem("division", level, "", tuple(steps), str(q), f"Eq(Rational({a}, {b}), {q})",
                   f"{a} \\div {b}", "calculate")  # fmt: skip


def order(rng: Rng, level: int) -> Problem:
    """Brackets first, then products, then sums."""
    a, b, c, d = (whole(rng, 2, 6 + 6 * level) for _ in range(4))
    if level == 1:
        shown, value, steps = f"{a} + {b} \\times {c}", a + b * c, (f"{b} \\times {c} = {b * c}",)
        last = f"{a} + {b * c} = {value}"
    elif level == 2:
        shown, value = f"({a} + {b}) \\times {c} - {d}", (a + b) * c - d
        steps = (f"{a} + {b} = {a + b}", f"{a + b} \\times {c} = {(a + b) * c}")
        last = f"{(a + b) * c} - {d} = {value}"
    else:
        shown, value = f"{a}^2 - {b} \\times ({c} + {d})", a * a - b * (c + d)
        steps = (f"{c} + {d} = {c + d}", f"{a}^2 = {a * a}", f"{b} \\times {c + d} = {b * (c + d)}")
        last = f"{a * a} - {b * (c + d)} = {value}"
    claim = f"Eq({shown.replace(chr(92) + 'times', '*').replace('^', '**')}, {value})"
    return Problem(
        "order of operations", level, "", (*steps, last), str(value), claim, shown, "calculate"
    )


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
    claim = f"And(Eq(Rational({top}, {low}), Rational('{value}')), Eq(igcd({value.numerator}, {value.denominator}), 1))"
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
    exact = f"Eq(Rational('{a}') {'*' if 'times' in sign else sign} Rational('{b}'), Rational('{told}'))"
    return Problem("decimals", level, "", (f"{shown} = {told}",), told, exact, shown, "calculate")


def roots(rng: Rng, level: int) -> Problem:
    """A square root that is whole, or one to be simplified."""
    inner, outer = (
        (1, whole(rng, 2, 15))
        if level == 1
        else (int(rng.choice([2, 3, 5, 6, 7])), whole(rng, 2, 4 * level))
    )
    n = outer * outer * inner
    value = str(outer) if inner == 1 else f"{outer}\\sqrt{{{inner}}}"
    steps = (
        (f"{n} = {outer}^2 \\times {inner}", f"\\sqrt{{{n}}} = {value}")
        if inner > 1
        else (f"{outer}^2 = {n}",)
    )
    return Problem("roots", level, "", steps, value, f"Eq(sqrt({n}), {outer}*sqrt({inner}))",
                   f"\\sqrt{{{n}}}", "simplify")  # fmt: skip


def powers(rng: Rng, level: int) -> Problem:
    a, m = whole(rng, 2, 9), whole(rng, 2, 3 + level)
    if level == 1:
        steps = (f"{a}^{{{m}}} = {a**m}",)
        return Problem(
            "powers",
            level,
            "",
            steps,
            str(a**m),
            f"Eq({a}**{m}, {a**m})",
            f"{a}^{{{m}}}",
            "calculate",
        )
    n = whole(rng, 2, 4 + level)
    over = rng.random() < 0.5
    value = m - n if over else m + n
    shown = f"\\frac{{{a}^{{{m}}}}}{{{a}^{{{n}}}}}" if over else f"{a}^{{{m}}} \\cdot {a}^{{{n}}}"
    steps = (f"{m} {'-' if over else '+'} {n} = {value}",)
    claim = (
        f"Eq(Integer({a})**{m} {'/' if over else '*'} Integer({a})**{n}, Integer({a})**({value}))"
    )
    return Problem("laws of powers", level, "", steps, f"{a}^{{{value}}}", claim, shown, "power")


def divisors(rng: Rng, level: int) -> Problem:
    """The greatest common divisor or the least common multiple of two numbers."""
    shared = whole(rng, 2, 4 * level)
    a, b = shared * whole(rng, 2, 4 + 3 * level), shared * whole(rng, 2, 4 + 3 * level)
    low = rng.random() < 0.5
    value = lcm(a, b) if low else gcd(a, b)
    steps = []
    x, y = max(a, b), min(a, b)
    while y:
        steps.append(f"{x} = {x // y} \\times {y} + {x % y}")
        x, y = y, x % y
    steps.append(f"\\gcd({a}, {b}) = {x}")
    if low:
        steps.append(f"\\frac{{{a} \\times {b}}}{{{x}}} = {value}")
    name = "least common multiple" if low else "greatest common divisor"
    claim = f"Eq({'ilcm' if low else 'igcd'}({a}, {b}), {value})"
    return Problem(
        name, level, f"What is the {name} of {a} and {b}?", tuple(steps), str(value), claim
    )


def primes(rng: Rng, level: int) -> Problem:
    """A number as a product of primes."""
    chosen = sorted(int(p) for p in rng.choice([2, 2, 3, 3, 5, 7, 11, 13][: 4 + level], 2 + level))
    n, steps, rest = 1, [], 1
    for p in chosen:
        n *= p
    rest = n
    for p in chosen[:-1]:
        steps.append(f"{rest} = {p} \\times {rest // p}")
        rest //= p
    value = " \\times ".join(map(str, chosen))
    primes_ = ", ".join(f"isprime({p})" for p in sorted(set(chosen)))
    claim = f"And(Eq({'*'.join(map(str, chosen))}, {n}), {primes_})"
    return Problem(
        "prime factors",
        level,
        f"Write {n} as a product of prime numbers.",
        tuple(steps),
        value,
        claim,
    )


MAKERS: tuple[Maker, ...] = (
    *(addition, subtraction, product, division, order, fractions, products_of_fractions),
    *(reducing, decimals, roots, powers, divisors, primes),
)
