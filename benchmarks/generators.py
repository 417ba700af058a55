"""How fast each family of training data is made: records per core-second, with their bytes.

python benchmarks/generators.py [--items 40] [FAMILY ...]

Core-seconds are those of the process and of all that it has started (a browser), so that a busy
machine matters little; what is opened once is opened before the clock starts.
"""

import argparse
import os
from collections import Counter
from pathlib import Path

from qvl.data.families import FAMILIES
from qvl.data.records import Record
from qvl.data.sources import home
from qvl.data.work import Work

WARM = {"passages": 150}  # items before the clock starts, else 6: all languages have to be read
_TICK = os.sysconf("SC_CLK_TCK")


def core_seconds() -> float:
    """User and system time of this process and its living and dead children."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        parents[int(entry.name)] = int(fields[1])
        spent[int(entry.name)] = sum(map(int, fields[11:15])) / _TICK
    family = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(spent[pid] for pid in family if pid in spent)


def measure(name: str, items: int) -> str:
    """One line of the table."""
    stage = FAMILIES[name].stage(home())
    for index in range(WARM.get(name, 6)):
        list(stage(Work(name, 1, index)))
    start = core_seconds()
    made = [each for index in range(items) for each in stage(Work(name, 0, index))]
    spent = core_seconds() - start
    kept = [each for each in made if isinstance(each, Record)]
    rejected = Counter(each.reason for each in made if not isinstance(each, Record))
    size = sum(len(held) for each in kept for held in each.media.values()) / max(len(kept), 1)
    styles = len({each.meta.get("style") for each in kept})
    left = ", ".join(f"{count} {reason}" for reason, count in rejected.items()) or "none"
    return (
        f"| {name} | {len(kept) / spent:.1f} | {spent / len(kept):.3f} | {size / 1000:.0f} kB "
        f"| {styles} of {len(kept)} | {left} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("families", nargs="*", default=list(FAMILIES))
    parser.add_argument("--items", type=int, default=40)
    told = parser.parse_args()
    print("| family | records per core-second | core-seconds each | media | styles | left out |")
    print("|---|---|---|---|---|---|")
    for name in told.families:
        print(measure(name, told.items), flush=True)


if __name__ == "__main__":
    main()
