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


def _asked(kind: str, question: str, steps: tuple[str, ...], answer: str, claim: str) -> Problem:
    return Problem(kind, 2, question, steps, answer, claim)


def _at(formula: str, x: int, y: int | Fraction) -> str:
    return f"Eq(({formula}).subs(x, {x}), Rational('{y}'))"


def line(rng: Rng) -> Graph:
    a, b = nonzero(rng, -3, 3), whole(rng, -4, 4)
    latex, formula = f"{first(a, 'x')}{signed(b) if b else ''}", f"{a}*x + ({b})"
    x = whole(rng, -2, 2)
    problems = (
        _asked("slope", "What is the slope of the line?", (f"(0, {b}), (1, {a + b})", f"{a + b}{signed(-b)} = {a}"), str(a), f"Eq(diff({formula}, x), {a})"),
        _asked("intercept", "Where does the graph cut the y-axis?", (f"f(0) = {b}",), f"(0, {b})", _at(formula, 0, b)),
        _asked("value", f"What is f({x})?", (f"f({x}) = {a * x + b}",), str(a * x + b), _at(formula, x, a * x + b)),
        _asked("formula", "Give the formula of the line.", (f"b = {b}", f"a = {a}"), f"f(x) = {latex}", f"And({_at(formula, 0, b)}, {_at(formula, 1, a + b)})"),
    )  # fmt: skip
    return Graph("line", latex, formula, lambda x: a * x + b, (-6, 6), (-8, 8), problems)


def parabola(rng: Rng) -> Graph:
    """With a whole vertex, and zeros where they are whole."""
    a, r, half = (1, -1)[whole(rng, 0, 1)], whole(rng, -2, 2), whole(rng, 1, 2)
    p, top = r, -a * half * half
    terms = (a, -2 * a * p, a * p * p + top)
    formula = f"{a}*(x - ({p}))**2 + ({top})"
    low, high = p - half, p + half
    word = "lowest" if a > 0 else "highest"
    problems = (
        _asked("vertex", f"What is the {word} point of the graph?", (f"x = \\frac{{{low}{signed(high)}}}{{2}} = {p}", f"f({p}) = {top}"), f"({p}, {top})", f"And(Eq(diff({formula}, x).subs(x, {p}), 0), {_at(formula, p, top)})"),
        _asked("zeros", "Where are the zeros of the function?", (f"f({low}) = 0", f"f({high}) = 0"), f"x = {low}, x = {high}", f"Eq(solveset({formula}, x, S.Reals), FiniteSet({low}, {high}))"),
        _asked("opening", "Does the parabola open upwards or downwards?", (), "upwards" if a > 0 else "downwards", f"Eq(sign(diff({formula}, x, 2)), {a})"),
        _asked("formula", "Give the formula of the parabola.", (f"f(x) = {first(a, '(x' + signed(-low) + ')') if low else first(a, 'x')}(x{signed(-high)})" if low and high else f"f(x) = {polynomial(terms)}",), f"f(x) = {polynomial(terms)}", f"Eq(expand({formula} - ({a}*(x - ({low}))*(x - ({high})))), 0)"),
    )  # fmt: skip
    curve = lambda x: a * (x - p) ** 2 + top  # noqa: E731
    return Graph(
        "parabola", polynomial(terms), formula, curve, (p - 5, p + 5), (top - 9, top + 9), problems
    )


def cubic(rng: Rng) -> Graph:
    roots = sorted(int(r) for r in rng.choice(np.arange(-3, 4), 3, replace=False))
    a, b, c = roots
    terms = (1, -(a + b + c), a * b + a * c + b * c, -a * b * c)
    formula = f"(x - ({a}))*(x - ({b}))*(x - ({c}))"
    listed = ", ".join(f"x = {r}" for r in roots)
    problems = (
        _asked("zeros", "Read off the zeros of the function.", tuple(f"f({r}) = 0" for r in roots), listed, f"Eq(solveset({formula}, x, S.Reals), FiniteSet({a}, {b}, {c}))"),
        _asked("intercept", "Where does the graph cut the y-axis?", (f"f(0) = {terms[3]}",), f"(0, {terms[3]})", _at(formula, 0, terms[3])),
        _asked("count", "In how many points does the graph cut the x-axis?", (listed,), "3", f"Eq(solveset({formula}, x, S.Reals), FiniteSet({a}, {b}, {c}))"),
    )  # fmt: skip
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
        _asked("amplitude", "What is the amplitude?", (f"\\frac{{{a + d} - ({d - a})}}{{2}} = {a}",), str(a), f"Eq((maximum({formula}, x) - minimum({formula}, x))/2, {a})"),
        _asked("period", "What is the period?", (f"\\frac{{2\\pi}}{{{k}}} = {period}",) if k > 1 else (), period, f"Eq(periodicity({formula}, x), {exact})"),
        _asked("maximum", "What is the greatest value of the function?", (f"{a}{signed(d)} = {a + d}",) if d else (), str(a + d), f"Eq(maximum({formula}, x), {a + d})"),
    )  # fmt: skip
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


def absolute(rng: Rng) -> Graph:
    a, p, q = (1, -1, 2, -2)[whole(rng, 0, 3)], whole(rng, -3, 3), whole(rng, -3, 3)
    inner = f"|x{signed(-p)}|" if p else "|x|"
    latex = f"{first(a, inner)}{signed(q) if q else ''}"
    formula = f"{a}*Abs(x - ({p})) + ({q})"
    way, sign = ("least", ">") if a > 0 else ("greatest", "<")
    beside = ", ".join(f"({formula}).subs(x, {x}) {sign} {q}" for x in (p - 1, p + 1))
    problems = (
        _asked("corner", "Where is the corner of the graph?", (f"f({p}) = {q}",), f"({p}, {q})", _at(formula, p, q)),
        _asked("extreme", f"What is the {way} value of the function?", (f"f({p}) = {q}",), str(q), f"And({_at(formula, p, q)}, {beside})"),
    )  # fmt: skip
    return Graph(
        "absolute value",
        latex,
        formula,
        lambda x: a * abs(x - p) + q,
        (-7, 7),
        (q - 8, q + 8),
        problems,
    )


def exponential(rng: Rng) -> Graph:
    base, d = whole(rng, 2, 3), whole(rng, -3, 2)
    latex = f"{base}^{{x}}{signed(d) if d else ''}"
    formula, x = f"exp(x*log({base})) + ({d})", whole(rng, 0, 2)
    problems = (
        _asked("value", f"What is f({x})?", (f"{base}^{{{x}}}{signed(d) if d else ''} = {base**x + d}",), str(base**x + d), _at(formula, x, base**x + d)),
        _asked("asymptote", "What is the horizontal asymptote?", (), f"y = {d}", f"Eq(limit({formula}, x, -oo), {d})"),
        _asked("intercept", "Where does the graph cut the y-axis?", (f"f(0) = {1 + d}",), f"(0, {1 + d})", _at(formula, 0, 1 + d)),
    )  # fmt: skip
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
        _asked("pole", "Where is the vertical asymptote?", (f"{low} = 0",), f"x = {p}", f"Eq(singularities({formula}, x), FiniteSet({p}))"),
        _asked("asymptote", "What is the horizontal asymptote?", (), f"y = {q}", f"Eq(limit({formula}, x, oo), {q})"),
    )  # fmt: skip

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
        _asked("start", "At which point does the graph begin?", (f"{inner} = 0",), f"({p}, {q})", _at(formula, p, q)),
        _asked("value", f"What is f({x})?", (f"\\sqrt{{{x - p}}}{signed(q) if q else ''} = {y}",), str(y), _at(formula, x, y)),
    )  # fmt: skip
    curve = lambda x: np.sqrt(np.where(x >= p, x - p, np.nan)) + q  # noqa: E731
    return Graph("root", latex, formula, curve, (p - 2, p + 11), (q - 2, q + 5), problems)


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
    return _asked("crossing", "In which point do the two lines cross?", steps, f"({x}, {y})", claim)


MAKERS = (line, parabola, cubic, wave, absolute, exponential, hyperbola, root)
