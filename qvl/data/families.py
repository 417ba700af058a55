"""The families of training data: where each is made, and how much of it a profile holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from qvl.data.filters import RULES, VERSION, Filtered
from qvl.data.work import Plan, Stage

PROFILES = {"ci": 1, "small": 20, "full": 1000}  # times the records of "ci"


@dataclass(frozen=True)
class Family:
    """A generator by name, "module:function", and the items that `ci` makes of it."""

    home: str
    items: int
    version: int = 1  # raised when a generator draws something else from the same seed
    reads: bool = False  # from fetched packages, below a folder it is told as `cache`

    def stage(self, cache: Path) -> Stage:
        module, _, name = self.home.partition(":")
        made: Any = getattr(import_module(module), name)
        return partial(made, cache=cache) if self.reads else made


FAMILIES = {
    "charts": Family("qvl.data.synth.charts.stage:charts", 700, version=2),
    "tables": Family("qvl.data.synth.tables.stage:tables", 700, version=2),
    "geometry": Family("qvl.data.synth.geometry.stage:geometry", 500),
    "plots": Family("qvl.data.synth.plots.stage:plots", 300),
    "maths": Family("qvl.data.synth.maths.stage:maths", 600),
    "documents": Family("qvl.data.synth.documents.stage:pages", 500, version=2, reads=True),
    "books": Family("qvl.data.synth.documents.books:books", 200, version=2, reads=True),
    "webpages": Family("qvl.data.synth.documents.web:webpages", 280, reads=True),
    "forms": Family("qvl.data.synth.forms.stage:forms", 500, reads=True),
    "pasted": Family("qvl.data.synth.pasting.stage:pasted", 700, reads=True),
    "maps": Family("qvl.data.synth.atlas.stage:mapped", 400, reads=True),
    "captions": Family("qvl.data.synth.captions.stage:captioned", 500, version=2, reads=True),
    "passages": Family("qvl.data.synth.passages.stage:passage", 500, reads=True),
    "sheets": Family("qvl.data.synth.sheets:sheet", 200, reads=True),
    "lines": Family("qvl.data.synth.texts.stage:lines", 400, reads=True),
    "pages": Family("qvl.data.synth.texts.stage:pages", 300, reads=True),
    "upright": Family("qvl.data.synth.texts.stage:upright", 300, reads=True),
    "hand": Family("qvl.data.synth.texts.stage:hand", 300, reads=True),
    "scenes": Family("qvl.data.synth.texts.stage:scenes", 300, reads=True),
}


def chosen(names: Iterable[str]) -> list[str]:
    """Families by name, all where none is named; ValueError names one that is not there."""
    names = list(dict.fromkeys(names)) or list(FAMILIES)
    for name in names:
        if name not in FAMILIES:
            raise ValueError(f"{name!r} is no family; there are {', '.join(FAMILIES)}")
    return names


def plan_of(name: str, items: int, per_shard: int, seed: int) -> Plan:
    """Shards of `per_shard` items, the last one shorter."""
    family = FAMILIES[name]
    whole, rest = divmod(items, per_shard)
    shards = (per_shard,) * whole + ((rest,) if rest else ())
    told = {"home": family.home, "version": family.version, "rules": VERSION}
    return Plan(name, shards, seed, told)


def stage_of(name: str, cache: Path) -> Stage:
    """The generator with all rules behind it: what it gets wrong is kept apart, with the reason."""
    return Filtered(FAMILIES[name].stage(cache), RULES)
