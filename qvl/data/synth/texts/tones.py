"""Colours of grounds and inks that can be read, and lines and areas to draw below text."""

from typing import Any

import numpy as np

from qvl.data.synth.texts.run import Colour, Draw, paint
from qvl.tasks.place import Corners


def pick(rng: np.random.Generator, choices: Any) -> Any:
    """One of a sequence; of a mapping, a key as often as its value says."""
    if isinstance(choices, dict):
        weights = np.array(list(choices.values()), float)
        return list(choices)[int(rng.choice(len(weights), p=weights / weights.sum()))]
    return choices[int(rng.integers(len(choices)))]


def shade(rng: np.random.Generator, low: int, high: int, grey: bool = False) -> Colour:
    """A colour with each part between two numbers."""
    red, green, blue = (int(c) for c in rng.integers(low, high + 1, 3))
    return (red, red, red) if grey else (red, green, blue)


TONES = {"white": 5, "paper": 2, "grey": 1, "tinted": 2, "dark": 2, "vivid": 1}


def tones(rng: np.random.Generator, name: str) -> tuple[Colour, Colour, Colour]:
    """Ground, ink and accent of a named tone."""
    if name == "white":
        level = int(rng.integers(244, 256))
        return (level, level, level), shade(rng, 0, 60, grey=True), shade(rng, 0, 130)
    if name == "paper":
        warm = int(rng.integers(0, 30))
        return (
            (252, 248 - warm // 3, 240 - warm),
            shade(rng, 15, 60),
            (120, int(rng.integers(20, 70)), 20),
        )
    if name == "grey":
        level = int(rng.integers(205, 235))
        return (level, level, level), shade(rng, 0, 50, grey=True), shade(rng, 0, 90)
    if name == "tinted":
        return shade(rng, 205, 255), shade(rng, 0, 75), shade(rng, 0, 90)
    if name == "dark":
        return (
            shade(rng, 8, 48),
            shade(rng, 205, 255, grey=bool(rng.random() < 0.6)),
            shade(rng, 160, 255),
        )
    hue = shade(rng, 0, 255)
    light = sum(np.array(hue) * (0.3, 0.59, 0.11)) > 140
    return (
        hue,
        ((10, 10, 10) if light else (252, 252, 252)),
        ((50, 0, 0) if light else (255, 240, 200)),
    )


def area(box: Corners, colour: Colour, radius: float = 0.0) -> Draw:
    def draw(canvas: Any) -> None:
        import skia

        canvas.drawRoundRect(skia.Rect.MakeLTRB(*map(float, box)), radius, radius, paint(colour))

    return draw


def frame(box: Corners, colour: Colour, width: float = 1.0) -> Draw:
    def draw(canvas: Any) -> None:
        import skia

        line = paint(colour)
        line.setStyle(skia.Paint.kStroke_Style)
        line.setStrokeWidth(width)
        canvas.drawRect(skia.Rect.MakeLTRB(*map(float, box)), line)

    return draw


def rule(
    start: tuple[float, float], end: tuple[float, float], colour: Colour, width: float = 1.0
) -> Draw:
    def draw(canvas: Any) -> None:
        line = paint(colour)
        line.setStrokeWidth(width)
        canvas.drawLine(*map(float, start), *map(float, end), line)

    return draw
