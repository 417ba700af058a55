"""Functions whose graphs can be read: whole zeros, tops and periods, and what is asked of them."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from qvl.data.synth.maths.problem import (
    Problem,
    Rng,
    first,
    nonzero,
    plain,
    polynomial,
    signed,
    whole,
)


@dataclass(frozen=True)
class Graph:
    """A function: LaTeX of its right side, the same as sympy and numpy read it, and its range."""

    kind: str
    latex: str
    formula: str  # of x, for sympy
    curve: Callable[[np.ndarray], np.ndarray]
    span: tuple[float, float]  # of x
    rows: tuple[float, float]  # of y, what is shown
    problems: tuple[Problem, ...]
    turning: bool = False  # whether x is counted in multiples of pi


def problem_of(
    kind: str, question: str, steps: tuple[str, ...], answer: str, claim: str
) -> Problem:
    return Problem(kind, 2, question, steps, answer, claim)


def at(formula: str, x: int, y: int | Fraction) -> str:
    return f"Eq(({formula}).subs(x, {x}), Rational('{y}'))"


def line(rng: Rng) -> Graph:
    a, b = nonzero(rng, -3, 3), whole(rng, -4, 4)
    latex, formula = f"{first(a, 'x')}{signed(b) if b else ''}", f"{a}*x + ({b})"
    x = whole(rng, -2, 2)
    problems = (
        problem_of(
            "slope",
            "What is the slope of the line?",
            (f"(0, {b}), (1, {a + b})", f"{a + b}{signed(-b)} = {a}"),
            str(a),
            f"Eq(diff({formula}, x), {a})",
        ),
        problem_of(
            "intercept",
            "Where does the graph cut the y-axis?",
            (f"f(0) = {b}",),
            f"(0, {b})",
            at(formula, 0, b),
        ),
        problem_of(
            "value",
            f"What is f({x})?",
            (f"f({x}) = {a * x + b}",),
            str(a * x + b),
            at(formula, x, a * x + b),
        ),
        problem_of(
            "formula",
            "Give the formula of the line.",
            (f"b = {b}", f"a = {a}"),
            f"f(x) = {latex}",
            f"And({at(formula, 0, b)}, {at(formula, 1, a + b)})",
        ),
    )
    return Graph("line", latex, formula, lambda x: a * x + b, (-6, 6), (-8, 8), problems)


def parabola(rng: Rng) -> Graph:
    """With a whole vertex, and zeros where they are whole."""
    a, r, half = (1, -1)[whole(rng, 0, 1)], whole(rng, -2, 2), whole(rng, 1, 2)
    p, top = r, -a * half * half
    terms = (a, -2 * a * p, a * p * p + top)
    formula = f"{a}*(x - ({p}))**2 + ({top})"
    low, high = p - half, p + half
    left = f"(x{signed(-low)})" if low else "x"
    word = "lowest" if a > 0 else "highest"
    problems = (
        problem_of(
            "vertex",
            f"What is the {word} point of the graph?",
            (f"x = \\frac{{{low}{signed(high)}}}{{2}} = {p}", f"f({p}) = {top}"),
            f"({p}, {top})",
            f"And(Eq(diff({formula}, x).subs(x, {p}), 0), {at(formula, p, top)})",
        ),
        problem_of(
            "zeros",
            "Where are the zeros of the function?",
            (f"f({low}) = 0", f"f({high}) = 0"),
            f"x = {low}, x = {high}",
            f"Eq(solveset({formula}, x, S.Reals), FiniteSet({low}, {high}))",
        ),
        problem_of(
            "opening",
            "Does the parabola open upwards or downwards?",
            (),
            "upwards" if a > 0 else "downwards",
            f"Eq(sign(diff({formula}, x, 2)), {a})",
        ),
        problem_of(
            "formula",
            "Give the formula of the parabola.",
            (
                f"f(x) = {first(a, left)}(x{signed(-high)})"
                if low and high
                else f"f(x) = {polynomial(terms)}",
            ),
            f"f(x) = {polynomial(terms)}",
            f"Eq(expand({formula} - ({a}*(x - ({low}))*(x - ({high})))), 0)",
        ),
    )
    curve = lambda x: a * (x - p) ** 2 + top  # noqa: E731
    return Graph(
        "parabola", polynomial(terms), formula, curve, (p - 5, p + 5), (top - 9, top + 9), problems
    )


def crossing(first_: Graph, second: Graph) -> Problem | None:
    """Where two lines meet, if that is at whole numbers inside the picture."""
    (a, b), (c, d) = (
        (int(g.curve(np.array([1]))[0] - g.curve(np.array([0]))[0]), int(g.curve(np.array([0]))[0]))
        for g in (first_, second)
    )
    if a == c or (d - b) % (a - c):
        return None
    x = (d - b) // (a - c)
    y = a * x + b
    if abs(x) > 5 or abs(y) > 7:
        return None
    steps = (f"{first_.latex} = {second.latex}", f"x = {plain(Fraction(x))}, \\quad y = {y}")
    claim = f"Eq(solveset({first_.formula} - ({second.formula}), x, S.Reals), FiniteSet({x}))"
    return problem_of(
        "crossing", "In which point do the two lines cross?", steps, f"({x}, {y})", claim
    )


MAKERS = (line, parabola)
