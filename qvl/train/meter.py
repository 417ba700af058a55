"""What a run did: one JSON line a report, averages between reports."""

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any


class Meter:
    """Collects figures of steps; `report` appends their averages and rates to a JSONL file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.clear()

    def clear(self) -> None:
        self.sums: dict[str, float] = defaultdict(float)
        self.counts: dict[str, int] = defaultdict(int)
        self.amounts: dict[str, float] = defaultdict(float)
        self.since = time.perf_counter()

    def mean(self, **figures: float) -> None:
        """Figures whose average is reported."""
        for name, value in figures.items():
            self.sums[name] += value
            self.counts[name] += 1

    def amount(self, **figures: float) -> None:
        """Amounts of work, reported a second."""
        for name, value in figures.items():
            self.amounts[name] += value

    def report(self, step: int, **facts: Any) -> dict[str, Any]:
        """Write one line; the next starts from nothing."""
        seconds = time.perf_counter() - self.since
        line: dict[str, Any] = {"step": step, "time": round(time.time(), 1), **facts}
        line |= {name: round(self.sums[name] / self.counts[name], 5) for name in self.sums}
        line |= {f"{name}/s": round(n / seconds, 1) for name, n in self.amounts.items()}
        with open(self.path, "a") as file:
            file.write(json.dumps(line) + "\n")
        self.clear()
        return line
