"""Marks of finished shards: what was made, with which config; and the counts of a run.

    a-00000.done    {"config": ..., "sha256": ..., "bytes": ..., "items": ..., "records": ...,
                     "rejected": {reason: count}, "faults": {reason: count}}

A mark is written last, so a shard without one is made again.
"""

import fcntl
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from qvl.data.drafts import draft
from qvl.data.work import Plan, Rejected

REPORT = "report.json"


@dataclass(frozen=True)
class Mark:
    """A finished shard."""

    config: str  # Plan.mark
    sha256: str  # of the tar
    bytes: int
    items: int
    records: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Tick:
    """What came of one item."""

    records: int = 0
    rejected: tuple[Rejected, ...] = ()  # without their records


def tar_of(plan: Plan, folder: Path, shard: int) -> Path:
    return folder / f"{plan.dataset}-{shard:05d}.tar"


def mark_of(tar: Path) -> Path:
    return tar.with_suffix(".done")


def save(mark: Mark, tar: Path) -> None:
    with draft(mark_of(tar)) as beside:
        beside.write_text(json.dumps(asdict(mark), sort_keys=True) + "\n")


def load(tar: Path) -> Mark | None:
    """The mark of a finished shard; None where there is none, or the tar is not what it tells."""
    path = mark_of(tar)
    if not path.is_file() or not tar.is_file():
        return None
    try:
        mark = Mark(**json.loads(path.read_text()))
    except (ValueError, TypeError):
        raise ValueError(
            f"{path} is no mark of a shard; delete it to have the shard anew"
        ) from None
    return mark if tar.stat().st_size == mark.bytes else None


def finished(plan: Plan, folder: Path, *, redo: bool) -> dict[int, Mark]:
    """The shards that are there already.

    ValueError where one was made with another config, unless `redo` lets it be made anew.
    """
    found = {}
    for shard in range(len(plan.items)):
        tar = tar_of(plan, folder, shard)
        mark = load(tar)
        if mark is None:
            continue
        if mark.config == plan.mark(shard):
            found[shard] = mark
        elif redo:
            mark_of(tar).unlink()
        else:
            raise ValueError(
                f"{tar} was made with another config; make it anew (--redo), or elsewhere"
            )
    return found


@contextmanager
def alone(plan: Plan, folder: Path) -> Iterator[None]:
    """One run a data set and folder; ValueError where another one goes on."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f".{plan.dataset}.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(f"another run makes {plan.dataset} in {folder}; wait for it") from None
        yield


def total(marks: Mapping[int, Mark]) -> dict[str, Any]:
    """Sums over shards, reasons counted; the same whoever made them, in whichever order."""
    told: dict[str, Any] = {
        name: sum(getattr(mark, name) for mark in marks.values())
        for name in ("bytes", "items", "records")
    }
    for name in ("rejected", "faults"):
        counts: Counter[str] = Counter()
        for mark in marks.values():
            counts.update(getattr(mark, name))
        told[name] = dict(sorted(counts.items()))
    return told


def report(plan: Plan, folder: Path, marks: Mapping[int, Mark]) -> dict[str, Any]:
    """`total` into report.json, with how many shards there are and are to be."""
    shards = {"made": len(marks), "planned": len(plan.items)}
    told = {"dataset": plan.dataset, "shards": shards, **total(marks)}
    with draft(folder / f"{plan.dataset}.{REPORT}") as beside:
        beside.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return told
