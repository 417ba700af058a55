"""A problem of school mathematics with its solution, and a claim that says why it is right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

Rng = np.random.Generator


@dataclass(frozen=True)
class Problem:
    """`question` and `steps` are words and LaTeX; `answer` is the result alone, as people write it.

    `claim` is an expression of sympy that is true if the answer is right, worked out from the
    numbers of the question by other means than the generator's.
    """

    kind: str
    level: int  # 1 to 3
    question: str
    steps: tuple[str, ...]
    answer: str
    claim: str
    shown: str = ""  # LaTeX of what may be shown as a picture instead of being said
    asked: str = "solve"  # which words ask for `shown`: "calculate", "solve", "simplify", ...
    unit: str = ""


Maker = Callable[[Rng, int], Problem]


def whole(rng: Rng, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both of which may come."""
    return int(rng.integers(low, high + 1))


def pick(rng: Rng, options: Sequence) -> object:
    return options[int(rng.integers(len(options)))]


def nonzero(rng: Rng, low: int, high: int) -> int:
    while not (found := whole(rng, low, high)):
        pass
    return found


def fraction(value: Fraction) -> str:
    """LaTeX of a number: whole where it is."""
    if value.denominator == 1:
        return str(value.numerator)
    sign = "-" if value < 0 else ""
    return f"{sign}\\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def plain(value: Fraction) -> str:
    """The same in a line: 3/4."""
    return str(value)


def signed(value: int | Fraction, variable: str = "") -> str:
    """A term with its sign, to be put behind another: " + 3x", " - x"."""
    size = abs(value)
    number = "" if variable and size == 1 else fraction(Fraction(size))
    return f" {'-' if value < 0 else '+'} {number}{variable}"


def first(value: int | Fraction, variable: str) -> str:
    """A term that begins an expression: "3x", "-x"."""
    if abs(value) == 1:
        return f"{'-' if value < 0 else ''}{variable}"
    return f"{fraction(Fraction(value))}{variable}"


def polynomial(coefficients: Sequence[int], variable: str = "x") -> str:
    """LaTeX of a polynomial, highest power first; zeros are left out."""
    out, degree = "", len(coefficients) - 1
    for at, value in enumerate(coefficients):
        power = degree - at
        name = "" if not power else variable if power == 1 else f"{variable}^{{{power}}}"
        if not value:
            continue
        if out:
            out += signed(value, name)
        else:
            out = first(value, name) if name else str(value)
    return out or "0"


def summed(coefficients: Sequence[int], variable: str = "x") -> str:
    """The same as sympy reads it."""
    degree = len(coefficients) - 1
    return " + ".join(f"({c})*{variable}**{degree - i}" for i, c in enumerate(coefficients))
