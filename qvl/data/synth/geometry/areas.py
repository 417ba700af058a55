"""Figures about areas: triangles, rectangles, trapezia, circles."""

from fractions import Fraction
from math import gcd

from qvl.data.synth.geometry.figure import Corner, Figure, Side, away
from qvl.data.synth.geometry.lengths import TRIPLES, unit_of
from qvl.data.synth.geometry.task import Task, letters
from qvl.data.synth.maths.problem import Rng, fraction, plain, whole


def triangle_area(rng: Rng) -> Task:
    p, q, r = letters(rng, 3)
    unit, base, high = unit_of(rng), whole(rng, 4, 16), whole(rng, 3, 14)
    foot = float(whole(rng, 1, base - 1))
    points = {p: (0.0, 0.0), q: (float(base), 0.0), r: (foot, float(high)), "_h": (foot, 0.0)}
    sides = (Side(p, q, str(base)), Side(q, r), Side(r, p), Side("_h", r, str(high), dashed=True))
    area = Fraction(base * high, 2)
    figure = Figure(
        points,
        sides,
        (Corner("_h", q, r, square=True),),
        filled=(p, q, r),
        hidden=("_h",),
        lengths=((p, q, base), ("_h", r, high)),
    )
    return Task(
        "area of a triangle",
        figure,
        (f"What is the area of the triangle, in {unit}²?", f"三角形的面积是多少{unit}²？"),
        (f"\\frac{{{base} \\times {high}}}{{2}} = {fraction(area)}",),
        f"{plain(area)} {unit}²",
        f"Eq(Rational({base}*{high}, 2), Rational('{area}'))",
    )


def rectangle(rng: Rng) -> Task:
    """Area, way around or diagonal."""
    p, q, r, s = letters(rng, 4)
    unit, (a, b, c) = unit_of(rng), TRIPLES[whole(rng, 0, 4)]
    points = {p: (0.0, 0.0), q: (float(b), 0.0), r: (float(b), float(a)), s: (0.0, float(a))}
    sides = (Side(p, q, str(b)), Side(q, r, str(a)), Side(r, s), Side(s, p))
    kind = whole(rng, 0, 2)
    if kind == 2:
        sides = (*sides, Side(p, r, "x", dashed=True))
    words = (
        (f"What is the area of the rectangle, in {unit}²?", f"长方形的面积是多少{unit}²？"),
        (f"What is the perimeter of the rectangle, in {unit}?", f"长方形的周长是多少{unit}？"),
        (f"How long is the diagonal x, in {unit}?", f"对角线x长多少{unit}？"),
    )[kind]
    value = (a * b, 2 * (a + b), c)[kind]
    steps = (
        (f"{b} \\times {a} = {a * b}",),
        (f"2 \\times ({b} + {a}) = {2 * (a + b)}",),
        (f"x^2 = {b}^2 + {a}^2 = {c * c}", f"x = {c}"),
    )[kind]
    claim = (
        f"Eq({a}*{b}, {value})",
        f"Eq({a} + {b} + {a} + {b}, {value})",
        f"Eq(sqrt({a}**2 + {b}**2), {value})",
    )[kind]
    figure = Figure(
        points,
        sides,
        (Corner(p, q, s, square=True),),
        filled=(p, q, r, s),
        lengths=((p, q, b), (q, r, a)),
    )
    return Task(
        "rectangle", figure, words, steps, f"{value} {unit}{'²' if not kind else ''}", claim
    )


def trapezium(rng: Rng) -> Task:
    p, q, r, s = letters(rng, 4)
    unit, a, c, h = unit_of(rng), whole(rng, 8, 18), whole(rng, 3, 7), whole(rng, 3, 9)
    shift = float(whole(rng, 0, a - c))
    points = {
        p: (0.0, 0.0),
        q: (float(a), 0.0),
        r: (shift + c, float(h)),
        s: (shift, float(h)),
        "_h": (shift, 0.0),
    }
    sides = (
        Side(p, q, str(a)),
        Side(q, r),
        Side(r, s, str(c)),
        Side(s, p),
        Side("_h", s, str(h), dashed=True),
    )
    area = Fraction((a + c) * h, 2)
    figure = Figure(
        points,
        sides,
        (Corner("_h", q, s, square=True),),
        filled=(p, q, r, s),
        hidden=("_h",),
        lengths=((p, q, a), (r, s, c), ("_h", s, h)),
    )
    return Task(
        "trapezium",
        figure,
        (f"What is the area of the trapezium, in {unit}²?", f"梯形的面积是多少{unit}²？"),
        (f"\\frac{{({a} + {c}) \\times {h}}}{{2}} = {fraction(area)}",),
        f"{plain(area)} {unit}²",
        f"Eq(Rational({a} + {c}, 2)*{h}, Rational('{area}'))",
    )


def corner_shape(rng: Rng) -> Task:
    """A rectangle from whose corner another is cut."""
    unit, a, b = unit_of(rng), whole(rng, 7, 15), whole(rng, 6, 12)
    c, d = whole(rng, 2, a - 3), whole(rng, 2, b - 3)
    names = "ABCDEF"
    spots = ((0, 0), (a, 0), (a, b - d), (a - c, b - d), (a - c, b), (0, b))
    points = {n: (float(x), float(y)) for n, (x, y) in zip(names, spots, strict=True)}
    labels = (str(a), "", str(c), str(d), "", str(b))
    sides = tuple(Side(names[i], names[(i + 1) % 6], labels[i]) for i in range(6))
    area = a * b - c * d
    figure = Figure(
        points,
        sides,
        filled=tuple(names),
        lengths=(("A", "B", a), ("C", "D", c), ("D", "E", d), ("F", "A", b)),
    )
    return Task(
        "L-shape",
        figure,
        (
            f"All corners are right angles. What is the area, in {unit}²?",
            f"所有的角都是直角，面积是多少{unit}²？",
        ),
        (f"{a} \\times {b} = {a * b}", f"{c} \\times {d} = {c * d}", f"{a * b} - {c * d} = {area}"),
        f"{area} {unit}²",
        f"Eq({a}*({b} - {d}) + ({a} - {c})*{d}, {area})",
    )


def circle(rng: Rng) -> Task:
    """Area or way around, in multiples of pi."""
    unit, r = unit_of(rng), whole(rng, 2, 15)
    whole_ = rng.random() < 0.5
    points = {"O": (0.0, 0.0), "A": away(whole(rng, 0, 359), r)}
    sides: tuple[Side, ...] = (Side("O", "A", str(r)),)
    lengths = (("O", "A", float(r)),)
    if rng.random() < 0.4:
        points["B"] = (-points["A"][0], -points["A"][1])
        sides, lengths = (Side("A", "B", str(2 * r)),), (("A", "B", 2.0 * r),)
    value = f"{r * r}\\pi" if whole_ else f"{2 * r}\\pi"
    steps = (
        (f"\\pi r^2 = \\pi \\times {r}^2 = {value}",)
        if whole_
        else (f"2 \\pi r = 2 \\pi \\times {r} = {value}",)
    )
    words = (
        (
            f"What is the area of the circle, in {unit}²? Leave π in the answer.",
            f"圆的面积是多少{unit}²？结果保留π。",
        )
        if whole_
        else (
            f"What is the circumference of the circle, in {unit}? Leave π in the answer.",
            f"圆的周长是多少{unit}？结果保留π。",
        )
    )
    figure = Figure(points, sides, circles=(("O", float(r)),), lengths=lengths)
    exact = f"Eq(pi*{r}**2, {r * r}*pi)" if whole_ else f"Eq(2*pi*{r}, {2 * r}*pi)"
    return Task("circle", figure, words, steps, value, exact)


def grid_area(rng: Rng) -> Task:
    """The area of a triangle whose corners are on squares."""
    p, q, r = letters(rng, 3)
    spots = [(whole(rng, -4, 5), whole(rng, -4, 5)) for _ in range(3)]
    (a, b), (c, d), (e, f) = spots
    double = abs((c - a) * (f - b) - (e - a) * (d - b))
    if double < 6 or gcd(c - a, d - b) == 0:
        return grid_area(rng)
    points = {n: (float(x), float(y)) for n, (x, y) in zip((p, q, r), spots, strict=True)}
    figure = Figure(points, (Side(p, q), Side(q, r), Side(r, p)), filled=(p, q, r), grid=True)
    area = Fraction(double, 2)
    steps = (
        f"{p}({a}, {b}), {q}({c}, {d}), {r}({e}, {f})",
        f"\\frac{{1}}{{2}} |({c - a})({f - b}) - ({e - a})({d - b})| = {fraction(area)}",
    )
    corners = f"Point({a}, {b}), Point({c}, {d}), Point({e}, {f})"
    claim = f"Eq(Abs(Triangle({corners}).area), Rational('{area}'))"
    return Task(
        "area on a grid",
        figure,
        (f"What is the area of triangle {p}{q}{r}?", f"三角形{p}{q}{r}的面积是多少？"),
        steps,
        plain(area),
        claim,
        turns=False,
    )


MAKERS = (triangle_area, rectangle, trapezium, corner_shape, circle, grid_area)
