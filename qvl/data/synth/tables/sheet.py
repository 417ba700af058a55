"""A table before it is drawn: cells with their spans, and its numbers."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qvl.data.pages import cell


@dataclass(frozen=True)
class Cell:
    """`rows` and `columns` are what it spans; numbers stand to the right."""

    text: str
    header: bool = False
    rows: int = 1
    columns: int = 1
    number: bool = False


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """A table, and its inner part as questions see it.

    `texts[row][column]` is what stands there, "" where a cell is empty; `values` are the same as
    numbers, None where there is none. Neither has the rows of totals.
    """

    kind: str
    language: str
    caption: str
    rows: tuple[Row, ...]
    heads: int  # rows of the header
    names: tuple[str, ...]
    columns: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    values: tuple[tuple[Decimal | None, ...], ...] = ()
    decimals: int = 0
    symbol: str = ""  # of a currency, after which numbers are written

    @property
    def spanned(self) -> bool:
        return any(c.rows > 1 or c.columns > 1 for row in self.rows for c in row)

    def facts(self) -> dict[str, Any]:
        """The table as `qvl.data.pages` writes it."""
        return {
            "rows": [
                [cell(c.text, header=c.header, rows=c.rows, columns=c.columns) for c in row]
                for row in self.rows
            ]
        }


def number(value: Decimal, language: str, decimals: int, symbol: str = "") -> str:
    """A number as a language writes it, with a currency where it has one."""
    from babel.numbers import format_currency, format_decimal

    from qvl.data.synth.charts.words import locale

    digits = f".{'0' * decimals}" if decimals else ""
    if symbol:
        pattern = f"¤#,##0{digits}" if language in ("en", "zh", "ja", "ko") else f"#,##0{digits} ¤"
        told = format_currency(
            value, symbol, pattern, locale=locale(language), currency_digits=False
        )
    else:
        told = format_decimal(value, f"#,##0{digits}", locale=locale(language))
    return told.replace("\u00a0", " ").replace("\u202f", " ").replace("\u200f", "").strip()
