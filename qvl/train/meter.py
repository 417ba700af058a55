"""What a run did: one JSON line a report, averages between reports."""

import json
import math
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from qvl.sample import Batch

FLOPS = "flops"  # an amount; with a peak it is told as "mfu", too


class Meter:
    """Collects figures of steps; `report` appends their averages and rates to a JSONL file.

    `peak` is what all devices together could do, in floating-point operations a second.
    """

    def __init__(self, path: Path, peak: float = 0.0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.peak = path, peak
        _mend(path)
        self.clear()

    def clear(self) -> None:
        self.sums: dict[str, float] = defaultdict(float)
        self.counts: dict[str, float] = defaultdict(float)
        self.amounts: dict[str, float] = defaultdict(float)
        self.spent: dict[str, float] = defaultdict(float)
        self.since = time.perf_counter()

    def add(self, name: str, total: float, count: float) -> None:
        """A figure whose quotient is reported: what fills packs and what they hold."""
        self.sums[name] += total
        self.counts[name] += count

    def mean(self, **figures: float) -> None:
        """Figures whose average is reported."""
        for name, value in figures.items():
            self.add(name, value, 1)

    def amount(self, **figures: float) -> None:
        """Amounts of work, reported a second."""
        for name, value in figures.items():
            self.amounts[name] += value

    def spend(self, **seconds: float) -> None:
        """Time that went into something, reported as its share."""
        for name, value in seconds.items():
            self.spent[name] += value

    def report(
        self, step: int, amounts: Iterable[Mapping[str, float]] = (), **facts: Any
    ) -> dict[str, Any]:
        """Write one line; the next starts from nothing.

        `amounts` are those of every process, this one's included, where there are several.
        """
        seconds = time.perf_counter() - self.since
        work: dict[str, float] = defaultdict(float)
        for each in list(amounts) or [self.amounts]:
            for name, value in each.items():
                work[name] += value
        line: dict[str, Any] = {"step": step, "time": round(time.time(), 1), **facts}
        line |= {n: _short(self.sums[n] / c) for n, c in self.counts.items() if c}
        line |= {f"{name}/s": _short(n / seconds) for name, n in work.items()}
        line |= {name: _short(each / seconds) for name, each in self.spent.items()}
        if self.peak and FLOPS in work:
            line["mfu"] = _short(work[FLOPS] / seconds / self.peak)
        _append(self.path, json.dumps(line) + "\n")
        self.clear()
        return line


def work_of(batches: Iterable[Batch]) -> dict[str, float]:
    """Amounts that the lengths and grids of batches tell: no device is asked."""
    out: dict[str, float] = defaultdict(float)
    for batch in batches:
        out["tokens"] += sum(batch.lengths)
        out["samples"] += len(batch.lengths)
        out["pictures"] += len(batch.grid_thw)
        out["patches"] += sum(t * h * w for t, h, w in batch.grid_thw)
    return dict(out)


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a log in the order of their steps; of a step that was done again the last."""
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    last = {line["step"]: line for line in lines}
    return [last[step] for step in sorted(last)]


def _short(value: float) -> float | None:
    """Six digits that count; None for what JSON has no number for."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _append(path: Path, text: str) -> None:
    """In one call, so that a kill leaves the whole line or nothing."""
    with open(path, "ab", buffering=0) as file:
        file.write(text.encode())


def _mend(path: Path) -> None:
    """Cut off the half line that a machine which went down may have left."""
    if path.is_file() and (held := path.read_bytes()) and not held.endswith(b"\n"):
        os.truncate(path, held.rfind(b"\n") + 1)
