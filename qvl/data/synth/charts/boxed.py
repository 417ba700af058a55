"""A drawn figure as a picture, and where everything in it stands, in pixels of the picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.synth.charts.chart import Chart
from qvl.data.synth.charts.panel import Mark

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Element:
    """A part of the picture; `written`: `text` are the words that stand there."""

    role: str
    text: str
    box: Box
    written: bool


@dataclass(frozen=True)
class Drawn:
    """A picture and the parts of each of its panels."""

    image: Image.Image
    panels: tuple[tuple[Element, ...], ...]

    @property
    def elements(self) -> tuple[Element, ...]:
        return tuple(each for panel in self.panels for each in panel)

    def fault(self) -> str:
        """Why the picture is no good lesson: words off the picture or on top of others; or ""."""
        words = [each for each in self.elements if each.written]
        boxes = np.array([each.box for each in words]).reshape(-1, 4)
        wide, high = self.image.size
        if (boxes[:, :2] < -1).any() or (boxes[:, 2] > wide + 1).any():
            return "words off the picture"
        if (boxes[:, 3] > high + 1).any():
            return "words off the picture"
        if _crossing(boxes):
            return "words on words"
        legends = [each.box for each in self.elements if each.role == "legend"]
        others = [each.box for each in words if each.role != "legend entry"]
        hidden = any(_crossing(np.array([legend, box])) for legend in legends for box in others)
        return "legend on words" if hidden else ""


@dataclass(frozen=True)
class Shown:
    """Charts of one figure as they were drawn; `style` names how."""

    charts: tuple[Chart, ...]
    title: str  # above all panels, "" where there is none
    drawn: Drawn
    style: str

    def clip(self, box: Box) -> Box:
        """The part of a box that is on the picture."""
        wide, high = self.drawn.image.size
        left, top, right, bottom = box
        return max(left, 0.0), max(top, 0.0), min(right, float(wide)), min(bottom, float(high))


def _crossing(boxes: np.ndarray) -> bool:
    """Whether two boxes share more than a tenth of the smaller one."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = (high - low).clip(0).prod(-1)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(-1)
    limit = 0.1 * np.minimum(area[:, None], area[None, :])
    np.fill_diagonal(shared, 0)
    return bool((shared > limit).any())


def boxed(figure: Any, panels: Sequence[Sequence[Mark]]) -> Drawn:
    """The figure drawn once; boxes are those of matplotlib's renderer."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    image = Image.fromarray(np.ascontiguousarray(pixels))
    found = []
    for marks in panels:
        ticks = [each for mark in marks if mark.role == "plot area" for each in _ticks(mark.artist)]
        elements = [_element(mark, renderer, image.height) for mark in (*marks, *ticks)]
        found.append(tuple(each for each in elements if each is not None))
    return Drawn(image, tuple(found))


def _ticks(axes: Any) -> Iterator[Mark]:
    """The labels beside the axes; matplotlib keeps more of them, beyond the ends."""
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if low <= tick.get_loc() <= high and tick.label1.get_text():
                yield Mark("tick", tick.label1.get_text(), tick.label1)


def _element(mark: Mark, renderer: Any, height: int) -> Element | None:
    """None for what is not seen."""
    found = mark.artist.get_window_extent(renderer)
    if found.width <= 0 or found.height <= 0:
        return None
    box = (found.x0, height - found.y1, found.x1, height - found.y0)
    left, top, right, bottom = (float(round(c, 2)) for c in box)
    return Element(mark.role, mark.text, (left, top, right, bottom), mark.written)
