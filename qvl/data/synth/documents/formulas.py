"""Formulas engraved from LaTeX by matplotlib's mathtext, and random ones to engrave."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from qvl.tasks.place import Corners

FACES = ("stix", "cm", "dejavuserif", "stixsans", "dejavusans")


@dataclass(frozen=True)
class Engraved:
    """An outline around its origin on the baseline, in pixels, y down."""

    outline: Any
    advance: float
    ink: Corners


@lru_cache(maxsize=4096)
def engraved(latex: str, size: float, face: str = "stix") -> Engraved:
    """ValueError for LaTeX that mathtext cannot set."""
    import skia
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    try:
        made = TextPath((0, 0), f"${latex}$", size, prop=FontProperties(math_fontfamily=face))
    except (RuntimeError, ValueError) as error:
        raise ValueError(f"mathtext cannot set {latex!r}: {error}") from None
    outline = skia.Path()
    points, codes = made.vertices * (1, -1), made.codes
    at = 0
    while at < len(codes):
        code = codes[at]
        if code == 1:
            outline.moveTo(*points[at])
        elif code == 2:
            outline.lineTo(*points[at])
        elif code == 3:
            outline.quadTo(*points[at : at + 2].reshape(-1))
        elif code == 4:
            outline.cubicTo(*points[at : at + 3].reshape(-1))
        else:
            outline.close()
        at += {3: 2, 4: 3}.get(int(code), 1)
    box = outline.getBounds()
    ink = (box.left(), box.top(), box.right(), box.bottom())
    return Engraved(outline, ink[2] + 0.06 * size, ink)


_LETTERS = tuple("xyzabcnkmtuvpqrsij")
_GREEK = (
    *(r"\alpha", r"\beta", r"\gamma", r"\delta", r"\epsilon", r"\theta", r"\lambda", r"\mu"),
    *(r"\pi", r"\rho", r"\sigma", r"\phi", r"\omega", r"\Gamma", r"\Delta", r"\Omega", r"\Psi"),
)
_FUNCTIONS = (*(r"\sin", r"\cos", r"\tan", r"\log", r"\ln", r"\exp", r"\max", r"\min", r"\det"),)
_RELATIONS = (
    *("=", "=", "=", "=", r"\leq", r"\geq", "<", ">", r"\approx", r"\neq", r"\equiv"),
    *(r"\in", r"\subset", r"\rightarrow", r"\Rightarrow"),
)
_SIGNS = ("+", "-", "+", "-", r"\cdot", r"\times", r"\pm")
Rng = np.random.Generator


def _pick(rng: Rng, what: Any) -> Any:
    return what[int(rng.integers(len(what)))]


def _atom(rng: Rng) -> str:
    draw = rng.random()
    if draw < 0.3:
        return str(int(rng.integers(0, 20)))
    symbol = _pick(rng, _GREEK) if draw < 0.5 else _pick(rng, _LETTERS)
    if rng.random() < 0.3:
        symbol += f"_{{{_pick(rng, (*_LETTERS, '0', '1', '2', 'n+1', 'ij', 'k-1'))}}}"
    if rng.random() < 0.2:
        symbol += f"^{{{_pick(rng, ('2', '3', 'n', '-1', 'T', '2n', 'k'))}}}"
    return symbol


def expression(rng: Rng, depth: int) -> str:
    """A side of a formula; the deeper, the larger."""
    if depth <= 0 or rng.random() < 0.2:
        return _atom(rng)
    a, b = (lambda: expression(rng, depth - 1)), (lambda: expression(rng, depth - 2))
    shapes = (
        lambda: f"{a()} {_pick(rng, _SIGNS)} {b()}",
        lambda: f"{a()} {_pick(rng, _SIGNS)} {b()}",
        lambda: rf"\frac{{{a()}}}{{{b()}}}",
        lambda: rf"\sqrt{{{a()}}}",
        lambda: rf"\sqrt[3]{{{b()}}}",
        lambda: rf"\left( {a()} \right)^{{{_pick(rng, ('2', '3', 'n', '-1'))}}}",
        lambda: rf"\sum_{{{_pick(rng, 'ijkn')}=1}}^{{{_pick(rng, ('n', 'N', 'm'))}}} {b()}",
        lambda: rf"\prod_{{k=0}}^{{n}} {b()}",
        lambda: rf"\int_{{{_pick(rng, ('0', 'a', '-1'))}}}^{{{_pick(rng, '1b')}}} {b()}\, dx",
        lambda: rf"\lim_{{n \rightarrow \infty}} {b()}",
        lambda: rf"{_pick(rng, _FUNCTIONS)} \left( {b()} \right)",
        lambda: rf"\frac{{\partial {_pick(rng, 'fgu')}}}{{\partial {_pick(rng, 'xyt')}}}",
        lambda: rf"\left| {b()} \right|",
        lambda: rf"\overline{{{_atom(rng)}}}",
        lambda: rf"\vec{{{_pick(rng, 'uvab')}}} \cdot \vec{{{_pick(rng, 'wxyz')}}}",
        lambda: rf"\binom{{n}}{{{_pick(rng, 'krm')}}}",
        lambda: rf"e^{{{b()}}}",
        lambda: rf"\mathbf{{{_pick(rng, 'ABMX')}}} {_pick(rng, _LETTERS)}",
        lambda: rf"\mathbb{{{_pick(rng, 'ERP')}}}[{_pick(rng, 'XYZ')}]",
    )  # fmt: skip
    return _pick(rng, shapes)()


def formula(rng: Rng, depth: int = 3) -> str:
    """A random relation of two expressions, in LaTeX that mathtext sets."""
    left = expression(rng, max(1, depth - 2))
    return f"{left} {_pick(rng, _RELATIONS)} {expression(rng, depth)}"


def short(rng: Rng) -> str:
    """A formula that fits into a line of text."""
    draw = rng.random()
    if draw < 0.4:
        return _atom(rng)
    return f"{_atom(rng)} {_pick(rng, _RELATIONS)} {_atom(rng)} {_pick(rng, _SIGNS)} {_atom(rng)}"
