"""What a drawn panel is made of, and the parts that most kinds share."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qvl.data.synth.charts.chart import Chart
from qvl.data.synth.charts.look import DASHES, HATCHES, MARKERS, Look


@dataclass(frozen=True)
class Mark:
    """A part of a drawing: what it is, what it says or stands for, and matplotlib's object."""

    role: str  # "title", "legend", "bar", ...
    text: str
    artist: Any
    written: bool = True  # whether `text` stands there as words


@dataclass
class Panel:
    """Axes with what was drawn in them."""

    axes: Any
    chart: Chart
    look: Look
    colours: list[Any]
    marks: list[Mark] = field(default_factory=list)

    @property
    def rows(self) -> np.ndarray:
        return np.arange(len(self.chart.names))

    def column(self, at: int = 0) -> np.ndarray:
        return np.array([row[at] for row in self.chart.values])

    def add(self, role: str, text: str, artist: Any, *, written: bool = False) -> None:
        self.marks.append(Mark(role, text, artist, written))

    def hatch(self, at: int) -> str | None:
        return HATCHES[at % len(HATCHES)] if self.look.hatched else None

    def stroke(self, at: int) -> dict[str, Any]:
        """Colour, marker and dash of the line of a column."""
        dash = DASHES[at % 4] if self.look.hatched else "-"
        marker = MARKERS[at % len(MARKERS)] if self.look.marked else None
        return {"color": self.colours[at], "marker": marker, "linestyle": dash}

    def say(self, x: float, y: float, value: float, **how: Any) -> None:
        """A number beside its mark, if this look has them."""
        if self.look.valued:
            told = self.chart.text(value)
            self.add("number", told, self.axes.text(x, y, told, **how), written=True)

    def name_rows(self, axis: str = "x") -> None:
        """The names of the rows on an axis, and the measure on the other."""
        other = "y" if axis == "x" else "x"
        getattr(self.axes, f"set_{axis}ticks")(self.rows, list(self.chart.names))
        getattr(self.axes, f"set_{axis}label")(self.chart.head)
        getattr(self.axes, f"set_{other}label")(self.chart.measured)

    def room(self, axis: str = "y") -> None:
        """Some room above the highest mark, for the numbers there."""
        low, high = getattr(self.axes, f"get_{axis}lim")()
        if self.look.valued:
            getattr(self.axes, f"set_{axis}lim")(low, high + 0.1 * (high - low))

    def fills(self) -> list[Any]:
        """A colour a row, or one for all."""
        count = len(self.chart.names)
        return self.colours[:count] if self.look.colours > 1 else self.colours[:1] * count

    def chart_top(self) -> float:
        """The highest sum of a row."""
        return max(sum(row) for row in self.chart.values)
