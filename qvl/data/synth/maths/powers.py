"""Roots, powers, divisors and primes."""

from math import gcd, lcm

from qvl.data.synth.maths.problem import Maker, Problem, Rng, whole


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
    return Problem(
        "roots",
        level,
        "",
        steps,
        value,
        f"Eq(sqrt({n}), {outer}*sqrt({inner}))",
        f"\\sqrt{{{n}}}",
        "simplify",
    )


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


MAKERS: tuple[Maker, ...] = (roots, powers, divisors, primes)
