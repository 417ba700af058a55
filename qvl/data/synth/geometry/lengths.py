"""Figures about lengths and areas: right triangles, circles, rectangles, points on a grid."""

from fractions import Fraction
from math import isqrt

from qvl.data.synth.geometry.figure import Corner, Figure, Side, away
from qvl.data.synth.geometry.task import Task, letters
from qvl.data.synth.maths.problem import Rng, fraction, plain, whole

TRIPLES = ((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29), (9, 40, 41))
UNITS = ("cm", "m", "mm", "cm")


def unit_of(rng: Rng) -> str:
    return UNITS[whole(rng, 0, 3)]


def pythagoras(rng: Rng) -> Task:
    """The third side of a right triangle, sometimes with a root."""
    p, q, r = letters(rng, 3)
    unit = unit_of(rng)
    if rng.random() < 0.7:
        a, b, c = TRIPLES[whole(rng, 0, 3)]
        by = whole(rng, 1, 4)
        a, b, c = a * by, b * by, c * by
    else:
        a, b = whole(rng, 2, 9), whole(rng, 2, 9)
        c = None
    square = a * a + b * b
    long = str(c) if c else f"\\sqrt{{{square}}}"
    if not c and isqrt(square) ** 2 == square:
        c, long = isqrt(square), str(isqrt(square))
    points = {p: (0.0, 0.0), q: (float(a), 0.0), r: (0.0, float(b))}
    asks_leg = bool(c) and rng.random() < 0.4
    sides = (
        Side(p, q, "x" if asks_leg else f"{a}"),
        Side(p, r, f"{b}"),
        Side(q, r, long if asks_leg else "x"),
    )
    value = str(a) if asks_leg else long
    figure = Figure(
        points,
        sides,
        (Corner(p, q, r, square=True),),
        filled=(p, q, r),
        lengths=((p, q, a), (p, r, b), (q, r, square**0.5)),
        angles=((q, p, r, 90),),
    )
    steps = (
        (f"x^2 = {c}^2 - {b}^2 = {a * a}", f"x = {a}")
        if asks_leg
        else (f"x^2 = {a}^2 + {b}^2 = {square}", f"x = {long}")
    )
    words = (f"Lengths are in {unit}. How long is x?", f"长度单位为{unit}，x是多少？")
    answer = f"{value} {unit}" if "\\" not in value else f"{value}\\ \\mathrm{{{unit}}}"
    return Task(
        "right triangle", figure, words, steps, answer, f"Eq(sqrt({a}**2 + {b}**2), sqrt({square}))"
    )


def tangent(rng: Rng) -> Task:
    a, b, c = TRIPLES[whole(rng, 0, 3)]
    p, q = letters(rng, 2)
    points = {"O": (0.0, 0.0), p: (float(a), 0.0), q: (float(a), float(b))}
    sides = (Side("O", p, str(a)), Side(p, q, "x"), Side("O", q, str(c)))
    figure = Figure(
        points,
        sides,
        (Corner(p, "O", q, square=True),),
        (("O", float(a)),),
        lengths=(("O", p, a), ("O", q, c), (p, q, b)),
    )
    return Task(
        "tangent",
        figure,
        (f"{q}{p} touches the circle at {p}. How long is x?", f"{q}{p}与圆相切于{p}，x是多少？"),
        (f"x^2 = {c}^2 - {a}^2 = {b * b}", f"x = {b}"),
        str(b),
        f"Eq(sqrt({c}**2 - {a}**2), {b})",
    )


def similar(rng: Rng) -> Task:
    """A line parallel to a side cuts the other two in one ratio."""
    p, q, r = letters(rng, 3)
    d, e = ("S", "T") if p == "E" else ("D", "E")
    k, n, base = whole(rng, 2, 4), whole(rng, 1, 2), whole(rng, 2, 5)
    if n >= k:
        n = 1
    left, whole_base = k * whole(rng, 2, 4), base * k
    part, cut = Fraction(n, k), whole_base * n // k
    top = away(55 + whole(rng, 0, 25), left)
    points = {p: (0.0, 0.0), q: top, r: (float(whole_base), 0.0)}
    points[d] = (top[0] * float(1 - part), top[1] * float(1 - part))
    points[e] = (points[d][0] + cut, points[d][1])
    sides = (
        Side(p, r, str(whole_base)),
        Side(p, d),
        Side(d, q, str(left * n // k)),
        Side(q, r),
        Side(d, e, "x"),
        Side(p, q),
    )
    figure = Figure(
        points,
        sides,
        filled=(p, q, r),
        lengths=((p, r, whole_base), (d, q, left * n / k), (d, e, cut), (p, q, left)),
    )
    words = (
        f"{d}{e} is parallel to {p}{r} and {p}{q} = {left}. How long is x = {d}{e}?",
        f"{d}{e}∥{p}{r}，{p}{q} = {left}，求x = {d}{e}。",
    )
    steps = (
        f"\\frac{{{left * n // k}}}{{{left}}} = {fraction(part)}",
        f"{fraction(part)} \\times {whole_base} = {cut}",
    )
    return Task(
        "similar triangles",
        figure,
        words,
        steps,
        str(cut),
        f"Eq(Rational({left * n // k}, {left})*{whole_base}, {cut})",
    )


def grid_points(rng: Rng) -> Task:
    """Two points on squares: their coordinates, middle, slope or distance."""
    p, q = letters(rng, 2)
    a, b = TRIPLES[0][:2] if rng.random() < 0.5 else (whole(rng, 1, 5), whole(rng, 1, 5))
    x, y = whole(rng, -4, 2), whole(rng, -4, 2)
    u, v = x + a, y + b
    figure = Figure({p: (float(x), float(y)), q: (float(u), float(v))}, (Side(p, q),), grid=True)
    kind = whole(rng, 0, 3)
    middle = (Fraction(x + u, 2), Fraction(y + v, 2))
    slope, square = Fraction(b, a), a * a + b * b
    root = isqrt(square)
    far = str(root) if root * root == square else f"\\sqrt{{{square}}}"
    answer = (
        f"{p}({x}, {y}), {q}({u}, {v})",
        f"({plain(middle[0])}, {plain(middle[1])})",
        plain(slope),
        far,
    )[kind]
    steps = (
        (f"{p}: x = {x}, y = {y}", f"{q}: x = {u}, y = {v}"),
        (
            f"\\frac{{{x} + {u}}}{{2}} = {fraction(middle[0])}".replace("+ -", "- "),
            f"\\frac{{{y} + {v}}}{{2}} = {fraction(middle[1])}".replace("+ -", "- "),
        ),
        (f"\\frac{{{v} - ({y})}}{{{u} - ({x})}} = {fraction(slope)}",),
        (
            f"{a}^2 + {b}^2 = {square}",
            f"\\sqrt{{{square}}}" + (f" = {far}" if far.isdigit() else ""),
        ),
    )[kind]
    words = (
        (f"What are the coordinates of {p} and {q}?", f"{p}和{q}的坐标是什么？"),
        (f"What is the midpoint of {p}{q}?", f"线段{p}{q}的中点是什么？"),
        (f"What is the slope of the line {p}{q}?", f"直线{p}{q}的斜率是多少？"),
        (f"How far apart are {p} and {q}?", f"{p}与{q}的距离是多少？"),
    )[kind]
    between = f"Point(Rational('{middle[0]}'), Rational('{middle[1]}'))"
    claims = (
        "Eq(1, 1)",
        f"Eq(Point({x}, {y}).midpoint(Point({u}, {v})), {between})",
        f"Eq(Line(Point({x}, {y}), Point({u}, {v})).slope, Rational('{slope}'))",
        f"Eq(Point({x}, {y}).distance(Point({u}, {v})), sqrt({square}))",
    )
    return Task("points on a grid", figure, words, steps, answer, claims[kind], turns=False)


MAKERS = (pythagoras, tangent, similar, grid_points, grid_points)
