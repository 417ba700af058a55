"""Whose clock a time is on: one object owns the model's seconds and the clip's own."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qvl.messages import Media


@dataclass(frozen=True)
class Clock:
    """When the frames that a model saw are shown, in seconds of the whole clip.

    A model counts from the first frame that it saw, as position ids start at 0 there, and on its
    clock one frame comes as long after another. So of a clip cut by `start` its times begin at 0
    with that frame; and where frames come unevenly, each tells the time by its place:

        frames shown at    10   11   12   20   30
        the model's time    0    5   10   15   20
    """

    times: tuple[float, ...]
    duration: float  # of the whole clip; 0 where nobody says

    @classmethod
    def of(cls, media: Media) -> "Clock":
        """ValueError if it is none of a clip."""
        if not media.times:
            raise ValueError("a picture has no times; give a clip")
        return cls(media.times, media.duration)

    @property
    def step(self) -> float:
        """Seconds from one sampled frame to the next, on average."""
        return (self.times[-1] - self.times[0]) / max(1, len(self.times) - 1)

    @property
    def reach(self) -> tuple[float, float]:
        """What was seen: from the first sampled frame until the last one is over."""
        last = self.times[-1] + self.step
        return self.times[0], min(last, self.duration) if self.duration else last

    def out(self, seconds: float) -> float:
        """The model's time -> the clip's."""
        if self._even():
            return self.times[0] + seconds
        return _mapped(seconds, self._ticks(), self.times)

    def into(self, seconds: float) -> float:
        """The clip's time -> the model's; the inverse of `out`."""
        if self._even():
            return seconds - self.times[0]
        return _mapped(seconds, self.times, self._ticks())

    def inside(self, start: float, end: float) -> tuple[tuple[float, float] | None, list[str]]:
        """A span of the model in the clip's time, in order and within what was seen.

        None if none of it was; and what was wrong.
        """
        wrong = []
        if start > end:
            wrong.append("the end before the start, swapped")
            start, end = end, start
        first, last = self.reach
        start, end = self.out(start), self.out(end)
        seen = f"outside of what was seen, {first:.2f} to {last:.2f} s of the clip"
        if start > last or end < first:
            return None, [*wrong, f"{seen}; left out"]
        kept = min(max(start, first), last), max(min(end, last), first)
        if max(abs(kept[0] - start), abs(kept[1] - end)) > 1e-6:
            wrong.append(f"{seen}; cut to it")
        return kept, wrong

    def _ticks(self) -> tuple[float, ...]:
        return tuple(i * self.step for i in range(len(self.times)))

    def _even(self) -> bool:
        """No frame is further than half a step from where the model supposes it."""
        pairs = zip(self.times, self._ticks(), strict=True)
        return all(abs(at - self.times[0] - tick) <= self.step / 2 for at, tick in pairs)


def _mapped(value: float, old: Sequence[float], new: Sequence[float]) -> float:
    """Linear from one list of times to the other, and at the same speed beyond its ends."""
    assert all(a < b for a, b in pairwise(old))
    if value <= old[0] or value >= old[-1]:
        end = 0 if value <= old[0] else -1
        return new[end] + value - old[end]
    i = bisect_right(old, value) - 1
    share = (value - old[i]) / (old[i + 1] - old[i])
    return new[i] + share * (new[i + 1] - new[i])
