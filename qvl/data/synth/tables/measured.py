"""Tables of numbers: names in the first column, measures or years in the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qvl.data.synth.charts import invent
from qvl.data.synth.charts.invent import GROUPS, MEASURES, TIMES, Measure, Rng, pick
from qvl.data.synth.charts.words import word
from qvl.data.synth.tables.sheet import Cell, Row, Sheet, number

MONEY = ("USD", "EUR", "GBP", "JPY", "CNY")
_EMPTY = ("", "–", "n/a")


@dataclass(frozen=True)
class _Numbers:
    """How the numbers of a table are written, and what stands where one is missing."""

    language: str
    decimals: int
    symbol: str
    empty: str

    def cell(self, value: Decimal | None, *, header: bool = False) -> Cell:
        if value is None:
            return Cell(self.empty, number=True)
        return Cell(self.text(value), header, number=True)

    def text(self, value: Decimal) -> str:
        return number(value, self.language, self.decimals, self.symbol)


def _numbers(rng: Rng, language: str, measure: Measure) -> _Numbers:
    money = any(unit in "$€" or unit[-1] in "$€" for unit in measure.units if unit)
    symbol = pick(rng, MONEY) if money and rng.random() < 0.5 else ""
    return _Numbers(language, measure.decimals, symbol, pick(rng, _EMPTY))


def _drawn(
    rng: Rng, measure: Measure, rows: int, columns: int, missing: float
) -> list[list[Decimal | None]]:
    """Decimals of a measure, a share of which is missing."""
    found = [invent.series(rng, rows, measure, ordered=False) for _ in range(columns)]
    return [
        [
            None if rng.random() < missing else Decimal(f"{column[row]:.{measure.decimals}f}")
            for column in found
        ]
        for row in range(rows)
    ]


def plain(rng: Rng, language: str) -> Sheet:
    """One header row, now and then with totals below."""
    measure, group = pick(rng, MEASURES), pick(rng, GROUPS)
    names = invent.labels(rng, group, language, int(rng.integers(3, 12)))
    other = pick(rng, [g for g in (*TIMES, *GROUPS) if g != group])
    columns = invent.labels(rng, other, language, int(rng.integers(2, 7)))
    missing = pick(rng, (0, 0, 0.12))
    values = _drawn(rng, measure, len(names), len(columns), missing)
    how = _numbers(rng, language, measure)
    head = tuple(Cell(text, header=True) for text in (word("head", group, language), *columns))
    return _sheet("plain", rng, (measure, how), (head,), (names, columns), values)


def levels(rng: Rng, language: str) -> Sheet:
    """A header of two rows: measures or groups above years or quarters."""
    measure, group = pick(rng, MEASURES), pick(rng, GROUPS)
    names = invent.labels(rng, group, language, int(rng.integers(3, 9)))
    above = invent.labels(
        rng, pick(rng, [g for g in GROUPS if g != group]), language, pick(rng, (2, 3))
    )
    below = invent.labels(rng, pick(rng, ("year", "quarter")), language, pick(rng, (2, 2, 3)))
    top = [Cell(word("head", group, language), header=True, rows=2)]
    top += [Cell(text, header=True, columns=len(below)) for text in above]
    second = tuple(Cell(text, header=True) for _ in above for text in below)
    columns = tuple(f"{a}, {b}" for a in above for b in below)
    values = _drawn(rng, measure, len(names), len(columns), pick(rng, (0, 0.1)))
    how = _numbers(rng, language, measure)
    return _sheet("levels", rng, (measure, how), (tuple(top), second), (names, columns), values)


def grouped(rng: Rng, language: str) -> Sheet:
    """Rows in groups whose name spans them."""
    measure, outer = pick(rng, MEASURES), pick(rng, ("country", "city", "team"))
    inner = pick(rng, ("product", "source", "transport", "subject"))
    groups = invent.labels(rng, outer, language, pick(rng, (2, 3)))
    count = pick(rng, (2, 3))
    years = invent.labels(rng, "year", language, int(rng.integers(2, 5)))
    how = _numbers(rng, language, measure)
    heads = (word("head", outer, language), word("head", inner, language), *years)
    rows: list[Row] = [tuple(Cell(text, header=True) for text in heads)]
    names: list[str] = []
    values = _drawn(rng, measure, len(groups) * count, len(years), 0)
    for group in groups:
        for at, name in enumerate(invent.labels(rng, inner, language, count)):
            first = (Cell(group, header=True, rows=count),) if not at else ()
            cells = tuple(how.cell(v) for v in values[len(names)])
            rows.append((*first, Cell(name), *cells))
            names.append(f"{group}, {name}")
    return Sheet(
        "grouped",
        language,
        _caption(rng, language, measure),
        tuple(rows),
        1,
        tuple(names),
        years,
        _texts(how, values),
        tuple(map(tuple, values)),
        how.decimals,
        how.symbol,
    )


def statement(rng: Rng, language: str) -> Sheet:
    """Revenue, costs and what is left of them, by quarter or year; losses in brackets."""
    periods = invent.labels(rng, pick(rng, ("quarter", "year")), language, pick(rng, (3, 4)))
    words = [word("measure", key, language) for key in ("revenue", "costs", "profit")]
    how = _Numbers(language, 0, pick(rng, ("", *MONEY)), "–")
    revenue = [Decimal(int(v)) for v in rng.integers(200, 90000, len(periods))]
    costs = [
        Decimal(int(float(r) * f))
        for r, f in zip(revenue, rng.uniform(0.6, 1.15, len(periods)), strict=True)
    ]
    profit = [r - c for r, c in zip(revenue, costs, strict=True)]
    rows: list[Row] = [(Cell("", header=True), *(Cell(p, header=True) for p in periods))]
    values = [revenue, costs, profit]
    texts = tuple(tuple(_signed(how, v) for v in line) for line in values)
    for at, (name, line) in enumerate(zip(words, texts, strict=True)):
        cells = (Cell(text, header=at == 2, number=True) for text in line)
        rows.append((Cell(name, header=at == 2), *cells))
    caption = f"{words[0]} – {words[2]}"
    return Sheet(
        "statement",
        language,
        caption,
        tuple(rows),
        1,
        tuple(words),
        periods,
        texts,
        tuple(map(tuple, values)),
        0,
        how.symbol,
    )


def _signed(how: _Numbers, value: Decimal) -> str:
    return f"({how.text(-value)})" if value < 0 else how.text(value)


def _sheet(
    kind: str,
    rng: Rng,
    about: tuple[Measure, _Numbers],
    heads: tuple[Row, ...],
    labels: tuple[Sequence[str], Sequence[str]],
    values: list[list[Decimal | None]],
) -> Sheet:
    """Header rows, a row a name, and sometimes a row of sums where nothing is missing."""
    (measure, how), (names, columns) = about, labels
    bold = rng.random() < 0.4
    rows = [*heads]
    for name, line in zip(names, values, strict=True):
        rows.append((Cell(name, header=bold), *(how.cell(v) for v in line)))
    full = [[v for v in line if v is not None] for line in zip(*values, strict=True)]
    if all(len(line) == len(values) for line in full) and rng.random() < 0.3:
        sums = (how.cell(sum(line, Decimal(0)), header=True) for line in full)
        rows.append((Cell(word("head", "total", how.language), header=True), *sums))
    caption = _caption(rng, how.language, measure)
    return Sheet(
        kind,
        how.language,
        caption,
        tuple(rows),
        len(heads),
        tuple(names),
        tuple(columns),
        _texts(how, values),
        tuple(map(tuple, values)),
        how.decimals,
        how.symbol,
    )


def _texts(how: _Numbers, values: list[list[Decimal | None]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(how.cell(v).text for v in line) for line in values)


def _caption(rng: Rng, language: str, measure: Measure) -> str:
    what = word("measure", measure.key, language)
    unit = pick(rng, measure.units)
    return f"{what} ({unit})" if unit and unit[-1] not in "$€" else what


SHEETS: tuple[Callable[[Rng, str], Sheet], ...] = (plain, plain, levels, grouped, statement)
