"""Figures about lengths and areas: right triangles, circles, rectangles, points on a grid."""

from fractions import Fraction
from math import gcd, isqrt

from qvl.data.synth.geometry.figure import Corner, Figure, Side, away
from qvl.data.synth.geometry.task import Task, letters
from qvl.data.synth.maths.problem import Rng, fraction, plain, whole

_TRIPLES = ((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29), (9, 40, 41))
UNITS = ("cm", "m", "mm", "cm")


def _unit(rng: Rng) -> str:
    return UNITS[whole(rng, 0, 3)]


def pythagoras(rng: Rng) -> Task:
    """The third side of a right triangle, sometimes with a root."""
    p, q, r = letters(rng, 3)
    unit = _unit(rng)
    if rng.random() < 0.7:
        a, b, c = _TRIPLES[whole(rng, 0, 3)]
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
    figure = Figure(points, sides, (Corner(p, q, r, square=True),), filled=(p, q, r),
                    lengths=((p, q, a), (p, r, b), (q, r, square**0.5)), angles=((q, p, r, 90),))  # fmt: skip
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


def triangle_area(rng: Rng) -> Task:
    p, q, r = letters(rng, 3)
    unit, base, high = _unit(rng), whole(rng, 4, 16), whole(rng, 3, 14)
    foot = float(whole(rng, 1, base - 1))
    points = {p: (0.0, 0.0), q: (float(base), 0.0), r: (foot, float(high)), "_h": (foot, 0.0)}
    sides = (Side(p, q, str(base)), Side(q, r), Side(r, p), Side("_h", r, str(high), dashed=True))
    area = Fraction(base * high, 2)
    figure = Figure(points, sides, (Corner("_h", q, r, square=True),), filled=(p, q, r), hidden=("_h",),
                    lengths=((p, q, base), ("_h", r, high)))  # fmt: skip
    return Task("area of a triangle", figure, (f"What is the area of the triangle, in {unit}²?", f"三角形的面积是多少{unit}²？"),
                (f"\\frac{{{base} \\times {high}}}{{2}} = {fraction(area)}",), f"{plain(area)} {unit}²",
                f"Eq(Rational({base}*{high}, 2), Rational('{area}'))")  # fmt: skip


def rectangle(rng: Rng) -> Task:
    """Area, way around or diagonal."""
    p, q, r, s = letters(rng, 4)
    unit, (a, b, c) = _unit(rng), _TRIPLES[whole(rng, 0, 4)]
    points = {p: (0.0, 0.0), q: (float(b), 0.0), r: (float(b), float(a)), s: (0.0, float(a))}
    sides = (Side(p, q, str(b)), Side(q, r, str(a)), Side(r, s), Side(s, p))
    kind = whole(rng, 0, 2)
    if kind == 2:
        sides = (*sides, Side(p, r, "x", dashed=True))
    words = ((f"What is the area of the rectangle, in {unit}²?", f"长方形的面积是多少{unit}²？"),
             (f"What is the perimeter of the rectangle, in {unit}?", f"长方形的周长是多少{unit}？"),
             (f"How long is the diagonal x, in {unit}?", f"对角线x长多少{unit}？"))[kind]  # fmt: skip
    value = (a * b, 2 * (a + b), c)[kind]
    steps = ((f"{b} \\times {a} = {a * b}",), (f"2 \\times ({b} + {a}) = {2 * (a + b)}",),
             (f"x^2 = {b}^2 + {a}^2 = {c * c}", f"x = {c}"))[kind]  # fmt: skip
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
    unit, a, c, h = _unit(rng), whole(rng, 8, 18), whole(rng, 3, 7), whole(rng, 3, 9)
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
    figure = Figure(points, sides, (Corner("_h", q, s, square=True),), filled=(p, q, r, s), hidden=("_h",),
                    lengths=((p, q, a), (r, s, c), ("_h", s, h)))  # fmt: skip
    return Task("trapezium", figure, (f"What is the area of the trapezium, in {unit}²?", f"梯形的面积是多少{unit}²？"),
                (f"\\frac{{({a} + {c}) \\times {h}}}{{2}} = {fraction(area)}",), f"{plain(area)} {unit}²",
                f"Eq(Rational({a} + {c}, 2)*{h}, Rational('{area}'))")  # fmt: skip


def corner_shape(rng: Rng) -> Task:
    """A rectangle from whose corner another is cut."""
    unit, a, b = _unit(rng), whole(rng, 7, 15), whole(rng, 6, 12)
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
    return Task("L-shape", figure, (f"All corners are right angles. What is the area, in {unit}²?", f"所有的角都是直角，面积是多少{unit}²？"),
                (f"{a} \\times {b} = {a * b}", f"{c} \\times {d} = {c * d}", f"{a * b} - {c * d} = {area}"),
                f"{area} {unit}²", f"Eq({a}*({b} - {d}) + ({a} - {c})*{d}, {area})")  # fmt: skip


def circle(rng: Rng) -> Task:
    """Area or way around, in multiples of pi."""
    unit, r = _unit(rng), whole(rng, 2, 15)
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
    words = (f"What is the area of the circle, in {unit}²? Leave π in the answer.", f"圆的面积是多少{unit}²？结果保留π。") if whole_ else (
        f"What is the circumference of the circle, in {unit}? Leave π in the answer.", f"圆的周长是多少{unit}？结果保留π。")  # fmt: skip
    figure = Figure(points, sides, circles=(("O", float(r)),), lengths=lengths)
    exact = f"Eq(pi*{r}**2, {r * r}*pi)" if whole_ else f"Eq(2*pi*{r}, {2 * r}*pi)"
    return Task("circle", figure, words, steps, value, exact)


def tangent(rng: Rng) -> Task:
    a, b, c = _TRIPLES[whole(rng, 0, 3)]
    p, q = letters(rng, 2)
    points = {"O": (0.0, 0.0), p: (float(a), 0.0), q: (float(a), float(b))}
    sides = (Side("O", p, str(a)), Side(p, q, "x"), Side("O", q, str(c)))
    figure = Figure(points, sides, (Corner(p, "O", q, square=True),), (("O", float(a)),),
                    lengths=(("O", p, a), ("O", q, c), (p, q, b)))  # fmt: skip
    return Task("tangent", figure, (f"{q}{p} touches the circle at {p}. How long is x?", f"{q}{p}与圆相切于{p}，x是多少？"),
                (f"x^2 = {c}^2 - {a}^2 = {b * b}", f"x = {b}"), str(b), f"Eq(sqrt({c}**2 - {a}**2), {b})")  # fmt: skip


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
    a, b = _TRIPLES[0][:2] if rng.random() < 0.5 else (whole(rng, 1, 5), whole(rng, 1, 5))
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
    words = ((f"What are the coordinates of {p} and {q}?", f"{p}和{q}的坐标是什么？"),
             (f"What is the midpoint of {p}{q}?", f"线段{p}{q}的中点是什么？"),
             (f"What is the slope of the line {p}{q}?", f"直线{p}{q}的斜率是多少？"),
             (f"How far apart are {p} and {q}?", f"{p}与{q}的距离是多少？"))[kind]  # fmt: skip
    claims = ("Eq(1, 1)", f"Eq(Point({x}, {y}).midpoint(Point({u}, {v})), Point(Rational('{middle[0]}'), Rational('{middle[1]}')))",
              f"Eq(Line(Point({x}, {y}), Point({u}, {v})).slope, Rational('{slope}'))",
              f"Eq(Point({x}, {y}).distance(Point({u}, {v})), sqrt({square}))")  # fmt: skip
    return Task("points on a grid", figure, words, steps, answer, claims[kind], turns=False)


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
    steps = (f"{p}({a}, {b}), {q}({c}, {d}), {r}({e}, {f})",
             f"\\frac{{1}}{{2}} |({c - a})({f - b}) - ({e - a})({d - b})| = {fraction(area)}")  # fmt: skip
    claim = f"Eq(Abs(Triangle(Point({a}, {b}), Point({c}, {d}), Point({e}, {f})).area), Rational('{area}'))"
    return Task("area on a grid", figure, (f"What is the area of triangle {p}{q}{r}?", f"三角形{p}{q}{r}的面积是多少？"),
                steps, plain(area), claim, turns=False)  # fmt: skip


MAKERS = (
    *(pythagoras, triangle_area, rectangle, trapezium, corner_shape, circle, tangent, similar),
    *(grid_points, grid_points, grid_area),
)
