"""A chart before it is drawn: its numbers and its words, which are the whole truth about it."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property


@dataclass(frozen=True)
class Chart:
    """Rows of numbers with names: `values[row][column]`, in steps of 10 ** -decimals.

    What the rows are depends on the kind: months of a line, bins of a histogram, tasks of a Gantt
    chart (whose columns are start and end), flows of a Sankey diagram ("from" and "to" joined by
    ARROW). Points without names have names of no length.
    """

    kind: str
    language: str
    title: str
    head: str  # of the column of names: "Month", "Country"
    names: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    decimals: int
    measure: str  # what the numbers are: "Revenue"
    unit: str = ""  # "%", "mm", "" for plain counts
    ordered: bool = False  # whether the order of the rows means something: months, ages
    note: str = ""  # a line below, such as where the numbers come from
    rows: tuple[str, ...] = ()  # names as a table has them, where they differ from what is drawn
    samples: tuple[tuple[float, ...], ...] = ()  # what a box or a histogram is made of

    def text(self, value: float) -> str:
        """A number as charts and tables write it: a point, no signs between thousands."""
        return f"{value:z.{self.decimals}f}"

    def exact(self, row: int, column: int) -> Decimal:
        return Decimal(self.text(self.values[row][column]))

    @cached_property
    def measured(self) -> str:
        """The measure with its unit, as an axis names it."""
        return f"{self.measure} ({self.unit})" if self.unit else self.measure

    def table(self) -> list[list[str]]:
        """Header and rows, as text: what a reader should make of the chart."""
        body = [[self.text(value) for value in row] for row in self.values]
        if not any(self.names):
            return [list(self.columns), *body]
        names = self.rows or self.names
        if ARROW in names[0]:
            ends = [name.split(ARROW) for name in names]
            heads = self.head.split(ARROW)
            rows = [[*two, *row] for two, row in zip(ends, body, strict=True)]
            return [[*heads, *self.columns], *rows]
        return [[self.head, *self.columns], *([n, *r] for n, r in zip(names, body, strict=True))]


ARROW = " → "
