"""Graphs with zeros, turns and corners."""

import numpy as np

from qvl.data.synth.maths.problem import (
    Rng,
    first,
    polynomial,
    signed,
    whole,
)
from qvl.data.synth.plots.functions import Graph, at, problem_of


def absolute(rng: Rng) -> Graph:
    a, p, q = (1, -1, 2, -2)[whole(rng, 0, 3)], whole(rng, -3, 3), whole(rng, -3, 3)
    inner = f"|x{signed(-p)}|" if p else "|x|"
    latex = f"{first(a, inner)}{signed(q) if q else ''}"
    formula = f"{a}*Abs(x - ({p})) + ({q})"
    way, sign = ("least", ">") if a > 0 else ("greatest", "<")
    beside = ", ".join(f"({formula}).subs(x, {x}) {sign} {q}" for x in (p - 1, p + 1))
    problems = (
        problem_of(
            "corner",
            "Where is the corner of the graph?",
            (f"f({p}) = {q}",),
            f"({p}, {q})",
            at(formula, p, q),
        ),
        problem_of(
            "extreme",
            f"What is the {way} value of the function?",
            (f"f({p}) = {q}",),
            str(q),
            f"And({at(formula, p, q)}, {beside})",
        ),
    )
    return Graph(
        "absolute value",
        latex,
        formula,
        lambda x: a * abs(x - p) + q,
        (-7, 7),
        (q - 8, q + 8),
        problems,
    )


def cubic(rng: Rng) -> Graph:
    roots = sorted(int(r) for r in rng.choice(np.arange(-3, 4), 3, replace=False))
    a, b, c = roots
    terms = (1, -(a + b + c), a * b + a * c + b * c, -a * b * c)
    formula = f"(x - ({a}))*(x - ({b}))*(x - ({c}))"
    listed = ", ".join(f"x = {r}" for r in roots)
    problems = (
        problem_of(
            "zeros",
            "Read off the zeros of the function.",
            tuple(f"f({r}) = 0" for r in roots),
            listed,
            f"Eq(solveset({formula}, x, S.Reals), FiniteSet({a}, {b}, {c}))",
        ),
        problem_of(
            "intercept",
            "Where does the graph cut the y-axis?",
            (f"f(0) = {terms[3]}",),
            f"(0, {terms[3]})",
            at(formula, 0, terms[3]),
        ),
        problem_of(
            "count",
            "In how many points does the graph cut the x-axis?",
            (listed,),
            "3",
            f"Eq(solveset({formula}, x, S.Reals), FiniteSet({a}, {b}, {c}))",
        ),
    )
    curve = lambda x: (x - a) * (x - b) * (x - c)  # noqa: E731
    return Graph("cubic", polynomial(terms), formula, curve, (-5, 5), (-20, 20), problems)


def wave(rng: Rng) -> Graph:
    """A sine or cosine of whole amplitude and height."""
    name = ("sin", "cos")[whole(rng, 0, 1)]
    a, k, d = whole(rng, 1, 4), (1, 2, 4)[whole(rng, 0, 2)], whole(rng, -2, 2)
    latex = f"{a if a > 1 else ''}\\{name}({k if k > 1 else ''}x){signed(d) if d else ''}"
    formula = f"{a}*{name}({k}*x) + ({d})"
    period = {1: "2\\pi", 2: "\\pi", 4: "\\frac{\\pi}{2}"}[k]
    exact = {1: "2*pi", 2: "pi", 4: "pi/2"}[k]
    problems = (
        problem_of(
            "amplitude",
            "What is the amplitude?",
            (f"\\frac{{{a + d} - ({d - a})}}{{2}} = {a}",),
            str(a),
            f"Eq((maximum({formula}, x) - minimum({formula}, x))/2, {a})",
        ),
        problem_of(
            "period",
            "What is the period?",
            (f"\\frac{{2\\pi}}{{{k}}} = {period}",) if k > 1 else (),
            period,
            f"Eq(periodicity({formula}, x), {exact})",
        ),
        problem_of(
            "maximum",
            "What is the greatest value of the function?",
            (f"{a}{signed(d)} = {a + d}",) if d else (),
            str(a + d),
            f"Eq(maximum({formula}, x), {a + d})",
        ),
    )
    curve = lambda x: a * getattr(np, name)(k * x) + d  # noqa: E731
    return Graph(
        "wave",
        latex,
        formula,
        curve,
        (-2 * np.pi, 2 * np.pi),
        (d - a - 2, d + a + 2),
        problems,
        True,
    )


MAKERS = (cubic, wave, absolute)
