"""Graphs with ends and asymptotes."""

import numpy as np

from qvl.data.synth.maths.problem import (
    Rng,
    signed,
    whole,
)
from qvl.data.synth.plots.functions import Graph, at, problem_of


def exponential(rng: Rng) -> Graph:
    base, d = whole(rng, 2, 3), whole(rng, -3, 2)
    latex = f"{base}^{{x}}{signed(d) if d else ''}"
    formula, x = f"exp(x*log({base})) + ({d})", whole(rng, 0, 2)
    problems = (
        problem_of(
            "value",
            f"What is f({x})?",
            (f"{base}^{{{x}}}{signed(d) if d else ''} = {base**x + d}",),
            str(base**x + d),
            at(formula, x, base**x + d),
        ),
        problem_of(
            "asymptote",
            "What is the horizontal asymptote?",
            (),
            f"y = {d}",
            f"Eq(limit({formula}, x, -oo), {d})",
        ),
        problem_of(
            "intercept",
            "Where does the graph cut the y-axis?",
            (f"f(0) = {1 + d}",),
            f"(0, {1 + d})",
            at(formula, 0, 1 + d),
        ),
    )
    return Graph(
        "exponential",
        latex,
        formula,
        lambda x: float(base) ** x + d,
        (-5, 4),
        (d - 2, d + 10),
        problems,
    )


def hyperbola(rng: Rng) -> Graph:
    p, q = whole(rng, -3, 3), whole(rng, -3, 3)
    low = f"x{signed(-p)}" if p else "x"
    latex = f"\\frac{{1}}{{{low}}}{signed(q) if q else ''}"
    formula = f"1/(x - ({p})) + ({q})"
    problems = (
        problem_of(
            "pole",
            "Where is the vertical asymptote?",
            (f"{low} = 0",),
            f"x = {p}",
            f"Eq(singularities({formula}, x), FiniteSet({p}))",
        ),
        problem_of(
            "asymptote",
            "What is the horizontal asymptote?",
            (),
            f"y = {q}",
            f"Eq(limit({formula}, x, oo), {q})",
        ),
    )

    def curve(x: np.ndarray) -> np.ndarray:
        away = np.where(abs(x - p) < 0.05, np.nan, x - p)
        return 1 / away + q

    return Graph("hyperbola", latex, formula, curve, (p - 6, p + 6), (q - 6, q + 6), problems)


def root(rng: Rng) -> Graph:
    p, q = whole(rng, -3, 3), whole(rng, -2, 2)
    inner = f"x{signed(-p)}" if p else "x"
    latex, formula = f"\\sqrt{{{inner}}}{signed(q) if q else ''}", f"sqrt(x - ({p})) + ({q})"
    x = p + (1, 4, 9)[whole(rng, 0, 2)]
    y = int((x - p) ** 0.5) + q
    problems = (
        problem_of(
            "start",
            "At which point does the graph begin?",
            (f"{inner} = 0",),
            f"({p}, {q})",
            at(formula, p, q),
        ),
        problem_of(
            "value",
            f"What is f({x})?",
            (f"\\sqrt{{{x - p}}}{signed(q) if q else ''} = {y}",),
            str(y),
            at(formula, x, y),
        ),
    )
    curve = lambda x: np.sqrt(np.where(x >= p, x - p, np.nan)) + q  # noqa: E731
    return Graph("root", latex, formula, curve, (p - 2, p + 11), (q - 2, q + 5), problems)


MAKERS = (exponential, hyperbola, root)
