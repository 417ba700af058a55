"""A run that is told to stop ends its step, saves, and goes."""

import os
import signal
import time
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
ECHO = 1.0  # seconds; a terminal and a launcher both pass on the same Ctrl-C


class Stop:
    """Within `with Stop() as stop`, `stop.asked` is true once a signal has come.

    A second one stops at once, as if nobody listened; what was there before is there afterwards.
    """

    def __init__(self) -> None:
        self.number, self.since = 0, 0.0
        self.before: dict[int, Any] = {}

    @property
    def asked(self) -> bool:
        return self.number > 0

    @property
    def name(self) -> str:
        """Of the signal that came, or ""."""
        return signal.Signals(self.number).name if self.number else ""

    def __enter__(self) -> Self:
        self.before = {number: signal.signal(number, self._hear) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if not self.asked:
            self.number, self.since = number, now
        elif now - self.since > ECHO:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
