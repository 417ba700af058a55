"""Real paragraphs of installed documentation, and strings that no language model can guess."""

import re
import string
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

ALLOWED = frozenset(map(chr, range(32, 127))) | frozenset("–—‘’“”…éèüöäßñ©°·•×→")
_SPELT = str.maketrans({"\u00a0": " ", "\u2011": "-", "\u2212": "-", "\u2010": "-", "\u00ad": ""})
_BLOCKS = "p, div.para, li, h1, h2, h3, h4, dt, dd, td, th"
_INNER = f"{_BLOCKS}, pre, table, ul, ol, dl"  # a block with blocks in it gives its parts alone


def paragraphs(folder: Path, pattern: str = "*.html") -> list[str]:
    """The distinct paragraphs of every HTML page below `folder`, in the characters ALLOWED.

    A paragraph with a character outside them is left out, so that the text is what the ink says.
    """
    found: dict[str, None] = {}
    for page in sorted(folder.rglob(pattern)):
        prose, code = blocks(page.read_text(encoding="utf-8", errors="replace"))
        for text in prose:
            text = " ".join(text.translate(_SPELT).split())
            if 3 <= len(text) <= 1200 and ALLOWED.issuperset(text):
                found[text] = None
        for line in code:
            line = line.translate(_SPELT).rstrip()
            if 8 <= len(line) <= 90 and ALLOWED.issuperset(line):
                found[" ".join(line.split())] = None
    return list(found)


def blocks(page: str, without: str = "") -> tuple[list[str], list[str]]:
    """The text of each innermost block of an HTML page, and the lines of its code.

    `without` selects what is left out, such as "nav, footer". White space is as in the file.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(page)
    for node in tree.css(without) if without else ():
        node.decompose()
    for node in tree.css("div, br"):
        node.insert_before(" ")  # else its first word would join the one before it
        node.insert_after(" ")
    prose = [
        node.text()
        for node in tree.css(_BLOCKS)
        if len(node.css(_INNER)) == 1  # itself, and no more
    ]
    code = [line for node in tree.css("pre") for line in node.text().splitlines()]
    return prose, code


_WORD = string.ascii_lowercase
_MIX = string.ascii_letters + string.digits
_SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def random_word(rng: np.random.Generator) -> str:
    """A string without meaning: letters, capitals, numbers, signs, or shapes such as a path."""

    def pick(letters: str, low: int, high: int) -> str:
        count = int(rng.integers(low, high + 1))
        return "".join(letters[i] for i in rng.integers(0, len(letters), count))

    kind = rng.random()
    if kind < 0.30:
        return pick(_WORD, 2, 11)
    if kind < 0.40:
        return pick(_WORD, 2, 10).capitalize()
    if kind < 0.47:
        return pick(_WORD.upper(), 2, 9)
    if kind < 0.62:
        return pick(_MIX, 2, 10)
    if kind < 0.74:
        return pick(string.digits, 1, 7)
    if kind < 0.84:
        return pick(_MIX + _SIGNS, 2, 9)
    if kind < 0.89:
        return f"{pick(string.digits, 1, 3)}{pick('.,:/-', 1, 1)}{pick(string.digits, 1, 3)}"
    if kind < 0.94:
        return pick(_WORD, 2, 6) + pick("_-./@:", 1, 1) + pick(_WORD, 2, 6)
    return pick("([{<\"'", 1, 1) + pick(_MIX, 1, 6) + pick(")]}>\"';,.!?", 1, 2)


def random_line(rng: np.random.Generator, words: int) -> str:
    return " ".join(random_word(rng) for _ in range(words))


def pieces(parts: Sequence[Sequence[str]], rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Endless (kind, text): real prose about 68 %, random strings 32 %."""
    while True:
        if rng.random() < 0.32:
            yield "random", random_line(rng, int(rng.integers(3, 60)))
            continue
        part = parts[int(rng.integers(len(parts)))]
        text = part[int(rng.integers(len(part)))]
        if len(text) > 12 or rng.random() < 0.3:
            yield "prose", re.sub(r"\s+", " ", text)
