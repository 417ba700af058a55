"""Making one shard: every item through the stage, kept and rejected both written, marked last."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import Any

from qvl.data import provenance, sidecar
from qvl.data.drafts import draft, sweep
from qvl.data.index import Index, index_of, save
from qvl.data.marks import Mark, Tick, tar_of
from qvl.data.marks import save as save_mark
from qvl.data.records import Record
from qvl.data.shards import Writer
from qvl.data.work import Plan, Rejected, Stage, Work

REJECTED = "rejected"  # the folder of what was left out
_FULL = (ENOSPC, EDQUOT, EFBIG)


class FullDisk(OSError):
    """There is no room for a shard; nothing half-written is left."""


@dataclass
class _Lot:
    """What a shard holds, while it is made."""

    kept: Writer
    dropped: Writer
    lines: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def keep(self, record: Record) -> None:
        self.kept.add(record)
        self.rows.append(sidecar.row(record))

    def drop(self, each: Rejected) -> None:
        (self.faults if each.fault else self.rejected)[each.reason] += 1
        told = {"key": each.key, "reason": each.reason, "detail": each.detail, "fault": each.fault}
        self.lines.append(json.dumps(told, ensure_ascii=False) + "\n")
        if each.record:
            why = {"reason": each.reason, "detail": each.detail}
            self.dropped.add(replace(each.record, meta={**each.record.meta, "rejected": why}))


def make(plan: Plan, stage: Stage, folder: Path, shard: int, tick: Callable[[Tick], None]) -> Mark:
    """A shard with its index, sidecar, rejections and mark; `tick` hears of every item.

    What the stage raises is a fault of its item. FullDisk where there is no room.
    """
    tar = tar_of(plan, folder, shard)
    beside = folder / REJECTED / tar.name
    for each in (tar, beside):
        sweep(each.parent, tar.stem)
    try:
        lot, kept = _fill(plan, stage, shard, (tar, beside), tick)
        with draft(beside.with_suffix(".jsonl")) as lines:
            lines.write_text("".join(lot.lines))
        sidecar.write(lot.rows, sidecar.path_of(tar))
        mark = Mark(
            config=plan.mark(shard),
            sha256=kept.sha256,
            bytes=kept.bytes,
            items=plan.items[shard],
            records=len(kept.entries),
            rejected=dict(lot.rejected),
            faults=dict(lot.faults),
        )
        save_mark(mark, tar)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise FullDisk(f"{tar}: {error.strerror}; free some room and run again") from None
    return mark


def _fill(
    plan: Plan, stage: Stage, shard: int, tars: tuple[Path, Path], tick: Callable[[Tick], None]
) -> tuple[_Lot, Index]:
    with ExitStack() as stack:
        drafts = [stack.enter_context(draft(tar)) for tar in tars]
        files = [stack.enter_context(open(each, "wb")) for each in drafts]
        lot = _Lot(Writer(files[0]), Writer(files[1]))
        for work in plan.work(shard):
            made = _made(stage, work)
            for each in made:
                if isinstance(each, Record):
                    provenance.check(each.sources, held=plan.held_out)
                    lot.keep(each)
                else:
                    lot.drop(each)
            dropped = [replace(each, record=None) for each in made if isinstance(each, Rejected)]
            tick(Tick(len(made) - len(dropped), tuple(dropped)))
        indexes = [lot.kept.end(), lot.dropped.end()]
        for tar in tars:
            index_of(tar).unlink(missing_ok=True)  # of a former shard of this name
    for index, tar in zip(indexes, tars, strict=True):
        save(index, index_of(tar))
    return lot, indexes[0]


def _made(stage: Stage, work: Work) -> list[Record | Rejected]:
    """All that comes of an item, or one fault in its place."""
    try:
        return list(stage(work))
    except MemoryError:
        raise
    except Exception as error:  # whatever a broken source drives a library to
        if isinstance(error, OSError) and error.errno in _FULL:
            raise
        said = (str(error) or "no words").splitlines()[0]
        return [Rejected(work.key, f"{type(error).__name__} raised", said, fault=True)]
