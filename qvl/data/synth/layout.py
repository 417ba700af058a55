"""The HTML of a sheet: blocks of text in many families, sizes and colours."""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np

from qvl.data.text import pieces

WIDTH, HEIGHT = 1000, 1400  # pixels of a sheet
FAMILIES = {  # CSS family -> how often
    "DejaVu Sans": 5,
    "DejaVu Serif": 2,
    "DejaVu Sans Mono": 2,
    "Liberation Sans": 4,
    "Liberation Serif": 3,
    "Liberation Mono": 1,
    "Noto Sans": 3,
    "Noto Serif": 1.5,
    "Noto Sans Mono": 1,
}
SIZES = {
    9: 1,
    10: 1.5,
    11: 2,
    12: 5,
    13: 6,
    14: 8,
    15: 6,
    16: 16,
    17: 5,
    18: 6,
    20: 5,
    24: 2,
    28: 1,
}

MARKUP = (  # what surrounds a few words
    ("<a style='color:#00e;text-decoration:underline'>", "</a>"),
    ("<a style='text-decoration:underline'>", "</a>"),
    ("<a style='color:#044a64;text-decoration:underline'>", "</a>"),
    ("<code style='background:#eee'>", "</code>"),
    ("<b>", "</b>"),
    ("<i>", "</i>"),
)


def _choice(rng: np.random.Generator, weights: dict[Any, float]) -> Any:
    p = np.array(list(weights.values()), dtype=float)
    return list(weights)[int(rng.choice(len(p), p=p / p.sum()))]


def _colours(rng: np.random.Generator) -> tuple[str, str]:
    kind = rng.random()
    if kind < 0.72:
        dark, light = int(rng.integers(0, 60)), int(rng.integers(240, 256))
        return f"rgb({dark},{dark},{dark})", f"rgb({light},{light},{light})"
    if kind < 0.94:
        ink = rng.integers(0, 130, 3)
        paper = 255 - rng.integers(0, 36, 3)
    else:
        ink, paper = 255 - rng.integers(0, 60, 3), rng.integers(0, 60, 3)
    return "rgb({},{},{})".format(*ink), "rgb({},{},{})".format(*paper)


def _marked(rng: np.random.Generator, text: str) -> str:
    """HTML of a text, now and then with links, code and emphasis in it as manuals have."""
    if rng.random() < 0.6:
        return html.escape(text)
    words = [html.escape(word) for word in text.split(" ")]
    for _ in range(1 + len(words) // 12):
        first = int(rng.integers(len(words)))
        last = min(first + int(rng.integers(0, 3)), len(words) - 1)
        opening, closing = MARKUP[int(rng.integers(len(MARKUP)))]
        words[first] = opening + words[first]
        words[last] = words[last] + closing
    return " ".join(words)


def page(parts: Sequence[Sequence[str]], seed: int) -> tuple[str, list[dict[str, Any]]]:
    """HTML of a sheet and what each block is; the same seed gives the same sheet."""
    rng = np.random.default_rng(seed)
    source = pieces(parts, rng)
    out, blocks = [], []
    ink, paper = _colours(rng)
    room = 0.9 * WIDTH * HEIGHT  # square pixels, to be filled at about 0.9 size^2 a character
    while room > 0:
        kind, text = next(source)
        family, size = _choice(rng, FAMILIES), _choice(rng, SIZES)
        room -= 0.9 * size**2 * len(text) + 600
        style = f"font:{size}px/{rng.uniform(1.1, 1.7):.2f} '{family}';"
        style += (
            f"max-width:{int(rng.integers(140, 940))}px;margin:{int(rng.integers(1, 14))}px 6px;"
        )
        style += f"padding:{rng.uniform(0, 6):.2f}px;"
        if rng.random() < 0.18:
            style += "font-weight:bold;"
        if rng.random() < 0.06:
            style += "font-style:italic;"
        style += "display:inline-block;vertical-align:top;"
        if rng.random() < 0.2:
            style += "color:{};background:{};".format(*_colours(rng))
        out.append(f'<div data-block style="{style}">{_marked(rng, text)}</div>')
        blocks.append({"family": family, "size": size, "kind": kind})
    head = f"<style>body{{margin:0;background:{paper};color:{ink};overflow:hidden}}</style>"
    return f"<!doctype html><meta charset=utf-8>{head}{''.join(out)}", blocks
