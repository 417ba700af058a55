"""Text that no language model can guess: strings, numbers, code, contents, receipts' rows."""

import string

import numpy as np

from qvl.data.synth.texts.tones import pick
from qvl.data.text import random_line, random_word

_NAMES = (
    *("count", "total", "index", "value", "buffer", "path", "node", "item", "size"),
    *("left", "right", "state", "frame", "label"),
)
_CALLS = (
    *("open", "read", "write", "append", "split", "join", "close", "update", "merge"),
    *("fetch", "parse", "render"),
)
CODE = (  # shapes of lines of code in several languages
    "{n} = {c}({m}, {i})",
    "if {n} > {i}:",
    "    return {n} + {i}",
    "for {n} in {c}({m}):",
    "def {c}_{n}({m}, {n}={i}):",
    "for (int i = 0; i < {i}; i++) {{",
    "    {n}[i] = {c}(&{m}, {i});",
    "}}",
    "const {n} = await {c}('{m}');",
    "{n}->{m} |= 0x{i:04X};",
    "SELECT {n}, {m} FROM {c}s WHERE {n} = {i};",
    "$ {c} --{n}={i} ./{m}.txt | sort -n",
    '<div class="{n}" id="{m}-{i}">',
    '"{n}": ["{m}", {i}, true],',
    "# {c} the {n} of each {m}",
    "fn {c}(&self, {n}: u32) -> Option<{m}> {{",
    "import {m}.{n} as {c}",
    'assert {n} != {m}[{i}], "{c} failed"',
)


def code(rng: np.random.Generator, count: int) -> list[str]:
    """Lines of code; blanks at their beginning are part of the layout, not of the text."""
    return [
        pick(rng, CODE).format(
            n=pick(rng, _NAMES),
            m=pick(rng, _NAMES),
            c=pick(rng, _CALLS),
            i=int(rng.integers(0, 4000)),
        )
        for _ in range(count)
    ]


def numbers(rng: np.random.Generator) -> str:
    """An amount, a date, a time, a telephone number, a share, a serial number."""
    n = rng.integers(0, 10, 12).tolist()
    whole = int(rng.integers(0, 2_000_000))
    return pick(
        rng,
        (
            f"{whole:,}", f"{whole / 100:,.2f}", f"{whole / 7:.3f}", f"-{whole % 1000}",
            f"{rng.integers(1, 29):02}.{rng.integers(1, 13):02}.{rng.integers(1950, 2040)}",
            f"{rng.integers(1950, 2040)}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}",
            f"{rng.integers(0, 24):02}:{rng.integers(0, 60):02}", f"{whole % 1000 / 10} %",
            f"+{n[0]}{n[1]} {n[2]}{n[3]}{n[4]} {n[5]}{n[6]}{n[7]}{n[8]}",
            f"{n[0]}{n[1]}{n[2]}-{n[3]}{n[4]}-{n[5]}{n[6]}{n[7]}{n[8]}", f"${whole / 100:,.2f}",
            f"{pick(rng, string.ascii_uppercase)}{n[0]}{n[1]}-{whole}", f"#{whole}", f"{whole:x}",
        ),
    )  # fmt: skip


def nonsense(rng: np.random.Generator, longest: int) -> str:
    """Words without meaning, up to a number of letters."""
    return random_line(rng, int(rng.integers(1, max(2, longest // 7))))[:longest].strip() or "x"


def word(rng: np.random.Generator) -> str:
    return random_word(rng)
