"""Equations, expressions, sequences, functions of one variable."""

import itertools

from qvl.data.synth.maths.problem import (
    Maker,
    Problem,
    Rng,
    first,
    nonzero,
    polynomial,
    signed,
    summed,
    whole,
)


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
    shown, sums = "", dict.fromkeys(names, 0)
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
        f"{n}: {' '.join(f'{v:+d}' for v in values[names.index(n) :: len(names)])} = {t}"
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
        differences = ", ".join(str(b - a) for a, b in itertools.pairwise(terms))
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
    return Problem(
        "sequence",
        level,
        f"Continue the sequence with one number: {told}, ...",
        (reason, f"{last} = {terms[5]}"),
        str(terms[5]),
        f"Eq({rule}, {terms[5]})",
    )


def series(rng: Rng, level: int) -> Problem:
    """The n-th term or the sum of an arithmetic sequence."""
    a, d, n = whole(rng, 1, 15), whole(rng, 2, 5 + level), whole(rng, 6, 10 * level + 5)
    last = a + (n - 1) * d
    told = f"{a}, {a + d}, {a + 2 * d}, ..."
    step = f"{a} + ({n} - 1) \\times {d} = {last}"
    if level < 3:
        return Problem(
            "term of a sequence",
            level,
            f"What is term number {n} of the arithmetic sequence {told}?",
            (step,),
            str(last),
            f"Eq({a} + Sum({d}, (k, 2, {n})).doit(), {last})",
        )
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
    return Problem(
        "derivative",
        level,
        "",
        steps,
        f"f'(x) = {polynomial(slopes)}",
        claim,
        f"f(x) = {polynomial(terms)}",
        "derive",
    )


def logarithm(rng: Rng, level: int) -> Problem:
    base, power = whole(rng, 2, 4 + 2 * level), whole(rng, 2, 4)
    n = base**power
    claim = f"Eq(simplify(log({n}, {base})), {power})"
    return Problem(
        "logarithm",
        level,
        "",
        (f"{base}^{{{power}}} = {n}",),
        str(power),
        claim,
        f"\\log_{{{base}}} {n}",
        "calculate",
    )


MAKERS: tuple[Maker, ...] = (
    *(expanding, factoring, collecting, sequence, series, derivative, logarithm),
)
