"""The curriculum: what nano learns from, in which order, and when it goes on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import finding
import lessons
import numpy as np
import pictures

Maker = Callable[[Any, np.random.Generator], Any]


@dataclass(frozen=True)
class Stage:
    """A mixture of batch makers, by weight; left when the smoothed `figure` reaches `until`."""

    name: str
    mixture: tuple[tuple[str, float], ...]
    watch: str = ""  # maker whose figure decides
    figure: str = ""
    until: float = 2.0


MAKERS: dict[str, Maker] = {
    "characters": lambda bank, rng: pictures.characters(bank.pictures, rng),
    "strings": lambda bank, rng: pictures.strings(bank.pictures, rng),
    "windows": lambda bank, rng: pictures.windows(bank.pictures, rng),
    "scenes": lambda bank, rng: pictures.scenes(bank.pictures, rng),
    "letters": lessons.letters,
    "words": lessons.words,
    "lines": lessons.lines,
    "paragraphs": lessons.paragraphs,
    "spotting": lessons.spotting,
    "records": lessons.records,
    "pointing": finding.pointing,
    "grounding": finding.grounding,
}
STAGES = (
    Stage("characters", (("characters", 1.0),), "characters", "glyph", 0.70),
    Stage("strings", (("strings", 0.8), ("characters", 0.2)), "strings", "glyph", 0.45),
    Stage(
        "windows",
        (("windows", 0.62), ("strings", 0.08), ("scenes", 0.3)),
        "windows",
        "glyph",
        0.55,
    ),
    Stage(
        "letters",
        (("windows", 0.4), ("letters", 0.3), ("scenes", 0.2), ("words", 0.1)),
        "letters",
        "token",
        0.66,
    ),
    Stage(
        "words",
        (
            ("words", 0.30),
            ("letters", 0.04),
            ("windows", 0.36),
            ("scenes", 0.12),
            ("pointing", 0.18),
        ),
        "words",
        "token",
        0.62,
    ),
    Stage(
        "all",
        (
            ("words", 0.05),
            ("lines", 0.11),
            ("paragraphs", 0.30),
            ("records", 0.12),
            ("spotting", 0.08),
            ("pointing", 0.06),
            ("grounding", 0.12),
            ("windows", 0.09),
            ("scenes", 0.07),
        ),
    ),
)
