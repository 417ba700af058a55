"""Figures about angles: triangles, lines, circles, polygons."""

from qvl.data.synth.geometry.figure import Corner, Figure, Side, away
from qvl.data.synth.geometry.task import Task, letters
from qvl.data.synth.maths.problem import Rng, whole


def _triangle(rng: Rng, a: int, b: int) -> tuple[Figure, tuple[str, str, str]]:
    """A triangle with these angles at its first two corners."""
    first, second, third = letters(rng, 3)
    base = 10.0
    c = 180 - a - b
    from math import radians, sin

    length = base * sin(radians(b)) / sin(radians(c))
    points = {first: (0.0, 0.0), second: (base, 0.0), third: away(a, length)}
    sides = (Side(first, second), Side(second, third), Side(third, first))
    return Figure(points, sides, filled=(first, second, third)), (first, second, third)


def third_angle(rng: Rng) -> Task:
    a, b = whole(rng, 28, 80), whole(rng, 28, 80)
    base, (p, q, r) = _triangle(rng, a, b)
    c = 180 - a - b
    corners = (Corner(p, q, r, f"{a}°"), Corner(q, r, p, f"{b}°"), Corner(r, p, q, "x"))
    figure = Figure(
        base.points,
        base.sides,
        corners,
        filled=base.filled,
        angles=((r, p, q, a), (p, q, r, b), (p, r, q, c)),
    )
    return Task(
        "triangle angles",
        figure,
        (f"Find the angle x in triangle {p}{q}{r}.", f"求三角形{p}{q}{r}中角x的度数。"),
        (f"180° - {a}° - {b}° = {c}°",),
        f"{c}°",
        f"Eq(180 - {a} - {b}, {c})",
    )


def isosceles(rng: Rng) -> Task:
    """Two equal sides: the base angle from the one at the top, or the reverse."""
    base_angle = whole(rng, 30, 78)
    top = 180 - 2 * base_angle
    plain, (p, q, r) = _triangle(rng, base_angle, base_angle)
    known_top = rng.random() < 0.5
    label = {"known": f"{top}°" if known_top else f"{base_angle}°"}
    corners = (
        Corner(r, p, q, label["known"] if known_top else "x"),
        Corner(p, q, r, "x" if known_top else label["known"]),
    )
    value = base_angle if known_top else top
    step = (
        f"(180° - {top}°) \\div 2 = {value}°"
        if known_top
        else f"180° - 2 \\times {base_angle}° = {value}°"
    )
    figure = Figure(
        plain.points,
        plain.sides,
        corners,
        filled=plain.filled,
        ticks=((p, r), (q, r)),
        angles=((p, r, q, top), (q, p, r, base_angle)),
    )
    claim = f"Eq((180 - {top})/2, {base_angle})"
    return Task(
        "isosceles triangle",
        figure,
        (f"In the triangle {p}{r} = {q}{r}. Find x.", f"三角形中{p}{r} = {q}{r}，求x。"),
        (step,),
        f"{value}°",
        claim,
    )


def exterior(rng: Rng) -> Task:
    """The angle outside is the sum of the two far ones."""
    a, b = whole(rng, 30, 70), whole(rng, 30, 70)
    base, (p, q, r) = _triangle(rng, a, b)
    name = next(n for n in "DSWT" if n not in (p, q, r))
    points = {**base.points, name: (15.0, 0.0)}
    c = 180 - a - b
    corners = (Corner(p, q, r, f"{a}°"), Corner(r, p, q, f"{c}°"), Corner(q, name, r, "x"))
    figure = Figure(
        points,
        (*base.sides, Side(q, name)),
        corners,
        filled=base.filled,
        angles=((q, p, r, a), (p, r, q, c), (name, q, r, a + c)),
    )
    return Task(
        "exterior angle",
        figure,
        (f"{p}, {q} and {name} lie on a line. Find x.", f"{p}、{q}、{name}在一条直线上，求x。"),
        (f"{a}° + {c}° = {a + c}°",),
        f"{a + c}°",
        f"Eq(180 - {b}, {a + c})",
    )


def crossing(rng: Rng) -> Task:
    """Two lines that cross: opposite and neighbouring angles."""
    a = whole(rng, 30, 150)
    p, q, r, s = letters(rng, 4)
    points = {p: away(180, 9), q: away(0, 9), r: away(a, 8), s: away(a + 180, 8), "_m": (0.0, 0.0)}
    opposite = rng.random() < 0.5
    value = a if opposite else 180 - a
    asked = Corner("_m", p, s, "x") if opposite else Corner("_m", r, p, "x")
    figure = Figure(
        points,
        (Side(p, q), Side(r, s)),
        (Corner("_m", q, r, f"{a}°"), asked),
        hidden=("_m",),
        angles=((q, "_m", r, a), (asked.start, "_m", asked.end, value)),
    )
    step = f"x = {a}°" if opposite else f"180° - {a}° = {value}°"
    return Task(
        "crossing lines",
        figure,
        ("Two lines cross. How large is the angle x?", "两条直线相交，角x是多少度？"),
        (step,),
        f"{value}°",
        f"Eq({'180 - (180 - ' + str(a) + ')' if opposite else f'180 - {a}'}, {value})",
    )


def parallels(rng: Rng) -> Task:
    """A line across two parallel ones."""
    a = whole(rng, 35, 145)
    p, q, r, s = letters(rng, 4)
    top = away(a, 8 / abs(away(a)[1]))
    low, high = away(a, -5), away(a, 5, top)
    points = {p: (-9.0, 0.0), q: (9.0, 0.0), r: (top[0] - 9, top[1]), s: (top[0] + 9, top[1])}
    points |= {"_m": (0.0, 0.0), "_n": top, "_u": low, "_v": high}
    kind = int(rng.integers(3))
    asked = (Corner("_n", s, "_v", "x"), Corner("_n", r, "_m", "x"), Corner("_n", "_m", s, "x"))[
        kind
    ]
    value = (a, a, 180 - a)[kind]
    figure = Figure(
        points,
        (Side(p, q), Side(r, s), Side("_u", "_v")),
        (Corner("_m", q, "_v", f"{a}°"), asked),
        hidden=("_m", "_n", "_u", "_v"),
        angles=((q, "_m", "_v", a), (asked.start, "_n", asked.end, value)),
    )
    reason = ("corresponding angles", "alternate angles", "angles on the same side")[kind]
    steps = (f"\\text{{{reason}: }} x = {a}°" if kind < 2 else f"180° - {a}° = {value}°",)
    return Task(
        "parallel lines",
        figure,
        (f"The lines {p}{q} and {r}{s} are parallel. Find x.", f"{p}{q}∥{r}{s}，求x。"),
        steps,
        f"{value}°",
        f"Eq({a if kind < 2 else f'180 - {a}'}, {value})",
    )


MAKERS = (third_angle, isosceles, exterior, crossing, parallels)
