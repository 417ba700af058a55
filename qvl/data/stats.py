"""What is in shards: counts by family, language and licence, sizes, words and tokens."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qvl.data import sidecar
from qvl.data.answers import written
from qvl.data.pictures import seen_of
from qvl.data.records import Facts, Record
from qvl.data.shards import stream
from qvl.messages import Text

_QUANTILES = (0.0, 0.5, 0.9, 1.0)


def stats(shards: Sequence[Path], count: Callable[[str], int] | None = None) -> dict[str, Any]:
    """Sums over all records of shards; `count` counts the tokens of a text."""
    rows = [row for path in shards for row in sidecar.rows_of(path)]
    told: dict[str, Any] = {
        "shards": len(shards),
        "records": len(rows),
        "bytes": sum(path.stat().st_size for path in shards),
        "pictures": sum(len(row["widths"]) for row in rows),
        "words": sum(row["words"] for row in rows),
        "characters": sum(row["characters"] for row in rows),
        "vision_tokens": sum(row["vision_tokens"] for row in rows),
    }
    if count:
        texts = (text for record, _ in stream(list(shards)) for text in _texts(record))
        told["text_tokens"] = sum(map(count, texts))
    for name in ("family", "language", "licence"):
        counts = Counter(row[name] for row in rows)
        told[name] = dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
    for name, column in (("width", "widths"), ("height", "heights")):
        told[name] = _spread([side for row in rows for side in row[column]])
    told["answer_words"] = _spread([row["words"] for row in rows])
    return told


def _texts(record: Record) -> list[str]:
    """All texts of a record, facts as they are written at the released limits."""
    texts = [part.text for part in record.parts() if isinstance(part, Text)]
    facts = [part for part in record.parts() if isinstance(part, Facts)]
    return texts + [written(each, seen_of(record, each.of)) for each in facts]


def _spread(values: list[int]) -> dict[str, int]:
    """The least, the middle, nine of ten, the most."""
    ordered = sorted(values)
    names = ("least", "median", "p90", "most")
    last = len(ordered) - 1
    return {n: ordered[round(q * last)] for n, q in zip(names, _QUANTILES, strict=True) if ordered}
