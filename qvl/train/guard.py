"""A guard against divergence: it says when a run should go back to where it was sound.

A loss is bad if it is no number, if the norm of the gradients is none, or if it lies far above
the median of the good ones before it. Bad losses do not move the median. After `patience` of them
in a row the run goes back to the newest checkpoint before the first one, and on from there with
data that it has not seen: `skip` is added to the step that the plan is asked for.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any, Self

SIGMA = 1.4826  # standard deviations of a normal distribution a median absolute deviation


class Diverged(RuntimeError):
    """The run diverged again and again; the words tell where and what to do."""


@dataclass(frozen=True)
class Limits:
    """When a loss is bad, and how often the run may go back."""

    patience: int = 10  # bad steps in a row
    window: int = 100  # good losses that the median is taken of
    least: int = 20  # good losses before one can be far above them
    sigmas: float = 8.0  # above the median, and
    share: float = 0.5  # of the median's size above it: noise of a loss near nothing is no fault
    most: int = 3  # times that the run goes back

    def __post_init__(self) -> None:
        if not 0 < self.least <= self.window or self.patience < 1 or self.most < 0:
            raise ValueError(
                f"a guard with patience={self.patience}, least={self.least}, window={self.window}, "
                f"most={self.most}; give patience >= 1, 0 < least <= window and most >= 0"
            )


@dataclass(frozen=True)
class Guard:
    """What a run has been like up to now. It is plain JSON, and part of every checkpoint."""

    good: tuple[float, ...] = ()  # the newest good losses
    bad: int = 0  # steps in a row
    skip: int = 0  # steps of the plan that are passed over
    back: int = 0  # times that the run went back

    @property
    def sound(self) -> bool:
        """Whether what is learnt now should be kept."""
        return self.bad == 0

    def after(self, loss: float, norm: float, limits: Limits) -> Self:
        """Once a step is done."""
        if math.isfinite(loss) and math.isfinite(norm) and not self._far(loss, limits):
            return replace(self, good=(*self.good, loss)[-limits.window :], bad=0)
        return replace(self, bad=self.bad + 1)

    def diverged(self, limits: Limits) -> bool:
        """Whether it is time to go back, to the step before the last `bad` ones or earlier."""
        return self.bad >= limits.patience

    def returned(self, step: int, to: int, limits: Limits) -> Self:
        """Of a run that is back at step `to` from `step`; Diverged if that was once too often."""
        if self.back >= limits.most:
            raise Diverged(
                f"the loss diverged at step {step - self.bad + 1} after the run went back "
                f"{self.back} times; lower the rate, or look at the data of these steps "
                f"(from step {step - self.bad + self.skip} of the plan)"
            )
        good = self.good[: max(0, len(self.good) - (step - self.bad - to))]
        return replace(self, good=good, bad=0, skip=self.skip + step - to, back=self.back + 1)

    def _far(self, loss: float, limits: Limits) -> bool:
        if len(self.good) < limits.least:
            return False
        middle = median(self.good)
        spread = SIGMA * median(abs(x - middle) for x in self.good)
        return loss > middle + max(limits.sigmas * spread, limits.share * abs(middle))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        return cls(**{**raw, "good": tuple(raw["good"])})
