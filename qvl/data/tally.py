"""Counts while a set is made: what is done, what goes on, and whether too much of it is broken."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from qvl.data.marks import Mark, Tick
from qvl.data.work import Plan, Rejected

GRACE = 20  # items before the rate of faults is judged, unless all are done
_SHOWN = 5  # reasons in a sentence
Counts = Counter[tuple[str, str]]  # ("items" or "records", ""), ("rejected" or "faults", reason)


class TooManyFaults(RuntimeError):
    """More items are broken than was allowed; the counts by reason are in the words."""


@dataclass
class Tally:
    """`say` hears one line whenever there is something to tell; it may drop some."""

    plan: Plan
    most: float  # faults an item
    say: Callable[[str], None]
    marks: dict[int, Mark] = field(default_factory=dict)
    now: Counts = field(default_factory=Counter)
    live: dict[int, Counts] = field(default_factory=dict)  # of shards that are not done
    last: Rejected | None = None  # the newest fault

    def __post_init__(self) -> None:
        for mark in self.marks.values():
            self.now.update(_of_mark(mark))

    def tick(self, shard: int, tick: Tick) -> None:
        """An item is done."""
        counts: Counts = Counter({("items", ""): 1, ("records", ""): tick.records})
        for each in tick.rejected:
            counts["faults" if each.fault else "rejected", each.reason] += 1
            self.last = each if each.fault else self.last
        self.now.update(counts)
        self.live.setdefault(shard, Counter()).update(counts)
        self.say(self.line())
        self._judge(GRACE)

    def done(self, shard: int, mark: Mark) -> None:
        """A shard is done, all of whose items were heard of."""
        self.live.pop(shard, None)
        self.marks[shard] = mark
        self.say(self.line())

    def again(self, shard: int) -> None:
        """Forget a shard whose worker died."""
        self.now.subtract(self.live.pop(shard, Counter()))

    def end(self) -> None:
        """All is done: the rate of faults is judged however few items there were."""
        self._judge(1)

    def line(self) -> str:
        shards = f"{len(self.marks)} of {len(self.plan.items)} shards"
        told = f"{self.now['records', '']} records, {self._sum('rejected')} rejected"
        return f"{self.plan.dataset}: {shards}, {told}, {self._sum('faults')} faults"

    def _sum(self, what: str) -> int:
        return sum(n for (name, _), n in self.now.items() if name == what)

    def _judge(self, grace: int) -> None:
        items, faults = self.now["items", ""], self._sum("faults")
        if items < grace or faults <= self.most * items:
            return
        reasons = Counter({why: n for (name, why), n in self.now.items() if name == "faults"})
        told = ", ".join(f"{n} x {why}" for why, n in reasons.most_common(_SHOWN))
        newest = f"; the last one: {self.last.key}: {self.last.detail}" if self.last else ""
        raise TooManyFaults(
            f"{self.plan.dataset} is stopped: {faults} faults in {items} items, at most "
            f"{self.most:.1%} are allowed: {told}{newest}"
        )


def _of_mark(mark: Mark) -> Mapping[tuple[str, str], int]:
    counts = {("items", ""): mark.items, ("records", ""): mark.records}
    for name in ("rejected", "faults"):
        counts |= {(name, reason): n for reason, n in getattr(mark, name).items()}
    return counts
