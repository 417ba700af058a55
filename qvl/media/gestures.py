"""Clicks, drags and words drawn on a screenshot, legible on any background."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from qvl.media.draw import PALETTE, SHORTEST, font

Point = tuple[float, float]
PAPER, INK = "#1b1b1b", "white"
LINES = 4  # of one gesture's words in the strip; the rest is cut


@dataclass(frozen=True)
class Gesture:
    """Something done on a screen: pixels of the screenshot, and words for what has no place."""

    label: str
    at: Point | None = None
    to: Point | None = None  # an arrow goes there
    words: str = ""


def draw_gestures(image: Image.Image, gestures: Sequence[Gesture]) -> Image.Image:
    """A copy with a target or an arrow for each gesture, and a strip below that tells them all."""
    scale = max(1, round(SHORTEST / max(image.size)))
    out = image.convert("RGB").resize((image.width * scale, image.height * scale))
    draw, unit = ImageDraw.Draw(out), max(out.size) / 100
    many, labels = len(gestures) > 1, []
    for i, each in enumerate(gestures):
        colour = PALETTE[(i + 1) % len(PALETTE)]
        at, to = (p and (p[0] * scale, p[1] * scale) for p in (each.at, each.to))
        if at and to:
            _arrow(draw, at, to, unit, colour)
        if at:
            _target(draw, at, unit, colour)
        if place := to or at:
            labels.append((place, f"{i + 1} {each.label}" if many else each.label, colour))
    for place, text, colour in labels:  # over every mark
        _label(draw, place, text, unit, colour)
    return _with_strip(out, gestures, many, unit)


def _target(draw: ImageDraw.ImageDraw, at: Point, unit: float, colour: str) -> None:
    """A ring with a cross, whose middle is open so that what is hit stays visible."""
    x, y = at
    for radius, width, fill in (
        (2.5 * unit, 0.9 * unit, "black"),
        (2.4 * unit, 0.7 * unit, "white"),
        (2.25 * unit, 0.4 * unit, colour),
    ):
        line = max(1, round(width))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=fill, width=line)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            near, far = 0.8 * unit, 3.4 * unit
            ends = (x + dx * near, y + dy * near, x + dx * far, y + dy * far)
            draw.line(ends, fill=fill, width=max(1, round(width * 0.7)))
    dot = max(1.0, 0.3 * unit)
    draw.ellipse((x - dot, y - dot, x + dot, y + dot), fill=colour, outline="white")


def _arrow(draw: ImageDraw.ImageDraw, at: Point, to: Point, unit: float, colour: str) -> None:
    length = math.dist(at, to)
    if length < 1:
        return
    along = (to[0] - at[0]) / length, (to[1] - at[1]) / length
    for width, fill in ((1.1 * unit, "black"), (0.9 * unit, "white"), (0.5 * unit, colour)):
        tip = min(2.5 * unit, length) + width
        neck = to[0] - along[0] * (tip - width), to[1] - along[1] * (tip - width)
        draw.line((*at, *neck), fill=fill, width=max(1, round(width)))
        side = 0.5 * tip + width * 0.5
        left = neck[0] - along[1] * side, neck[1] + along[0] * side
        right = neck[0] + along[1] * side, neck[1] - along[0] * side
        end = to[0] + along[0] * width * 0.5, to[1] + along[1] * width * 0.5
        draw.polygon((left, right, end), fill=fill)


def _label(draw: ImageDraw.ImageDraw, at: Point, text: str, unit: float, colour: str) -> None:
    """A plate beside the mark, on the side where the picture has room."""
    letters = font(max(12, round(1.9 * unit)))
    width, height = draw.textbbox((0, 0), text, font=letters)[2:]
    room_x, room_y = draw.im.size if draw.im else (0, 0)
    x = at[0] + 3 * unit if at[0] + 3 * unit + width + 8 < room_x else at[0] - 3 * unit - width - 8
    y = at[1] + 3 * unit if at[1] + 3 * unit + height + 6 < room_y else at[1] - 3 * unit - height
    x, y = max(1, min(x, room_x - width - 9)), max(1, min(y, room_y - height - 7))
    draw.rectangle((x, y, x + width + 8, y + height + 6), fill=colour, outline="white")
    draw.text((x + 4, y + 2), text, fill=INK, font=letters)


def _with_strip(
    image: Image.Image, gestures: Sequence[Gesture], many: bool, unit: float
) -> Image.Image:
    letters = font(max(13, round(2.2 * unit)))
    pad = ImageDraw.Draw(image)
    room, rows = image.width - 24, []
    for i, each in enumerate(gestures):
        head = f"{i + 1}  " * many + each.label
        text = f"{head}  {each.words}" if each.words else head
        colour = PALETTE[(i + 1) % len(PALETTE)]
        rows += [(line, colour) for line in _wrapped(pad, text, letters, room)]
    height = round(pad.textbbox((0, 0), "Ag|", font=letters)[3] * 1.25) + 2
    out = Image.new("RGB", (image.width, image.height + height * len(rows) + 12), PAPER)
    out.paste(image, (0, 0))
    draw = ImageDraw.Draw(out)
    for i, (line, colour) in enumerate(rows):
        y = image.height + 6 + i * height
        draw.rectangle((4, y, 9, y + height), fill=colour)
        draw.text((16, y), line, fill=INK, font=letters)
    return out


def _wrapped(draw: ImageDraw.ImageDraw, text: str, letters: object, room: float) -> list[str]:
    """Lines no wider than `room`, broken anywhere: typed text need not have blanks."""
    lines, line = [], ""
    for sign in text.replace("\n", "↵").replace("\t", "⇥"):
        if line and draw.textlength(line + sign, font=letters) > room:  # type: ignore[arg-type]
            lines.append(line)
            line = ""
        line += sign
        if len(lines) == LINES:
            return [*lines[:-1], lines[-1][:-3] + "..."]
    return [*lines, line]
