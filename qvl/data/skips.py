"""What cannot be read is left out with its name and reason, and counted; too much ends the run."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

GRACE = 50  # samples before the rate of what is skipped is judged


class TooManySkipped(RuntimeError):
    """More samples cannot be read than was allowed; the words tell why."""


@dataclass(frozen=True)
class Skipped:
    """A sample that is left out, "set/key", and why."""

    name: str
    reason: str


@dataclass
class Skips:
    """Of all that was read so far."""

    most: float = 0.05  # share of what is read
    read: int = 0
    by_set: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    fresh: list[Skipped] = field(default_factory=list)  # since it was told

    def take(self, read: int, skipped: Sequence[Skipped]) -> None:
        """So many more were read, of which these were left out. TooManySkipped above the rate."""
        self.read += read
        for each in skipped:
            self.by_set[each.name.split("/")[0]] += 1
            self.reasons[each.reason] += 1
        self.fresh += skipped
        total = self.by_set.total()
        if skipped and self.read >= GRACE and total > self.most * self.read:
            told = "; ".join(f"{n} x {why}" for why, n in self.reasons.most_common(3))
            raise TooManySkipped(
                f"{total} of {self.read} samples are skipped, at most {self.most:.1%} may be: "
                f"{told}; the last one: {skipped[-1].name}"
            )

    def tell(self, say: Callable[[str], None]) -> dict[str, int]:
        """Say once of each what is wrong with it; -> how many there are, for a log."""
        for each in self.fresh:
            say(f"{each.name} is left out: {each.reason}")
        self.fresh = []
        return {"left_out": self.by_set.total()} if self.by_set else {}
