"""Equations, expressions, sequences, functions of one variable."""

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
    claim = f"Eq(linsolve([{a}*x + {b}*y - ({e}), {c}*x + {d}*y - ({f})], (x, y)), FiniteSet(({x}, {y})))"
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


def expanding(rng: Rng, level: int) -> Problem:
    a, b, c, d = (nonzero(rng, -6, 6) for _ in range(4))
    a, c = (1, 1) if level == 1 else (abs(a), abs(c))
    if level == 3:
        c, d = a, b
    shown = f"({first(a, 'x')}{signed(b)})"
    shown += "^2" if level == 3 else f"({first(c, 'x')}{signed(d)})"
    terms = (a * c, a * d + b * c, b * d)
    steps = (f"{polynomial((a * c, 0, 0))}{signed(a * d, 'x')}{signed(b * c, 'x')}{signed(b * d)}",)
    claim = f"Eq(expand(({a}*x + {b})*({c}*x + {d}) - ({summed(terms)})), 0)"
    return Problem(
        "expanding brackets", level, "", steps, polynomial(terms), claim, shown, "expand"
    )


def factoring(rng: Rng, level: int) -> Problem:
    r, s = nonzero(rng, -4 - 2 * level, 4 + 2 * level), nonzero(rng, -9, 9)
    terms = (1, r + s, r * s)
    value = f"(x{signed(r)})(x{signed(s)})" if r != s else f"(x{signed(r)})^2"
    steps = (f"{r}{signed(s)} = {r + s}, \\quad {r} \\cdot ({s}) = {r * s}",)
    claim = f"Eq(expand((x + {r})*(x + {s}) - ({summed(terms)})), 0)"
    return Problem("factoring", level, "", steps, value, claim, polynomial(terms), "factor")


def collecting(rng: Rng, level: int) -> Problem:
    """Like terms put together."""
    values = [nonzero(rng, -9, 9) for _ in range(2 + level)]
    names = ["x", "y"] if level > 1 else ["x"]
    shown, sums = "", {name: 0 for name in names}
    for at, value in enumerate(values):
        name = names[at % len(names)]
        shown += signed(value, name) if shown else first(value, name)
        sums[name] += value
    told = ""
    for name, value in sums.items():
        if value:
            told += signed(value, name) if told else first(value, name)
    whole_ = "+".join(f"({v})*{names[i % len(names)]}" for i, v in enumerate(values))
    result = "+".join(f"({v})*{n}" for n, v in sums.items())
    steps = tuple(
        f"{n}: {' '.join(f'{v:+d}' for i, v in enumerate(values) if names[i % len(names)] == n)} = {t}"
        for n, t in sums.items()
    )
    return Problem(
        "collecting terms",
        level,
        "",
        steps,
        told or "0",
        f"Eq(expand({whole_} - ({result})), 0)",
        shown,
        "simplify",
    )


def sequence(rng: Rng, level: int) -> Problem:
    """The next number: by a steady step, a steady factor, or a growing step."""
    start, step = whole(rng, 1, 12), nonzero(rng, -5 - level, 7 + level)
    if level == 1:
        terms = [start + step * i for i in range(6)]
        reason = f"{terms[1]} - {terms[0]} = {step}"
    elif level == 2:
        factor = whole(rng, 2, 4)
        terms = [start * factor**i for i in range(6)]
        reason = f"{terms[1]} \\div {terms[0]} = {factor}"
    else:
        terms = [start + step * i + i * (i - 1) for i in range(6)]
        differences = ", ".join(str(b - a) for a, b in zip(terms[:5], terms[1:5], strict=False))
        reason = f"{differences}: {terms[5] - terms[4]}"
    told = ", ".join(map(str, terms[:5]))
    rule = {
        1: f"{start} + {step}*5",
        2: f"{start}*Rational({terms[1]}, {terms[0]})**5",
        3: f"interpolate([{told}], 6)",
    }[level]
    last = (
        f"{terms[4]} \\times {terms[1] // terms[0]}"
        if level == 2
        else f"{terms[4]}{signed(terms[5] - terms[4])}"
    )
    return Problem("sequence", level, f"Continue the sequence with one number: {told}, ...",
                   (reason, f"{last} = {terms[5]}"), str(terms[5]), f"Eq({rule}, {terms[5]})")  # fmt: skip


def series(rng: Rng, level: int) -> Problem:
    """The n-th term or the sum of an arithmetic sequence."""
    a, d, n = whole(rng, 1, 15), whole(rng, 2, 5 + level), whole(rng, 6, 10 * level + 5)
    last = a + (n - 1) * d
    told = f"{a}, {a + d}, {a + 2 * d}, ..."
    step = f"{a} + ({n} - 1) \\times {d} = {last}"
    if level < 3:
        return Problem("term of a sequence", level, f"What is term number {n} of the arithmetic sequence {told}?",
                       (step,), str(last), f"Eq({a} + Sum({d}, (k, 2, {n})).doit(), {last})")  # fmt: skip
    total = n * (a + last) // 2
    steps = (step, f"\\frac{{{n} \\times ({a} + {last})}}{{2}} = {total}")
    claim = f"Eq(Sum({a} + (k - 1)*{d}, (k, 1, {n})).doit(), {total})"
    return Problem(
        "sum of a sequence",
        level,
        f"What is the sum of the first {n} terms of {told}?",
        steps,
        str(total),
        claim,
    )


def derivative(rng: Rng, level: int) -> Problem:
    terms = [nonzero(rng, -6, 6) for _ in range(level + 2)]
    degree = len(terms) - 1
    slopes = [c * (degree - i) for i, c in enumerate(terms[:-1])]
    claim = f"Eq(expand(diff({summed(terms)}, x) - ({summed(slopes)})), 0)"
    steps = tuple(
        f"({polynomial([c, *[0] * (degree - i)])})' = {polynomial([k, *[0] * (degree - i - 1)])}"
        for i, (c, k) in enumerate(zip(terms, slopes, strict=False))
    )
    return Problem("derivative", level, "", steps, f"f'(x) = {polynomial(slopes)}",
                   claim, f"f(x) = {polynomial(terms)}", "derive")  # fmt: skip


def logarithm(rng: Rng, level: int) -> Problem:
    base, power = whole(rng, 2, 4 + 2 * level), whole(rng, 2, 4)
    n = base**power
    claim = f"Eq(simplify(log({n}, {base})), {power})"
    return Problem("logarithm", level, "", (f"{base}^{{{power}}} = {n}",), str(power), claim,
                   f"\\log_{{{base}}} {n}", "calculate")  # fmt: skip


MAKERS: tuple[Maker, ...] = (
    *(linear, linear, bracketed, quadratic, system, inequality, expanding, factoring),
    *(collecting, sequence, series, derivative, logarithm),
)
