"""The labels of forms, invoices and receipts, in eleven languages; they stand in `words.tsv`."""

import csv
from functools import cache
from importlib.resources import files


@cache
def _table() -> dict[str, dict[str, str]]:
    text = files("qvl.data.synth.forms").joinpath("words.tsv").read_text(encoding="utf-8")
    return {row["key"]: row for row in csv.DictReader(text.splitlines(), delimiter="\t")}


def label(key: str, language: str) -> str:
    """KeyError for a key or a language that the table does not have."""
    return _table()[key][language]
