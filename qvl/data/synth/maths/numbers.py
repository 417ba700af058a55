"""Arithmetic: sums, products, division, order of operations, fractions, decimals, roots."""

from qvl.data.synth.maths.problem import Maker, Problem, Rng, whole

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
    return Problem(
        "subtraction",
        level,
        "",
        (f"{shown} = {a - b}",),
        str(a - b),
        f"Eq({a} - {b}, {a - b})",
        shown,
        "calculate",
    )


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
    return Problem(
        "multiplication",
        level,
        "",
        tuple(steps),
        str(a * b),
        f"Eq({a}*{b}, {a * b})",
        f"{a} \\times {b}",
        "calculate",
    )


def division(rng: Rng, level: int) -> Problem:
    """Without a remainder, on the highest level with one."""
    b, q = whole(rng, 2, (10, 25, 60)[level - 1]), whole(rng, 2, (12, 60, 200)[level - 1])
    r = whole(rng, 1, b - 1) if level == 3 else 0
    a = b * q + r
    steps = [f"{b} \\times {q} = {b * q}"]
    if r:
        steps.append(f"{a} - {b * q} = {r}")
        return Problem(
            "remainder",
            level,
            f"Divide {a} by {b}. Give the quotient and the remainder.",
            tuple(steps),
            f"{q} remainder {r}",
            f"And(Eq({a}//{b}, {q}), Eq({a} % {b}, {r}))",
        )
    return Problem(
        "division",
        level,
        "",
        tuple(steps),
        str(q),
        f"Eq(Rational({a}, {b}), {q})",
        f"{a} \\div {b}",
        "calculate",
    )


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


MAKERS: tuple[Maker, ...] = (addition, subtraction, product, division, order)
