"""One way to time every benchmark of this folder."""

import statistics
import time
from collections.abc import Callable, Sequence


def medians(works: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Milliseconds of wall time of each, after one call each that is not counted.

    The works take turns, so that a machine which slows down slows all of them.
    """
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats + 1):
        for work, spent in zip(works, times, strict=True):
            began = time.perf_counter()
            work()
            spent.append(1e3 * (time.perf_counter() - began))
    return [statistics.median(spent[1:]) for spent in times]
