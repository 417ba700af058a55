"""The claims of problems, worked out by sympy."""

from functools import cache
from typing import Any


@cache
def _names() -> dict[str, Any]:
    import sympy

    found = {name: getattr(sympy, name) for name in dir(sympy) if not name.startswith("_")}
    letters = {letter: sympy.Symbol(letter) for letter in "kxy"}
    return {**found, **letters, "sum": sum, "sorted": sorted, "__builtins__": {}}


def holds(claim: str) -> bool:
    """Whether a claim that a generator of this package made is true."""
    return bool(eval(claim, _names())) is True  # its own text, never that of others
