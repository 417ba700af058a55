"""Tables of words, times and marks: timetables, calendars, price lists, departures."""

from collections.abc import Callable
from decimal import Decimal

from qvl.data.synth.charts import invent
from qvl.data.synth.charts.invent import Rng, pick
from qvl.data.synth.charts.words import names, word
from qvl.data.synth.tables.sheet import Cell, Row, Sheet, number


def _columns(*texts: str) -> Row:
    return tuple(Cell(text, header=True) for text in texts)


def lessons(rng: Rng, language: str) -> Sheet:
    """A timetable: subjects by day and hour; double lessons span two rows, some hours are free."""
    days, hours = names("day", language)[:5], int(rng.integers(4, 7))
    subjects = names("subject", language)
    texts = [["" for _ in days] for _ in range(hours)]
    spans = [[1 for _ in days] for _ in range(hours)]
    for day in range(len(days)):
        hour = 0
        while hour < hours:
            length = 2 if rng.random() < 0.25 and hour + 2 <= hours else 1
            subject = pick(rng, subjects) if rng.random() < 0.85 else ""
            for part in range(length):
                texts[hour + part][day] = subject
                spans[hour + part][day] = length if not part else 0
            hour += length
    start = int(rng.integers(7, 10))
    times = tuple(f"{start + i}:00–{start + i}:45" for i in range(hours))
    rows: list[Row] = [(Cell("", header=True), *_columns(*days))]
    for hour, time in enumerate(times):
        cells = [
            Cell(texts[hour][day], rows=spans[hour][day])
            for day in range(len(days))
            if spans[hour][day]
        ]
        rows.append((Cell(time, header=True), *cells))
    told = tuple(map(tuple, texts))
    return Sheet("lessons", language, "", tuple(rows), 1, times, days, told)


def calendar(rng: Rng, language: str) -> Sheet:
    """A month by weeks, with its name above all columns."""
    import calendar as almanac

    year, month = int(rng.integers(1990, 2040)), int(rng.integers(1, 13))
    days = names("day", language)
    title = f"{names('month', language)[month - 1]} {year}"
    weeks = almanac.Calendar().monthdayscalendar(year, month)
    texts = tuple(tuple(str(day) if day else "" for day in week) for week in weeks)
    rows = ((Cell(title, header=True, columns=7),), _columns(*days))
    rows += tuple(tuple(Cell(text, number=True) for text in week) for week in texts)
    names_ = tuple(str(i + 1) for i in range(len(weeks)))
    return Sheet("calendar", language, "", rows, 2, names_, days, texts)


def prices(rng: Rng, language: str) -> Sheet:
    """Things bought: amount, price and sum of each, and the total across all columns but one."""
    things = invent.some(rng, names("product", language), int(rng.integers(3, 8)))
    symbol = pick(rng, ("USD", "EUR", "GBP"))
    counts = [Decimal(int(n)) for n in rng.integers(1, 40, len(things))]
    each = [Decimal(f"{p:.2f}") for p in rng.uniform(0.3, 60, len(things))]
    sums = [n * p for n, p in zip(counts, each, strict=True)]
    heads = (
        word("head", "product", language),
        word("head", "amount", language),
        word("measure", "price", language),
        word("head", "total", language),
    )
    values = tuple(zip(counts, each, sums, strict=True))
    texts = tuple(
        (str(n), number(p, language, 2, symbol), number(s, language, 2, symbol))
        for n, p, s in values
    )
    rows: list[Row] = [_columns(*heads)]
    rows += [
        (Cell(thing), *(Cell(text, number=True) for text in line))
        for thing, line in zip(things, texts, strict=True)
    ]
    whole = number(sum(sums, Decimal(0)), language, 2, symbol)
    rows.append((Cell(heads[3], header=True, columns=3), Cell(whole, header=True, number=True)))
    return Sheet(
        "prices", language, "", tuple(rows), 1, things, heads[1:], texts, values, 2, symbol
    )


def departures(rng: Rng, language: str) -> Sheet:
    """Trains: a time, where to, which, and the platform."""
    count = int(rng.integers(4, 12))
    cities = invent.some(rng, names("city", language), count)
    minutes = sorted(rng.permutation(24 * 60)[:count].tolist())
    times = tuple(f"{m // 60:02d}:{m % 60:02d}" for m in minutes)
    lines = tuple(f"{pick(rng, ('IC', 'RE', 'S', 'EC'))} {rng.integers(1, 999)}" for _ in cities)
    tracks = tuple(f"{rng.integers(1, 25)}{pick(rng, ('', '', 'a', 'b'))}" for _ in cities)
    heads = (
        word("head", "start", language),
        word("head", "to", language),
        word("head", "transport", language),
        word("head", "track", language),
    )
    texts = tuple(zip(cities, lines, tracks, strict=True))
    rows: list[Row] = [_columns(*heads)]
    rows += [(Cell(t), *map(Cell, line)) for t, line in zip(times, texts, strict=True)]
    return Sheet("departures", language, "", tuple(rows), 1, times, heads[1:], texts)


def marks(rng: Rng, language: str) -> Sheet:
    """What each of some things has: marks for yes and no."""
    yes, no = pick(rng, (("✓", ""), ("✓", "✗"), ("•", "–"), ("x", "")))
    rows_of, columns_of = pick(
        rng, (("product", "country"), ("team", "tongue"), ("city", "transport"))
    )
    left = invent.labels(rng, rows_of, language, int(rng.integers(3, 9)))
    top = invent.labels(rng, columns_of, language, int(rng.integers(2, 6)))
    texts = tuple(tuple(yes if rng.random() < 0.55 else no for _ in top) for _ in left)
    rows: list[Row] = [_columns(word("head", rows_of, language), *top)]
    rows += [(Cell(n), *map(Cell, line)) for n, line in zip(left, texts, strict=True)]
    return Sheet("marks", language, "", tuple(rows), 1, left, top, texts)


def facts(rng: Rng, language: str) -> Sheet:
    """One thing and its measures: names to the left, values to the right, one name above."""
    title = pick(rng, names(pick(rng, ("country", "city")), language))
    chosen = [
        invent.MEASURES[i]
        for i in rng.permutation(len(invent.MEASURES))[: int(rng.integers(4, 10))]
    ]
    rows: list[Row] = [(Cell(title, header=True, columns=2),)]
    texts, left = [], []
    for measure in chosen:
        value = Decimal(f"{rng.uniform(measure.low, measure.high):.{measure.decimals}f}")
        unit = pick(rng, measure.units)
        told = number(value, language, measure.decimals)
        text = f"{told} {unit}" if unit else told
        left.append(word("measure", measure.key, language))
        texts.append((text,))
        rows.append((Cell(left[-1], header=True), Cell(text, number=True)))
    return Sheet("facts", language, "", tuple(rows), 1, tuple(left), (title,), tuple(texts))


SHEETS: tuple[Callable[[Rng, str], Sheet], ...] = (
    *(lessons, calendar, prices, departures, marks, facts),
)
