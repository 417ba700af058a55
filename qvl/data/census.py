"""The costs of all records of a shard, as arrays.

Row: a record and where its bytes stand. Unit: a sample, which the plan draws. Draw: one way to
read it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from qvl.data.costs import Found, Rule
from qvl.data.index import Entry, Member
from qvl.data.reading import Reading

_ROW = [("first", "i8"), ("members", "i4")]
_MEMBER = [("name", "i4"), ("offset", "i8"), ("size", "i8"), ("crc", "u4")]
_UNIT = [("row", "i4"), ("first", "i8"), ("draws", "i4")]
_DRAW = [
    *(("tokens", "i4"), ("labels", "i4"), ("start", "i4"), ("stop", "i4")),  # stop -1: the end
    *(("fps", "f8"), ("max_pixels", "i8"), ("first", "i8"), ("grids", "i4")),  # 0: none
]
ARRAYS = ("rows", "keys", "members", "units", "draws", "grids")
Counted = tuple[Entry, Found]


@dataclass(frozen=True)
class Census:
    """Arrays of structured rows; `first` and the number after it tell a span of the next array."""

    rows: np.ndarray
    keys: np.ndarray
    members: np.ndarray
    units: np.ndarray
    draws: np.ndarray
    grids: np.ndarray  # int32[media, 3]
    names: tuple[str, ...]  # of members
    left_out: tuple[tuple[str, str, str], ...]  # key, kind, reason

    @classmethod
    def of(cls, counted: Iterable[Counted]) -> Self:
        rows, keys, members, samples, draws, grids, left_out = [], [], [], [], [], [], []
        names: dict[str, int] = {}
        for entry, found in counted:
            for each in found.units:
                samples.append((len(rows), len(draws), len(each)))
                for one in each:
                    read = one.reading
                    stop = -1 if read.stop is None else read.stop
                    spans = (one.tokens, one.labels, read.start, stop)
                    rates = (read.fps or 0, read.max_pixels or 0)
                    draws.append((*spans, *rates, len(grids), len(one.grid_thw)))
                    grids += one.grid_thw
            left_out += [(entry.key, *each) for each in found.left_out]
            rows.append((len(members), len(entry.members)))
            keys.append(entry.key)
            for m in entry.members:
                members.append((names.setdefault(m.name, len(names)), m.offset, m.size, m.crc))
        return cls(
            np.array(rows, _ROW),
            np.array(keys, "S"),
            np.array(members, _MEMBER),
            np.array(samples, _UNIT),
            np.array(draws, _DRAW),
            np.array(grids, "i4").reshape(-1, 3),
            tuple(names),
            tuple(left_out),
        )

    def entry(self, row: int) -> Entry:
        """Where the bytes of a record stand."""
        first, count = self.rows[row].tolist()
        found = self.members[first : first + count].tolist()
        members = tuple(Member(self.names[name], *rest) for name, *rest in found)
        return Entry(self.keys[row].decode(), members)

    def reading(self, draw: int) -> Reading:
        one = self.draws[draw]
        stop = int(one["stop"])
        rate, area = float(one["fps"]) or None, int(one["max_pixels"]) or None
        return Reading(rate, area, int(one["start"]), None if stop < 0 else stop)

    def told(self, rule: Rule) -> Counter[str]:
        """How many samples there are, and what became of the records that did not fit."""
        smaller = ~np.isin(self.draws["max_pixels"], (0, *rule.max_pixels))
        pieces = self.units[self.draws["stop"][self.units["first"]] >= 0]["row"]
        kinds = Counter(kind for _, kind, _ in self.left_out)
        cut = {"split": len(np.unique(pieces)), "pieces": len(pieces)}
        return Counter({"samples": len(self.units), **cut, "shrunk": int(smaller.sum()), **kinds})
