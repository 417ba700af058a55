"""Figures about angles in circles and of polygons."""

from qvl.data.synth.geometry.figure import Corner, Figure, Side, away
from qvl.data.synth.geometry.task import Task, letters
from qvl.data.synth.maths.problem import Rng, whole


def inscribed(rng: Rng) -> Task:
    """The angle at the middle of a circle is twice the one on it."""
    a = whole(rng, 25, 75)
    p, q, r = letters(rng, 3)
    turn = 270 - a
    points = {
        "O": (0.0, 0.0),
        p: away(turn, 6),
        q: away(turn + 2 * a, 6),
        r: away(90 + whole(rng, -30, 30), 6),
    }
    sides = (Side("O", p), Side("O", q), Side(r, p), Side(r, q))
    middle = rng.random() < 0.5
    corners = (
        Corner(r, p, q, "x" if middle else f"{a}°"),
        Corner("O", p, q, f"{2 * a}°" if middle else "x"),
    )
    value = a if middle else 2 * a
    figure = Figure(
        points, sides, corners, (("O", 6.0),), angles=((p, r, q, a), (p, "O", q, 2 * a))
    )
    step = f"{2 * a}° \\div 2 = {a}°" if middle else f"2 \\times {a}° = {2 * a}°"
    return Task(
        "inscribed angle",
        figure,
        ("O is the centre of the circle. Find x.", "O是圆心，求x。"),
        (step,),
        f"{value}°",
        f"Eq(2*{a}, {2 * a})",
    )


def thales(rng: Rng) -> Task:
    a = whole(rng, 20, 70)
    p, q, r = letters(rng, 3)
    points = {"O": (0.0, 0.0), p: (-6.0, 0.0), q: (6.0, 0.0), r: away(2 * a, 6)}
    sides = (Side(p, q), Side(q, r), Side(r, p))
    corners = (Corner(p, q, r, f"{a}°"), Corner(q, r, p, "x"))
    figure = Figure(
        points,
        sides,
        corners,
        (("O", 6.0),),
        (p, q, r),
        angles=((q, p, r, a), (p, q, r, 90 - a), (p, r, q, 90)),
    )
    return Task(
        "angle in a semicircle",
        figure,
        (f"{p}{q} is a diameter. Find x.", f"{p}{q}是直径，求x。"),
        ("\\text{the third angle is } 90°", f"90° - {a}° = {90 - a}°"),
        f"{90 - a}°",
        f"Eq(180 - 90 - {a}, {90 - a})",
    )


def polygon(rng: Rng) -> Task:
    """The angles of a regular polygon."""
    n = int((5, 6, 8, 9, 10, 12)[whole(rng, 0, 5)])
    names = "ABCDEFGHIJKL"[:n]
    points = {name: away(90 + 360 * i / n, 6) for i, name in enumerate(names)}
    sides = tuple(Side(names[i], names[(i + 1) % n]) for i in range(n))
    value = (n - 2) * 180 // n
    figure = Figure(
        points,
        sides,
        (Corner("A", "B", names[-1], "x"),),
        filled=tuple(names),
        angles=(("B", "A", names[-1], value),),
    )
    steps = (f"({n} - 2) \\times 180° = {(n - 2) * 180}°", f"{(n - 2) * 180}° \\div {n} = {value}°")
    return Task(
        "regular polygon",
        figure,
        ("The polygon is regular. How large is the angle x?", "这是一个正多边形，角x是多少度？"),
        steps,
        f"{value}°",
        f"Eq(180 - Rational(360, {n}), {value})",
    )


def quadrilateral(rng: Rng) -> Task:
    """Four corners on a circle, so that opposite angles make 180 degrees."""
    a, b, c = whole(rng, 70, 100), whole(rng, 70, 100), whole(rng, 60, 90)
    p, q, r, s = letters(rng, 4)
    turns = (0, a, a + b, a + b + c)
    points = {name: away(turn + 20, 6) for name, turn in zip((p, q, r, s), turns, strict=True)}
    half = [x / 2 for x in (a, b, c, 360 - a - b - c)]
    at = {p: half[1] + half[2], q: half[2] + half[3], r: half[3] + half[0], s: half[0] + half[1]}
    if any(v != int(v) for v in at.values()):
        return quadrilateral(rng)
    known = [int(at[n]) for n in (p, q, r)]
    value = int(at[s])
    around = (p, q, r, s)
    corners = tuple(
        Corner(n, around[i - 1], around[(i + 1) % 4], f"{int(at[n])}°" if n != s else "x")
        for i, n in enumerate(around)
    )
    figure = Figure(
        points,
        tuple(Side(around[i - 1], around[i]) for i in range(4)),
        corners,
        filled=around,
        angles=tuple((around[i - 1], n, around[(i + 1) % 4], at[n]) for i, n in enumerate(around)),
    )
    total = " - ".join(f"{k}°" for k in known)
    return Task(
        "quadrilateral",
        figure,
        (f"Find the angle x of the quadrilateral {p}{q}{r}{s}.", f"求四边形{p}{q}{r}{s}的角x。"),
        (f"360° - {total} = {value}°",),
        f"{value}°",
        f"Eq(360 - {' - '.join(map(str, known))}, {value})",
    )


MAKERS = (inscribed, thales, polygon, quadrilateral)
