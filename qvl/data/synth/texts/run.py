"""A run of text where it stands: what it says, the ink of each letter, and how it is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from qvl.data.synth.texts.letters import Type, font, letters, shaped
from qvl.tasks.place import Corners

Colour = tuple[int, int, int]
Draw = Callable[[Any], None]  # on a skia.Canvas
_JOINED = range(0x0590, 0x08FF)  # Hebrew and Arabic: scripts that are set as whole runs


@dataclass(frozen=True, eq=False)
class Run:
    """Text that reads on without a break; boxes are pixels of the sheet it is drawn on.

    `ink` is float[N, 4] with a row for each letter, NaN for blanks, or one row for a run that
    was shaped as a whole.
    """

    text: str
    ink: np.ndarray
    draw: Draw

    @property
    def box(self) -> Corners:
        return _around(self.ink)

    def words(self) -> list[tuple[str, np.ndarray]]:
        """Each word with the ink of its letters; of a shaped run only a single word is known."""
        if len(self.ink) != len(self.text):
            return [(self.text, self.ink)] if " " not in self.text else []
        found, start = [], 0
        for word in self.text.split(" "):
            if word:
                found.append((word, self.ink[start : start + len(word)]))
            start += len(word) + 1
        return found


def _around(ink: np.ndarray) -> Corners:
    left, top = np.nanmin(ink[:, :2], axis=0).tolist()
    right, bottom = np.nanmax(ink[:, 2:], axis=0).tolist()
    return left, top, right, bottom


def joined(text: str) -> bool:
    """Whether letters of a text change with their neighbours and run from the right."""
    return any(ord(c) in _JOINED for c in text)


def paint(colour: Colour, alpha: float = 1.0) -> Any:
    import skia

    return skia.Paint(AntiAlias=True, Color=skia.Color(*colour, int(alpha * 255)))


def level(
    text: str, type: Type, at: tuple[float, float], colour: Colour, gaps: np.ndarray | float = 0.0
) -> Run:
    """A line from its left end on the baseline `at`; `gaps` are added after its letters."""
    import skia

    if joined(text):
        return _whole(text, type, at, colour)
    table = letters(type)
    rows = table.rows_of(text)
    steps = np.cumsum(table.advances[rows] + gaps)
    pens = np.concatenate(([0.0], steps[:-1])) + at[0]
    builder = skia.TextBlobBuilder()
    builder.allocRunPosH(font(type), table.glyphs[rows].tolist(), pens.tolist(), at[1])
    blob = builder.make()
    ink = placed(table.ink[rows], pens, np.full(len(text), at[1]))
    return Run(text, ink, lambda canvas: canvas.drawTextBlob(blob, 0, 0, paint(colour)))


def placed(ink: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Boxes around the pen moved to where the pen was; NaN where there is no ink."""
    boxes = ink + np.stack([x, y, x, y], 1)
    boxes[ink[:, 2] <= ink[:, 0]] = np.nan
    return boxes


def _whole(text: str, type: Type, at: tuple[float, float], colour: Colour) -> Run:
    """A shaped line from the left end of its ink on the baseline `at`."""
    blob, ascent, ink = shaped(text, type)
    x, y = at[0] - ink[0], at[1] - ascent
    box = np.array([ink]) + np.array((x, y, x, y))
    return Run(text, box, lambda canvas: canvas.drawTextBlob(blob, x, y, paint(colour)))


def posed(text: str, drawn: str, type: Type, poses: np.ndarray, colour: Colour) -> Run:
    """Letters each with a pose of its own, float[N, 4]: cosine, sine, and x, y of the pen.

    `drawn` are the letters that are drawn for those of `text`, one for one.
    """
    import skia

    table = letters(type)
    rows = table.rows_of(drawn)
    builder = skia.TextBlobBuilder()
    forms = [skia.RSXform(*map(float, pose)) for pose in poses]
    builder.allocRunRSXform(font(type), table.glyphs[rows].tolist(), forms)
    blob = builder.make()
    box = table.ink[rows]
    corners = box[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    cos, sin, x, y = (poses[:, i, None] for i in range(4))
    across = corners[..., 0] * cos - corners[..., 1] * sin + x
    down = corners[..., 0] * sin + corners[..., 1] * cos + y
    ink = np.stack([across.min(1), down.min(1), across.max(1), down.max(1)], 1)
    ink[box[:, 2] <= box[:, 0]] = np.nan
    return Run(text, ink, lambda canvas: canvas.drawTextBlob(blob, 0, 0, paint(colour)))
